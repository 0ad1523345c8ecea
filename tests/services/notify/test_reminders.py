"""What is laid down in the outbox, for whom, in which words."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.core.status.observation import Observation, Outcome, Reason
from lotrinh.core.text import M
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.notify import dispatch
from lotrinh.services.notify.receivers import secret_fingerprint
from lotrinh.services.notify.reminders import open_office
from lotrinh.services.notify.senders import NO_MAIL
from lotrinh.services.notify.webhooks import SCHEMA, enqueue_changes
from lotrinh.services.notify.weekly import enqueue_report
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.settings.models import (
    MailSettings,
    ReceiverSettings,
    RemindSettings,
    ScheduleSettings,
    UnitsSettings,
    ZaloSettings,
)
from lotrinh.store import Store
from lotrinh.store.outbox import FAILED, WAITING
from tests.conftest import COLUMNS
from tests.sending.servers import post_office
from tests.services.reminding import DAY, RECEIVERS, World, hook, world_in

MAIL = MailSettings(host="127.0.0.1", sender="lotrinh@phutho.example.vn", security="none", port=1)


def confirmed(store: Store, unit: str, step: str, **more: object) -> None:
    body = {"completed_on": "2026-02-09", **more}
    store.journal.append(
        NewEntry(
            kind=EntryKind.CONFIRMED, at=DAY, campaign="thu", unit=unit, step=step, actor=f"unit:{unit}", body=body
        )
    )


def checked(store: Store, world: World, at: datetime) -> None:
    """Let a check finish."""
    campaign = open_campaign_of_files(world.settings, "thu", home=world.home)
    conclude(store, world.settings, campaign, begin_run(store, campaign, at, at, {}), at)


def test_run_five_times_a_day_lays_one_message_down_for_each(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MAIL)
    assert [world.remind(store) for _ in range(5)] == [3, 0, 0, 0, 0]
    assert {m.receiver for m in store.outbox.newest()} == {"25", "04924", "04960"}
    assert all(m.key.startswith(f"remind/all/{m.receiver}/2026-02-10/mail:") for m in store.outbox.newest())


def test_a_step_that_was_confirmed_a_minute_ago_is_not_reminded_of(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MAIL)
    confirmed(store, "04924", "a")
    assert {p.digest.unit.code for p in world.prepare(store)} == {"25", "04960"}


def test_sample_data_is_labelled_in_title_text_and_short_form(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MAIL)
    confirmed(store, "04924", "a", sample=True)
    for prepared in world.prepare(store):
        for text in (prepared.letter.subject, prepared.letter.text, prepared.letter.html, prepared.letter.short):
            assert "DỮ LIỆU MẪU" in text


def test_a_unit_without_an_address_is_named_to_the_office(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MAIL, receivers=RECEIVERS[:2])
    office = next(p for p in world.prepare(store) if p.digest.unit.code == "25")
    assert "Chưa có địa chỉ nhận lời nhắc\n- Xã Liên Sơn" in office.letter.text
    assert world.remind(store) == 2


def test_the_office_without_an_address_is_shown_as_not_told(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MAIL, receivers=())
    world.remind(store)
    (message,) = store.outbox.newest()
    assert (message.receiver, message.state) == ("25", FAILED)
    assert "Chưa có địa chỉ nhận" in message.problem


def test_an_office_with_a_mail_box_is_told_that_mail_is_not_set_up(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MailSettings())
    told = dispatch.enqueue_reminders(world.office(store), DAY)
    (message,) = store.outbox.newest()
    assert (message.state, message.problem) == (FAILED, say(NO_MAIL))
    assert told.notes == (NO_MAIL,)


def test_messages_that_did_not_go_out_are_told_to_the_office_the_next_time(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MAIL, remind=RemindSettings(tries=1))
    world.remind(store)
    world.send(store)
    world.clock[0] = DAY + timedelta(days=1)
    office, *_ = world.prepare(store)
    assert "1 tin chưa gửi được hoặc không rõ đã gửi chưa." in office.letter.text


def test_channels_that_are_not_private_carry_no_more_than_how_much_there_is(tmp_path: Path, store: Store) -> None:
    secret = SecretStr("json://127.0.0.1:1/bi-mat")
    receivers = (*RECEIVERS[:1], ReceiverSettings(unit="04924", zalo="chat-1", url=secret))
    world = world_in(tmp_path, MAIL, receivers=receivers, zalo=ZaloSettings(token=SecretStr("t")))
    world.remind(store)
    public = [m for m in store.outbox.newest() if m.channel in {"zalo", "url"}]
    assert {m.channel for m in public} == {"zalo", "url"}
    for message in public:
        assert message.content.keys() == {"to", "title", "short", "day"}
        assert "1 đầu việc" in message.content["short"]
        assert "Việc A" not in json.dumps(message.content, ensure_ascii=False)
    assert not any("bi-mat" in json.dumps(m.content) for m in store.outbox.newest())


def test_two_places_of_one_unit_are_two_messages_and_one_named_twice_is_one(tmp_path: Path, store: Store) -> None:
    more = ReceiverSettings(unit="04924", mail="chu-tich@phutho.example.vn")
    again = ReceiverSettings(unit="04924", mail="Luong-Son@phutho.example.vn")
    world = world_in(tmp_path, MAIL, receivers=(*RECEIVERS, more, again))
    world.remind(store)
    places = sorted(m.content["to"] for m in store.outbox.newest() if m.receiver == "04924")
    assert places == ["chu-tich@phutho.example.vn", "luong-son@phutho.example.vn"]


def test_receivers_that_cannot_be_are_all_named_at_once(tmp_path: Path, store: Store) -> None:
    receivers = (ReceiverSettings(unit="99999", mail="x"), ReceiverSettings(unit="04924"))
    world = world_in(tmp_path, MAIL.model_copy(update={"sender": ""}), receivers=receivers)
    with pytest.raises(BadInput) as caught:
        open_office(store, world.settings, tmp_path)
    assert [p.where for p in caught.value.problems] == [
        "receivers.0.unit",
        "receivers.0.mail",
        "receivers.1",
        "mail.sender",
    ]
    assert "99999" in say(caught.value.problems[0].sentence)


def test_a_cron_in_an_evening_that_is_quiet_makes_nothing_that_could_never_be_sent(
    tmp_path: Path, store: Store
) -> None:
    world = world_in(tmp_path, MAIL)
    world.clock[0] = DAY.replace(hour=21)
    assert world.remind(store) == 0
    world.clock[0] = DAY.replace(hour=5)
    assert world.remind(store) == 3


def test_what_is_laid_down_in_quiet_hours_goes_out_when_they_end(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings())
        world.clock[0] = DAY.replace(hour=5)
        world.remind(store)
        assert [world.send(store).sent for _ in range(2)] == [0, 0]
        world.clock[0] = DAY.replace(hour=6, minute=30)
        assert world.send(store).sent == 3
    assert len(post.mails) == 3


def test_a_reminder_is_not_sent_on_another_day_than_its_own(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings())
        world.remind(store)
        world.clock[0] = DAY + timedelta(days=1)
        assert world.send(store).failed == 3
    assert not post.mails
    assert {m.problem for m in store.outbox.newest()} == {"Qua ngày mà chưa gửi được, nên không gửi nữa."}


def test_a_clock_that_steps_back_an_hour_sends_nothing_twice(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings())
        for hour in (8, 9, 8, 7, 9):
            world.clock[0] = DAY.replace(hour=hour)
            world.remind(store)
            world.send(store)
    assert sorted(post.to) == sorted(receiver.mail for receiver in RECEIVERS)


def test_a_campaign_that_is_paused_reminds_nobody(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, MAIL, schedule=ScheduleSettings(paused=True))
    assert world.remind(store) == 0


def test_what_an_own_system_said_long_ago_is_told_with_its_moment(tmp_path: Path, store: Store) -> None:
    rows = f"{COLUMNS}\n04924,xa,Lương Sơn,,,https://x.example.vn/s,,,,\n04960,xa,Liên Sơn,,,,,,,\n"
    (tmp_path / "units.csv").write_text(rows, encoding="utf-8")
    world = world_in(tmp_path, MAIL, units=UnitsSettings(file=tmp_path / "units.csv"))
    campaign = open_campaign_of_files(world.settings, "thu", home=tmp_path)
    at = DAY - timedelta(days=3)
    run = begin_run(store, campaign, at, at, {})
    silence = Observation("04924", Outcome.UNREACHABLE, Reason.TIMEOUT, M("x"), at)
    store.runs.record(run.id, "thu", [(silence, "https://x.example.vn/s")])
    prepared = {p.digest.unit.code: p.letter.text for p in world.prepare(store)}
    assert "Chúng tôi chưa nhận được số liệu nào." in prepared["04924"]
    assert "Việc A: hạn 13/02/2026, còn 3 ngày; chúng tôi chưa nhận được xác nhận" in prepared["04924"]
    assert "Chưa hỏi được, nên chưa rõ tình hình:\n- Xã Lương Sơn" in prepared["25"]
    assert "Theo số liệu lúc 07:30 10/02/2026." in prepared["04960"]


def test_other_systems_hear_of_each_change_once_and_of_nothing_private(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, webhooks=(hook("https://a.example.vn/"), hook("https://b.example.vn/")))
    confirmed(store, "04924", "a", note="cũ")
    enqueue_changes(store, world.settings, DAY)
    confirmed(store, "04960", "a", note="bí mật", signer="Chủ tịch", document={"number": "12/QĐ"})
    store.journal.append(
        NewEntry(
            kind=EntryKind.ACCOUNT, at=DAY, campaign="", unit="25", step="", actor="console", body={"what": "created"}
        )
    )
    for _ in range(3):
        enqueue_changes(store, world.settings, DAY)
    told = [m for m in store.outbox.newest() if m.channel == "webhook"]
    assert {m.content["to"] for m in told} == {secret_fingerprint(f"https://{name}.example.vn/") for name in "ab"}
    assert not any("example.vn" in json.dumps(m.content) for m in told)
    said = json.loads(told[0].content["body"])
    assert (said["schema"], said["number"], said["unit"], said["step"], said["kind"]) == (
        SCHEMA,
        2,
        "04960",
        "a",
        "confirmed",
    )
    assert "bí mật" not in told[0].content["body"]
    assert "Chủ tịch" not in told[0].content["body"]


def test_webhooks_are_laid_down_for_as_many_entries_as_there_are(tmp_path: Path, store: Store) -> None:
    world = world_in(tmp_path, webhooks=(hook("https://a.example.vn/"),))
    enqueue_changes(store, world.settings, DAY)
    store.journal.append(
        *(
            NewEntry(
                kind=EntryKind.OBSTACLE,
                at=DAY,
                campaign="thu",
                unit="04924",
                step="a",
                actor="unit:04924",
                body={"note": str(n)},
            )
            for n in range(1203)
        )
    )
    enqueue_changes(store, world.settings, DAY)
    assert store.outbox.counts() == {WAITING: 1203}


def test_the_weekly_report_goes_to_the_office_once_with_the_document(tmp_path: Path, store: Store) -> None:
    with post_office() as post:
        world = world_in(tmp_path, post.settings())
        checked(store, world, DAY)
        assert [enqueue_report(world.office(store), "thu", DAY) for _ in range(3)] == [1, 0, 0]
        assert world.send(store).sent == 1
    (mail,) = post.mails
    assert (mail["To"], mail["Subject"]) == ("vp@phutho.example.vn", "Báo cáo: Thử")
    (file,) = mail.iter_attachments()
    assert (file.get_filename() or "").endswith(".docx")
    assert file.get_content()[:2] == b"PK"
    (kept,) = store.outbox.newest()
    assert kept.content.keys() == {"to", "subject"}
    assert kept.done_at == DAY.astimezone(UTC)
