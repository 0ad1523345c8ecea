"""lotrinh backup, restore, db copy, db reopen: the record kept elsewhere, put back, moved to another database."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from lotrinh.cli.base import Command, existing_file, open_settings, option, print_message, settings_option
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Conflict, Problem
from lotrinh.i18n import say

if TYPE_CHECKING:
    from lotrinh.services.upkeep.backup import BackupResult, DataLocation
    from lotrinh.services.upkeep.restore import ExistingData, RestoreResult


@click.command(
    "backup", cls=Command, help="Sao lưu cơ sở dữ liệu, tệp đã nộp và danh sách của văn phòng, trong khi vẫn chạy."
)
@option("--out", metavar="DIR", help="Thư mục chứa bản sao lưu; mặc định là backups trong data_dir.")
@option("--keep", type=click.IntRange(min=1), metavar="N", help="Chỉ giữ N bản mới nhất trong thư mục đó.")
@option("--accept-head", is_flag=True, help="Nhận nhật ký đang có làm mốc, sau khi đã biết vì sao bị cắt.")
@settings_option()
def backup_command(out: str | None, keep: int | None, settings: str | None, *, accept_head: bool) -> int:
    """Print the file's path; exit 0 when it was written, read again, and the journal is whole."""
    from lotrinh.clock import now
    from lotrinh.services.upkeep.backup import DataLocation, back_up

    chosen = open_settings(settings).settings
    place = DataLocation(chosen.database_url, chosen.data_dir)
    folder = Path(out) if out else chosen.data_dir / "backups"
    made = back_up(place, folder, now(), keep, accept_loss=accept_head)
    click.echo(str(made.path))
    return _print_backup(made)


def _print_backup(made: "BackupResult") -> int:
    manifest = made.manifest
    print_message(
        M(
            "Đã sao lưu và đọc lại: {entries} mục nhật ký, {files} tệp; mã cuối {head}.",
            entries=manifest.entries,
            files=manifest.files,
            head=manifest.head,
        )
    )
    if made.is_loss_accepted:
        print_message(M("Đã nhận mã cuối này làm mốc cho các lần sao lưu sau. Các bản sao lưu cũ được giữ nguyên."))
    if made.deleted_backups:
        print_message(M("Đã xóa {count} bản cũ.", count=len(made.deleted_backups)))
    if manifest.missing:
        shown = ", ".join(manifest.missing[:5])
        print_message(
            M("Không tìm thấy hoặc đã bị sửa: {count} tệp đã nộp ({shown}).", count=len(manifest.missing), shown=shown)
        )
    if made.first_bad is not None:
        print_message(
            M(
                "Nhật ký đã bị sửa hoặc bị cắt: mục số {number} không khớp. Các bản sao lưu cũ được giữ nguyên.",
                number=made.first_bad,
            )
        )
        if manifest.first_bad is None:
            print_message(M("Biết rõ vì sao bị cắt thì nhận nhật ký này làm mốc: lotrinh backup --accept-head"))
    return 2 if manifest.missing or made.first_bad is not None else 0


@click.command("restore", cls=Command, help="Khôi phục từ bản sao lưu. Hãy dừng lotrinh up, cổng trước.")
@click.argument("file", metavar="FILE")
@option("--into", metavar="DIR", help="Khôi phục vào thư mục này, thành data_dir mới; dùng để tập khôi phục.")
@option("--database", metavar="URL", help="Cơ sở dữ liệu nhận; mặc định theo cấu hình, hoặc lotrinh.db trong --into.")
@option("--replace", is_flag=True, help="Thay dữ liệu đang có; dữ liệu cũ được giữ trong thư mục replaced-….")
@option("--yes", is_flag=True, help="Không hỏi lại khi thay.")
@settings_option()
def restore_command(
    file: str, into: str | None, database: str | None, settings: str | None, *, replace: bool, yes: bool
) -> int:
    """Check, lay out beside, switch; say what stands there now."""
    from lotrinh.clock import now
    from lotrinh.services.upkeep.lock import hold_alone
    from lotrinh.services.upkeep.restore import find_existing_data
    from lotrinh.services.upkeep.restore import restore_backup as put_back

    source, place = existing_file(file), _place(into, database, settings)
    there = find_existing_data(place)
    if replace and there.has_anything and not yes:
        _confirm(place, there)
    with hold_alone(place.folder):
        done = put_back(source, place, now(), replace=replace)
    _print_restoration(done)
    return 0


def _place(into: str | None, database: str | None, settings: str | None) -> "DataLocation":
    from lotrinh.services.upkeep.backup import DataLocation

    if into:
        folder = Path(into)
        return DataLocation(database or f"sqlite:///{(folder / 'lotrinh.db').resolve().as_posix()}", folder)
    chosen = open_settings(settings).settings
    return DataLocation(database or chosen.database_url, chosen.data_dir)


def _confirm(place: "DataLocation", there: "ExistingData") -> None:
    from lotrinh.store.engine import database_name

    name = database_name(place.url)
    print_message(M("Sẽ thay dữ liệu đang có: {there}.", there=there.describe()))
    if not sys.stdin.isatty():
        sentence = M("Không có bàn phím để hỏi lại; hãy thêm --yes nếu chắc chắn.")
        raise BadInput([Problem("--replace", 0, 0, sentence)])
    question = say(M("Gõ tên cơ sở dữ liệu ({name}) để thay", name=name))
    if click.prompt(question, err=True, default="", show_default=False) != name:
        raise Conflict(M("Chưa khôi phục: tên gõ vào không đúng."))


def _print_restoration(done: "RestoreResult") -> None:
    from lotrinh.settings.models import Settings
    from lotrinh.store.schema import HEAD

    manifest, extent = done.manifest, done.extent
    print_message(
        M(
            "Đã khôi phục bản sao lưu lúc {at}: {entries} mục nhật ký, {files} tệp.",
            at=manifest.at.astimezone(ZoneInfo(str(Settings.model_fields["timezone"].default))),
            entries=extent.entries,
            files=manifest.files,
        )
    )
    if manifest.schema != HEAD:
        print_message(M("Đã nâng cơ sở dữ liệu {old} → {new}, như lotrinh db upgrade.", old=manifest.schema, new=HEAD))
    if extent.first_bad is not None:
        print_message(M("Nhật ký trong bản sao lưu đã bị sửa: mục số {number} không khớp.", number=extent.first_bad))
    if done.doubtful_messages:
        print_message(
            M(
                "{count} tin không rõ đã gửi chưa. Xem: lotrinh outbox list --state unclear",
                count=done.doubtful_messages,
            )
        )
    if done.old_data:
        print_message(M("Dữ liệu cũ nằm ở {folder}.", folder=str(done.old_data)))
    print_message(
        M("Mã cuối của nhật ký: {head}. So với báo cáo in gần nhất: lotrinh verify --head MÃ", head=extent.head)
    )


@click.command(
    "copy", cls=Command, help="Chuyển toàn bộ dữ liệu sang cơ sở dữ liệu khác, còn trống (SQLite ↔ PostgreSQL)."
)
@click.argument("source", metavar="FROM_URL")
@click.argument("target", metavar="TO_URL")
def db_copy_command(source: str, target: str) -> None:
    """Copy, and say what stands there now; the addresses may hold passwords and are not said."""
    from lotrinh.clock import now
    from lotrinh.services.upkeep.copying import copy_to_database

    done = copy_to_database(source, target, now())
    rows = sum(done.counts.values())
    print_message(
        M("Đã chép {rows} dòng, {entries} mục nhật ký; chuỗi mã nguyên vẹn.", rows=rows, entries=done.entries)
    )
    print_message(M("Mã cuối của nhật ký: {head}. Tệp đã nộp vẫn ở data_dir.", head=done.head))
    print_message(
        M("Bản cũ đã đóng: mọi lệnh từ chối nó. Chưa đặt địa chỉ mới vào database.url thì không lệnh nào chạy.")
    )


@click.command("reopen", cls=Command, help="Dùng lại cơ sở dữ liệu đã chuyển đi bằng db copy, khi bỏ bản đã chuyển.")
@settings_option()
def db_reopen_command(settings: str | None) -> None:
    """Let the record of the settings be used again; say what that means for the one it was copied to."""
    from lotrinh.clock import now
    from lotrinh.services.upkeep.copying import reopen_moved_database as open_again

    if to := open_again(open_settings(settings).settings.database_url, now()):
        print_message(
            M("Dữ liệu ở đây dùng lại được. Điều đã ghi ở {to} từ khi chuyển không có ở đây: đừng dùng cả hai.", to=to)
        )
    else:
        print_message(M("Dữ liệu ở đây không phải bản cũ đã chuyển đi; không có gì để mở lại."))
