"""What doctor finds of mail and reminders, and of other machines: mail hosts, certificates of portal and units."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import AuthResult
from pydantic import SecretStr
from sqlalchemy import insert

from lotrinh.cli.up.processes import free_port
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.i18n import say
from lotrinh.probing.options import HttpOptions
from lotrinh.services.doctor import certificates, database, servers
from lotrinh.services.doctor.finding import Diagnosis, Sign
from lotrinh.settings.models import (
    CampaignSettings,
    MailSettings,
    PortalSettings,
    ReceiverSettings,
    RemindSettings,
    ScheduleSettings,
    Settings,
    ZaloSettings,
)
from lotrinh.store import open_store
from lotrinh.store.engine import writing
from lotrinh.store.outbox import FAILED, SENT, UNCLEAR, WAITING, NewMessage
from lotrinh.store.schema import schedules
from tests.sending.servers import bad_post, post_office
from tests.store.entries import AT, entry

NOW = AT + timedelta(days=1)


def test_a_certificate_file_that_cannot_be_read_is_broken(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")
    (found,) = servers.inspect_ca_file(str(tmp_path / "ca.pem"))
    assert found.sign is Sign.BROKEN


def mail(port: int, **more: Any) -> tuple[Sign, str]:
    """What doctor finds of a mail host, and says."""
    known = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "a@b.vn"}
    found = servers.inspect_mail_host(MailSettings(**{**known, **more}), ssl.create_default_context())
    return found.sign, say(found.found)


def refusing(*_: object) -> AuthResult:
    return AuthResult(success=False, handled=False, message="535 5.7.8 Sorry,\u202e “no”")


def test_a_mail_host_that_refuses_is_broken_in_our_words_and_the_hosts_in_quotes() -> None:
    port = free_port(0)
    where = f"Không dùng được máy chủ thư 127.0.0.1:{port}"
    assert mail(port) == (Sign.BROKEN, f"{where} (từ chối kết nối ở cổng mạng này)")
    with post_office(authenticator=refusing, auth_require_tls=False) as post:
        said = mail(post.port, user="ai", password="mat-khau")
    assert said[0] is Sign.BROKEN
    assert '(từ chối đăng nhập: “535 5.7.8 Sorry, "no"”)' in said[1]
    assert "mat-khau" not in said[1]


def test_a_mail_host_whose_certificate_is_nobodys_is_broken_in_our_words() -> None:
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(own)
    with post_office(tls_context=own, require_starttls=True) as post:
        sign, said = mail(post.port, security="starttls")
        assert (sign, "kết nối TLS không thành: không rõ nơi cấp chứng thư" in said) == (Sign.BROKEN, True)
    with post_office() as post:
        assert "không có STARTTLS" in mail(post.port, security="starttls")[1]
        assert "(kết nối TLS không thành: bắt tay bảo mật không thành)" in mail(post.port, security="tls")[1]
        assert mail(post.port)[0] is Sign.GOOD
    assert post.mails == []


def test_a_mail_host_that_greets_without_an_end_is_left_at_once() -> None:
    def talk(line: socket.socket) -> None:
        for _ in range(10_000):  # or until it is hung up on
            line.sendall(b"220-more\r\n" * 1000)

    with bad_post(b"", talk) as port:
        sign, said = mail(port)
    assert (sign, "trả lời dài quá mức" in said) == (Sign.BROKEN, True)


def test_a_mail_host_that_drips_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "MAIL_SECONDS", 0.3)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            with listening.accept()[0] as one:
                while not stop.wait(0.05):
                    one.sendall(b"2")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        found = servers.inspect_mail_host(
            MailSettings(host="127.0.0.1", port=listening.getsockname()[1]), ssl.create_default_context()
        )
        stop.set()
        thread.join()
    assert (found.sign, "giây" in repr(found.found)) == (Sign.BROKEN, True)


def advised(found: Diagnosis) -> str:
    return say(found.advice) if found.advice else ""


def test_messages_that_wait_after_an_error_and_unclear_ones_are_told_with_what_to_do(tmp_path: Path) -> None:
    def put(*states: tuple[str, str]) -> dict[str, Diagnosis]:
        new = [NewMessage(f"{n}", "", "remind", "25", "mail", {"to": "a@b.vn"}, AT, *s) for n, s in enumerate(states)]
        with open_store(f"sqlite:///{tmp_path}/{len(states)}.db") as store:
            store.outbox.put(new, AT)
            return {f.what: f for f in database.inspect_outbox(store)}

    assert {w: f.sign for w, f in put((WAITING, ""), (SENT, "")).items()} == {"outbox": Sign.GOOD}
    found = put((WAITING, "535"), (WAITING, "535"), (WAITING, ""), (FAILED, "550"), (UNCLEAR, "?"))
    assert {w: say(f.found).partition(" ")[0] for w, f in found.items()} == {
        "outbox_waiting": "2", "outbox_failed": "1", "outbox_unclear": "1"
    }  # fmt: skip
    assert {f.sign for f in found.values()} == {Sign.ATTENTION}
    assert "lotrinh doctor --mail" in advised(found["outbox_waiting"])
    assert "lotrinh outbox retry SỐ" in advised(found["outbox_failed"])
    asked, _, again = advised(found["outbox_unclear"]).partition("lotrinh outbox retry SỐ")
    assert ("Hỏi nơi nhận" in asked, "lotrinh outbox drop SỐ" in again) == (True, True)


def test_who_has_only_a_mail_box_wants_mail_to_be_set_up() -> None:
    zalo = ZaloSettings(token=SecretStr("t"))
    receivers = (ReceiverSettings(unit="25", mail="a@b.vn"), ReceiverSettings(unit="04924", mail="c@b.vn", zalo="chat"))

    def counted(mail: MailSettings, cron: str = "30 7 * * *") -> list[str]:
        settings = Settings(remind=RemindSettings(cron=cron), receivers=receivers, zalo=zalo, mail=mail)
        return [say(f.found) for f in servers.inspect_mail_setting(settings)]

    assert counted(MailSettings()) == ["Chưa khai báo [mail]: 1 nơi chỉ có hộp thư nên không được nhắc"]
    assert counted(MailSettings(host="127.0.0.1", sender="a@b.vn")) == counted(MailSettings(), "") == []


def test_reminders_without_the_portals_address_want_attention() -> None:
    def signs(cron: str, url: str = "") -> list[Sign]:
        settings = Settings(remind=RemindSettings(cron=cron), portal=PortalSettings(public_url=url))
        return [
            f.sign for f in servers.inspect_public_url(settings, lambda: NOW) if "public_url còn trống" in say(f.found)
        ]

    assert signs("30 7 * * *") == [Sign.ATTENTION]
    assert signs("") == signs("30 7 * * *", f"http://127.0.0.1:{free_port(0)}") == []


def test_campaigns_that_are_paused_are_named(tmp_path: Path) -> None:
    campaigns = (
        CampaignSettings(id="bau-cu-2026", schedule=ScheduleSettings(paused=True)),
        CampaignSettings(id="chay"),
    )
    with open_store(f"sqlite:///{tmp_path}/lotrinh.db") as store:
        (found,) = database.inspect_paused_campaigns(store, Settings(campaigns=campaigns))
        assert not list(database.inspect_paused_campaigns(store, Settings(campaigns=campaigns[1:])))
    assert (found.sign, "chay" in say(found.found)) == (Sign.ATTENTION, False)
    assert "lotrinh schedule resume bau-cu-2026" in advised(found)


def test_a_changed_schedule_that_cannot_be_read_any_more_is_told(tmp_path: Path) -> None:
    settings = Settings(campaigns=(CampaignSettings(id="bau-cu-2026"), CampaignSettings(id="chay")))
    with open_store(f"sqlite:///{tmp_path}/lotrinh.db") as store:
        assert not list(database.inspect_unreadable_schedules(store, settings))
        with writing(store.engine) as connection:
            kept = {"content": '{"cron": "0 7 L * *"}', "changed_at": NOW.isoformat(), "actor": "officer:lan"}
            connection.execute(insert(schedules).values(campaign="bau-cu-2026", **kept))
        (found,) = database.inspect_unreadable_schedules(store, settings)
    assert found.sign is Sign.ATTENTION
    assert "Đợt bau-cu-2026: không đọc được lịch mà văn phòng đã đổi" in say(found.found)
    assert "lotrinh schedule set bau-cu-2026 --reset" in advised(found)


def test_a_file_that_is_no_database_is_broken_and_a_backup_helps(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    (tmp_path / "lotrinh.db").write_bytes(b"garbage " * 1000)
    (found,) = database.inspect_database(settings, NOW, full=False)
    assert (found.sign, "lotrinh restore" in say(found.found), found.advice) == (Sign.BROKEN, True, None)


def test_a_record_with_damaged_pages_is_broken_and_a_backup_helps(tmp_path: Path) -> None:
    settings, file = Settings(data_dir=tmp_path), tmp_path / "lotrinh.db"
    with open_store(settings.database_url) as store:
        store.journal.append(*(entry(f"s{n}", body={"note": "x" * 3000}) for n in range(20)))
    whole = file.read_bytes()
    file.write_bytes(whole[: -10 * 4096] + b"\xff" * 10 * 4096)
    *_, found = database.inspect_database(settings, NOW, full=True)
    assert (found.what, found.sign) == ("schema", Sign.BROKEN)
    assert "lotrinh restore" in advised(found)


@pytest.fixture
def tls() -> Iterator[tuple[int, ssl.SSLContext]]:
    """A server with a certificate for localhost, and whom to trust for it."""
    authority, context, trust = (
        trustme.CA(),
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
        ssl.create_default_context(),
    )
    authority.issue_cert("localhost", not_after=NOW + timedelta(days=3650)).configure_cert(context)
    authority.configure_trust(trust)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                plain, _ = listening.accept()
                try:
                    with context.wrap_socket(plain, server_side=True) as safe:
                        safe.recv(1)
                except OSError:
                    plain.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], trust
        stop.set()
        socket.create_connection(listening.getsockname()).close()
        thread.join()


def unit(url: str) -> Unit:
    return Unit("04924", UnitKind.COMMUNE, "Lương Sơn", status_url=url)


def test_a_certificate_is_good_until_two_weeks_before_its_end(tls: tuple[int, ssl.SSLContext]) -> None:
    port, trust = tls
    options = HttpOptions(allow_hosts=("localhost",))
    at = {days: NOW + timedelta(days=days) for days in (0, 3640)}
    signs = {}
    for days, now in at.items():
        first, *_ = certificates.inspect_own_certificate(f"https://localhost:{port}", trust, now)
        found = [
            f.sign
            for f in certificates.inspect_unit_certificates([unit(f"https://localhost:{port}/x")], options, trust, now)
        ]
        signs[days] = (first.sign, found)
    assert signs == {
        0: (Sign.GOOD, [Sign.GOOD]),
        3640: (Sign.ATTENTION, [Sign.ATTENTION, Sign.GOOD]),
    }


def test_a_certificate_of_an_unknown_authority_is_broken(tls: tuple[int, ssl.SSLContext]) -> None:
    (found,) = certificates.inspect_own_certificate(f"https://localhost:{tls[0]}", ssl.create_default_context(), NOW)
    assert found.sign is Sign.BROKEN


def test_an_inside_address_of_the_roster_is_not_asked_for_its_certificate(tls: tuple[int, ssl.SSLContext]) -> None:
    port, trust = tls
    found = list(
        certificates.inspect_unit_certificates([unit(f"https://127.0.0.1:{port}/x")], HttpOptions(), trust, NOW)
    )
    assert "mạng nội bộ" in repr(found[0].found)
