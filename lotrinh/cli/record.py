"""lotrinh db, verify, access: the record, its chain, and who may speak for a unit."""

import click

from lotrinh.cli.base import Command, Group, load, settings_option, tell
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem


@click.group(cls=Group, help="Cơ sở dữ liệu của lotrinh.")
def db() -> None:
    """Hold the commands on the database."""


@db.command(help="Nâng cơ sở dữ liệu lên phiên bản mà lotrinh này cần.")
@settings_option()
def upgrade(settings: str | None) -> None:
    """Migrate, and say from which version to which."""
    from lotrinh.store.store import upgrade_store

    before, after = upgrade_store(load(settings).settings.database_url)
    if before == after:
        tell(M("Cơ sở dữ liệu đã ở phiên bản {after}.", after=after))
    else:
        tell(M("Đã nâng cơ sở dữ liệu: {before} → {after}.", before=before or "—", after=after))


@click.command(cls=Command, help="Kiểm tra chuỗi mã của nhật ký, từ mục đầu đến mục cuối.")
@settings_option()
def verify(settings: str | None) -> int:
    """Walk the chain; exit 0 when it holds."""
    from lotrinh.store import open_store

    with open_store(load(settings).settings.database_url) as store:
        bad, head = store.journal.verify(), store.journal.head()
    if bad is not None:
        tell(M("Nhật ký đã bị sửa: mục số {number} không khớp. Hãy dừng sử dụng và khôi phục bản sao lưu.", number=bad))
        return 2
    tell(M("Nhật ký nguyên vẹn; mã cuối {head}.", head=head))
    return 0


@click.group(cls=Group, help="Mã truy cập của các đơn vị.")
def access() -> None:
    """Hold the commands on access codes."""


@access.command(help="Cấp mã mới cho các đơn vị; mã cũ hết hiệu lực. Mã chỉ hiện một lần.")
@click.argument("units", nargs=-1, required=True, metavar="CODE...")
@settings_option()
def issue(units: tuple[str, ...], settings: str | None) -> None:
    """Print unit and code, tab between them."""
    from lotrinh.clock import now
    from lotrinh.services.rosters import roster
    from lotrinh.store import open_store

    loaded = load(settings)
    found = roster(loaded.settings)
    codes = {u.code for u in (*found.units, found.province)}
    if wrong := [u for u in units if u not in codes]:
        sentence = M("Danh sách đơn vị đang dùng không có mã này.")
        raise BadInput([Problem(unit, 0, 0, sentence) for unit in wrong])
    with open_store(loaded.settings.database_url) as store:
        for unit, code in store.access.issue(units, now()).items():
            click.echo(f"{unit}\t{code}")


@access.command(help="Thu hồi mã truy cập của một đơn vị.")
@click.argument("unit", metavar="CODE")
@settings_option()
def revoke(unit: str, settings: str | None) -> None:
    """Take a unit's codes away."""
    from lotrinh.clock import now
    from lotrinh.store import open_store

    with open_store(load(settings).settings.database_url) as store:
        tell(M("Đã thu hồi {count} mã của đơn vị {unit}.", count=store.access.revoke(unit, now()), unit=unit))
