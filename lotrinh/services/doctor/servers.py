"""The servers: the portal, Prefect, the mail host; what they say of themselves, and what time it is there."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx

from lotrinh.clock import Clock
from lotrinh.core.text import M, Message
from lotrinh.errors import LotrinhError
from lotrinh.sending.mail import Mailer
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.services.doctor import workers
from lotrinh.services.doctor.finding import Diagnosis, attention, failing, good
from lotrinh.services.notify.receivers import addresses, units_needing_mail
from lotrinh.services.upkeep.prefect_server import auth_string
from lotrinh.settings.load import SHORT_TOKEN
from lotrinh.settings.models import MailSettings, PortalSettings, Settings

SECONDS, MAIL_SECONDS = 5, 20
"""For one answer; for a whole conversation with the mail host."""
CLOSE, FAR = timedelta(seconds=60), timedelta(minutes=5)
"""How far two clocks may be apart before somebody should look, and before deadlines become wrong."""
LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - names for all addresses, where one is asked


def fetch(url: str, body: object = None, **named: Any) -> httpx.Response | None:  # noqa: ANN401 - whatever httpx takes
    """Ask, briefly, by POST where something is sent along; None where nothing answers."""
    method = "GET" if body is None else "POST"
    try:
        return httpx.request(method, url, json=body, timeout=SECONDS, trust_env=False, **named)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError):
        return None


def is_listening(host: str, port: int) -> bool:
    """Whether anything takes connections there."""
    try:
        with socket.create_connection((host, port), timeout=SECONDS):
            return True
    except OSError:
        return False


def inspect_portal(settings: Settings, clock: Clock) -> Iterator[Diagnosis]:
    """Ask our portal on this machine: it runs, or its port is free, or somebody else has it."""
    host, port = LOCAL.get(settings.portal.host, settings.portal.host), settings.portal.port
    answer = fetch(f"http://[{host}]:{port}/healthz" if ":" in host else f"http://{host}:{port}/healthz")
    if answer is not None and answer.is_success and "head" in answer.text:
        yield good("portal", M("Cổng đang chạy tại {host}:{port}", host=host, port=port))
        yield from inspect_clock("portal", M("cổng"), answer, clock())
    elif answer is not None and "lotrinh" in answer.text:
        yield failing("portal", M("Cổng đang chạy nhưng báo lỗi"), M("Xem {log}.", log=log_of(settings, "portal")))
    elif answer is not None or is_listening(host, port):
        advice = M("Dừng chương trình đó, hoặc đặt portal.port khác.")
        yield failing("portal", M("Cổng mạng {port} do chương trình khác dùng", port=port), advice)
    else:
        found = M("Cổng không chạy (cổng mạng {port} trống)", port=port)
        yield attention("portal", found, M("Chạy: lotrinh up"))


def inspect_metrics_token(portal: PortalSettings) -> Iterator[Diagnosis]:
    """Look whether the portal would start: it asks for the token that its figures are read with."""
    if portal.is_token_guessable:
        advice = M("Máy chạy cổng: đặt tệp bí mật portal__metrics_token. Máy chỉ chạy worker thì không cần.")
        yield attention("metrics", Message(SHORT_TOKEN.msgid, key="portal.metrics"), advice)


def log_of(settings: Settings, part: str) -> str:
    """Where ``lotrinh up`` keeps a part's log."""
    return str(settings.data_dir / "logs" / f"{part}.log")


def inspect_prefect(settings: Settings, clock: Clock, own_version: str) -> Iterator[Diagnosis]:
    """Ask the Prefect server: reachable, of our version, without telemetry, with the right time."""
    base = settings.prefect.api_url.rstrip("/")
    if not base:
        yield attention("prefect", M("Không dùng Prefect (prefect.api_url để trống): không có gì tự chạy theo lịch"))
        return
    user, _, password = auth_string(settings).partition(":")
    auth = (user, password) if user else None
    answer = fetch(f"{base}/admin/version", auth=auth)
    version = prefect_version(answer)
    if answer is None or not version:
        yield report_missing_prefect(base, answer)
        return
    found = M("Máy chủ Prefect {version} tại {url}", version=version, url=base)
    if version == own_version:
        yield good("prefect", found)
    else:
        advice = M("Máy này có Prefect {wanted}. Chạy máy chủ cùng phiên bản.", wanted=own_version or "—")
        yield attention("prefect", found, advice)
    yield inspect_server_telemetry(fetch(f"{base}/admin/settings", auth=auth))
    yield from inspect_clock("prefect", M("máy chủ Prefect"), answer, clock())
    zone = ZoneInfo(settings.timezone)
    yield from workers.inspect_workers(lambda path, sent: fetch(f"{base}{path}", sent, auth=auth), clock(), zone)


def prefect_version(answer: httpx.Response | None) -> str:
    """Read a Prefect server's version; empty where it is none that answers."""
    try:
        said = answer.json() if answer is not None and answer.is_success else ""
    except ValueError:
        return ""
    return said if isinstance(said, str) else ""


def report_missing_prefect(base: str, answer: httpx.Response | None) -> Diagnosis:
    """Say why there is no Prefect server to ask."""
    if answer is None:
        url = urlsplit(base)
        if not is_listening(url.hostname or "", url.port or (443 if url.scheme == "https" else 80)):
            found = M("Máy chủ Prefect không chạy tại {url}: không có gì tự chạy theo lịch", url=base)
            return attention("prefect", found, M("Chạy: lotrinh up"))
    elif answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return failing("prefect", M("Máy chủ Prefect tại {url} đòi mật khẩu", url=base), M("Đặt prefect.auth_string."))
    found = M("Nơi trả lời tại {url} không phải máy chủ Prefect", url=base)
    return failing("prefect", found, M("Dừng chương trình đó, hoặc đặt prefect.api_url khác."))


def inspect_server_telemetry(answer: httpx.Response | None) -> Diagnosis:
    """Look at the server's own switch, as the running server has it."""
    advice = M("Chạy máy chủ bằng `lotrinh up`, hoặc đặt PREFECT_SERVER_ANALYTICS_ENABLED=false cho nó.")
    try:
        on = answer.json()["server"]["analytics_enabled"] if answer is not None else None
    except (ValueError, KeyError, TypeError):
        on = None
    if on is False:
        return good("telemetry_server", M("Máy chủ Prefect không gửi số liệu sử dụng"))
    if on is None:
        found = M("Không hỏi được máy chủ Prefect có gửi số liệu sử dụng hay không")
        return attention("telemetry_server", found, advice)
    return attention("telemetry_server", M("Máy chủ Prefect gửi số liệu sử dụng ra ngoài"), advice)


def inspect_public_url(settings: Settings, clock: Clock) -> Iterator[Diagnosis]:
    """Ask the portal by the address that others use."""
    url = settings.portal.public_url.rstrip("/")
    if not url:
        if settings.remind.cron:
            found = M("Thư nhắc việc không có địa chỉ của cổng: portal.public_url còn trống")
            yield attention("public_url", found, M("Ghi địa chỉ mà các đơn vị mở cổng vào [portal] public_url."))
        return
    answer = fetch(f"{url}/healthz", verify=trust_context(settings.http.ca_file))
    if answer is None or not answer.is_success:
        advice = M("Xem máy chủ phía trước (proxy), tên miền và chứng thư.")
        yield attention("public_url", M("Không vào được cổng qua {url}", url=url), advice)
        return
    yield good("public_url", M("Vào được cổng qua {url}", url=url))
    yield from inspect_clock("public_url", M("{url}", url=url), answer, clock())


def inspect_mail_setting(settings: Settings) -> Iterator[Diagnosis]:
    """Look for units that could be reminded by mail alone, where mail is not set up."""
    if not settings.remind.cron:
        return
    with suppress(LotrinhError):  # what is wrong with roster or receivers is told beside the settings
        known = open_roster(settings)
        alone = units_needing_mail(settings, (known.province, *known.units)) - addresses(settings, known).keys()
        if alone:
            found = M("Chưa khai báo [mail]: {count} nơi chỉ có hộp thư nên không được nhắc", count=len(alone))
            yield attention("mail", found, M("Ghi host và sender trong [mail], rồi thử: lotrinh doctor --mail"))


def trust_context(ca_file: str) -> ssl.SSLContext:
    """Trust what Python trusts, and the office's own authority where its file can be read."""
    made = ssl.create_default_context()
    try:
        if ca_file:
            made.load_verify_locations(ca_file)
    except (OSError, ssl.SSLError):
        pass  # said by its own finding
    return made


def inspect_ca_file(path: str) -> Iterator[Diagnosis]:
    """Look whether the office's own certificates can be read."""
    if not path:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except (OSError, ssl.SSLError) as error:
        found = M("Không đọc được http.ca_file {path} ({reason})", path=path, reason=str(error))
        yield failing("ca_file", found, M("Sửa đường dẫn; tệp phải là chứng thư dạng PEM."))
        return
    yield good("ca_file", M("Đọc được http.ca_file {path}", path=path))


def inspect_clock(what: str, whose: M, answer: httpx.Response, now: datetime) -> Iterator[Diagnosis]:
    """Compare this machine's clock with the one that an answer was dated by; what carries no date says nothing."""
    try:
        apart = now - parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError, TypeError):
        return
    seconds = round(abs(apart).total_seconds())
    found = M("Đồng hồ máy lệch {seconds} giây so với {whose}", seconds=seconds, whose=whose)
    advice = M("Đồng bộ đồng hồ (NTP) ở cả hai máy.")
    if abs(apart) > FAR:
        yield failing(f"clock_{what}", found, advice)
    elif abs(apart) > CLOSE:
        yield attention(f"clock_{what}", found, advice)
    else:
        yield good(f"clock_{what}", M("Đồng hồ máy khớp với {whose}", whose=whose))


def inspect_mail_host(settings: MailSettings, trust: ssl.SSLContext) -> Diagnosis:
    """Greet the mail host, and sign in where a user is set; nothing is sent."""
    if not settings.host:
        return attention("mail", M("Chưa đặt máy chủ thư (mail.host)"), M("Đặt [mail] nếu cần gửi thư."))
    where = M("máy chủ thư {host}:{port}", host=settings.host, port=settings.port)
    mailer = Mailer(settings.model_copy(update={"timeout_seconds": SECONDS}), trust)
    refused = [M("quá {seconds} giây", seconds=MAIL_SECONDS)]

    def greet() -> None:
        reason = mailer.greet()
        refused[:] = [reason] if reason else []

    # Each answer has its own time; a host that gives one letter at a time is left behind altogether.
    greeting = threading.Thread(target=greet, daemon=True)
    greeting.start()
    greeting.join(MAIL_SECONDS)
    for reason in refused:
        found = M("Không dùng được {where} ({reason})", where=where, reason=reason)
        return failing("mail", found, M("Kiểm tra [mail]: host, port, security, user, password."))
    return good("mail", M("Dùng được {where}", where=where))
