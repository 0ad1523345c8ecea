"""The database: its schema, its chain, the last runs, the last backup, what could not be sent."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from lotrinh.core.notify.schedules import schedule_words
from lotrinh.core.status.journal import Entry, chain_hash
from lotrinh.core.text import M
from lotrinh.errors import DamagedDatabase, DatabaseRelocated, LotrinhError, OldSchema
from lotrinh.services.campaigns.campaigns import open_campaign
from lotrinh.services.campaigns.schedules import effective_schedule, first_missed_check
from lotrinh.services.doctor.finding import Diagnosis, attention, failing, good
from lotrinh.services.runs.roster_mismatch import describe_roster_mismatch
from lotrinh.services.upkeep import last_backup
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from lotrinh.store.engine import connect, is_damage, require_file, version
from lotrinh.store.outbox import FAILED, UNCLEAR

LOOKED_AT = 1000
"""Newest entries whose chain is checked; all of them with ``--full``."""
AHEAD = timedelta(minutes=5)
BACKUP_DAYS = 7
A_DAY, LATE_BACKUP = timedelta(days=1), timedelta(hours=2)
"""How long one backup each night may let wait, where they are made so or the last one failed, and a bit more."""
MADE = M("`lotrinh up` tạo khi chạy lần đầu.")


def inspect_database(settings: Settings, now: datetime, *, full: bool, home: Path | None = None) -> Iterator[Diagnosis]:
    """Open the database as it is, and look at it; a database that is not there is not made.

    ``home`` is the settings file's folder, where checklists are looked for.
    """
    try:
        if is_empty(settings.database_url):
            yield attention("schema", M("Cơ sở dữ liệu còn trống"), MADE)
            return
        with open_store(settings.database_url, make=False) as store:
            yield good("schema", M("Cơ sở dữ liệu mở được, đúng phiên bản"))
            yield inspect_chain(store, full=full)
            yield inspect_newest_entry(store, now)
            for campaign in settings.campaigns:
                yield inspect_last_run(store, settings, campaign.id, now, home)
                yield from inspect_roster_mismatch(store, settings, campaign.id, home)
            yield from inspect_unreadable_schedules(store, settings)
            yield from inspect_paused_campaigns(store, settings)
            yield from inspect_outbox(store)
    except (OldSchema, DatabaseRelocated, DamagedDatabase) as error:
        yield failing("schema", error.sentence)
    except LotrinhError as error:
        if settings.database_url.startswith("sqlite") and not (settings.data_dir / "lotrinh.db").exists():
            yield attention("schema", M("Chưa có cơ sở dữ liệu"), MADE)
        elif is_damage(error):
            yield failing("schema", error.sentence, M("Khôi phục từ bản sao lưu: lotrinh restore"))
        else:
            yield failing("schema", error.sentence, M("Kiểm tra database.url và máy chủ cơ sở dữ liệu."))


def is_empty(url: str) -> bool:
    """Whether the database is there and nothing is in it: opening it would make it."""
    require_file(url)
    engine = connect(url)
    try:
        return version(engine) is None
    finally:
        engine.dispose()


def inspect_chain(store: Store, *, full: bool) -> Diagnosis:
    """Check the journal's chain: its newest entries, or all."""
    if full:
        bad, seen = store.journal.verify(), M("từ đầu đến cuối")
    else:
        newest = store.journal.latest(LOOKED_AT)
        bad, seen = first_misfit(newest[::-1]), M("{count} mục mới nhất", count=len(newest))
    if bad is not None:
        found = M("Nhật ký đã bị sửa: mục số {number} không khớp", number=bad)
        return failing("journal", found, M("Dừng sử dụng, khôi phục bản sao lưu (`lotrinh restore`)."))
    return good("journal", M("Nhật ký nguyên vẹn ({seen})", seen=seen))


def first_misfit(entries: Sequence[Entry]) -> int | None:
    """Return the number of the first entry of a stretch that does not fit the one before; None for a good stretch."""
    for index, entry in enumerate(entries):
        if entry.hash != chain_hash(entry.previous, entry.number, entry.new):
            return entry.number
        before = entries[index - 1] if index else None
        if before and (entry.number, entry.previous) != (before.number + 1, before.hash):
            return entry.number
    return None


def inspect_newest_entry(store: Store, now: datetime) -> Diagnosis:
    """Compare this machine's clock with the newest entry: what is written already cannot lie in the future."""
    newest = store.journal.latest(1)
    if newest and newest[0].new.at > now + AHEAD:
        found = M("Đồng hồ máy chậm hơn mục mới nhất của nhật ký ({at} UTC)", at=newest[0].new.at)
        return failing("clock_record", found, M("Chỉnh lại đồng hồ máy (đồng bộ NTP) trước khi dùng tiếp."))
    return good("clock_record", M("Đồng hồ máy không chậm hơn nhật ký"))


def inspect_last_run(store: Store, settings: Settings, name: str, now: datetime, home: Path | None = None) -> Diagnosis:
    """Compare a campaign's last finished run with the schedule that holds."""
    what, run = f"last_run:{name}", store.runs.latest(name)
    finished = run.finished_at if run else None
    if finished is None:
        found = M("Đợt {campaign}: chưa có lượt kiểm tra nào chạy xong", campaign=name)
        return attention(what, found, M("Chạy: lotrinh check {campaign}", campaign=name))
    at = finished.astimezone(ZoneInfo(settings.timezone))
    found = M("Đợt {campaign}: lượt gần nhất xong lúc {at}", campaign=name, at=at)
    holds = effective_schedule(store, settings, name)
    try:
        late = first_missed_check(holds, open_campaign(store, settings, name, home=home), finished, now)
    except LotrinhError as error:
        return attention(what, found, error.sentence)
    if late:
        advice = M("Đã lỡ lịch “{cron}”. Xem `lotrinh up` còn chạy không.", cron=schedule_words(holds.schedule))
        return attention(what, found, advice)
    return good(what, found)


def inspect_roster_mismatch(
    store: Store, settings: Settings, name: str, home: Path | None = None
) -> Iterator[Diagnosis]:
    """Compare the roster of this machine with the one that a campaign's newest run was made of."""
    with suppress(LotrinhError):  # what cannot be opened is told beside the last run
        if told := describe_roster_mismatch(store, open_campaign(store, settings, name, home=home)):
            yield attention(f"roster:{name}", told)


def inspect_backup(data_dir: Path, now: datetime, zone: ZoneInfo) -> Diagnosis:
    """Look when the last backup was made, and whether the next one is due or has failed."""
    advice, failed = M("Sao lưu: lotrinh backup"), last_backup.last_failure(data_dir)
    try:
        said, bad = last_backup.read_note(data_dir), last_backup.known_journal(data_dir).first_bad
        at, path = datetime.fromisoformat(said["at"]), Path(str(said["path"]))
        age = now - at
    except FileNotFoundError:
        return report_failed_backup(M("Chưa sao lưu lần nào"), failed, zone)
    except (OSError, ValueError, KeyError, TypeError):
        return attention("backup", M("Không đọc được ghi chép của lần sao lưu gần nhất"), advice)
    found = M("Sao lưu gần nhất {at}: {path}", at=at.astimezone(zone), path=str(path))
    if bad is not None:
        found = M(
            "Sao lưu gần nhất {at}: nhật ký đã bị sửa hoặc bị cắt ở mục số {number}", at=at.astimezone(zone), number=bad
        )
        return failing("backup", found, M("Tìm vì sao trước khi dùng tiếp: lotrinh verify. Xem docs/backup.md."))
    if not path.exists():
        return attention("backup", M("Không còn tệp sao lưu {path}", path=str(path)), advice)
    if failed and failed.at > at and age > A_DAY + LATE_BACKUP:
        return report_failed_backup(found, failed, zone)
    usual = last_backup.usual_interval(path)
    if usual and max(usual, A_DAY) + LATE_BACKUP < age:
        advice = M(
            "Đã lỡ bản kế tiếp. Xem lịch sao lưu (lotrinh-backup.timer) còn chạy không, rồi chạy: lotrinh backup"
        )
        return attention("backup", found, advice)
    return attention("backup", found, advice) if age > timedelta(days=BACKUP_DAYS) else good("backup", found)


def report_failed_backup(found: M, failed: last_backup.Failure | None, zone: ZoneInfo) -> Diagnosis:
    """Say that there is no backup as new as it should be, and why not, where that is known."""
    if failed is None:
        return attention("backup", found, M("Sao lưu: lotrinh backup"))
    at = failed.at.astimezone(zone)
    found = M(
        "{found}; lần thử lúc {at} không được ({reason})", found=found, at=at, reason=failed.reason.removesuffix(".")
    )
    return attention("backup", found, M("Sửa chỗ đó rồi chạy: lotrinh backup"))


def inspect_unreadable_schedules(store: Store, settings: Settings) -> Iterator[Diagnosis]:
    """Name the campaigns whose changed schedule cannot be read any more: the office believes that it holds."""
    for name in (c.id for c in settings.campaigns if effective_schedule(store, settings, c.id).is_unreadable):
        found = M(
            "Đợt {campaign}: không đọc được lịch mà văn phòng đã đổi nên đang dùng lịch trong tệp cấu hình",
            campaign=name,
        )
        advice = M(
            "Đặt lại ở trang “Lịch chạy” trên cổng, hoặc bỏ lịch ấy: lotrinh schedule set {campaign} --reset",
            campaign=name,
        )
        yield attention(f"schedule:{name}", found, advice)


def inspect_paused_campaigns(store: Store, settings: Settings) -> Iterator[Diagnosis]:
    """Name the campaigns that are paused: nobody misses what does not come."""
    names = [c.id for c in settings.campaigns if effective_schedule(store, settings, c.id).schedule.paused]
    if names:
        found = M("Đợt {campaigns} đang tạm dừng: không ai được nhắc việc của đợt này", campaigns=", ".join(names))
        yield attention("paused", found, M("Cho chạy tiếp: lotrinh schedule resume {campaign}", campaign=names[0]))


def inspect_outbox(store: Store) -> Iterator[Diagnosis]:
    """Count the messages that were given up, that wait after an error, or of which nobody knows if they went out."""
    counts, held = store.outbox.counts(), store.figures.count_held_back()
    failed, unclear = counts.get(FAILED, 0), counts.get(UNCLEAR, 0)
    if held:
        advice = M("Xem lý do: lotrinh outbox list. Thử máy chủ thư: lotrinh doctor --mail")
        yield attention("outbox_waiting", M("{count} tin còn chờ vì lần gửi trước bị lỗi", count=held), advice)
    if failed:
        advice = M("Xem lý do: lotrinh outbox list. Sửa rồi gửi lại: lotrinh outbox retry SỐ")
        yield attention("outbox_failed", M("{count} tin không gửi được", count=failed), advice)
    if unclear:
        advice = M(
            "Hỏi nơi nhận; chưa nhận được thì: lotrinh outbox retry SỐ; đã nhận thì: lotrinh outbox drop SỐ."
            " Số của tin: lotrinh outbox list"
        )
        yield attention("outbox_unclear", M("{count} tin không rõ đã gửi chưa", count=unclear), advice)
    if not (held or failed or unclear):
        yield good("outbox", M("Không có tin nhắn nào gửi hỏng"))
