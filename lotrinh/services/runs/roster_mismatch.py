"""Whether a machine's roster is the one that the newest report was made of: each machine reads its own files."""

from collections.abc import Iterable

from lotrinh.core.checklist.units import Unit
from lotrinh.core.text import M, Message
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.report_archive import load_units
from lotrinh.store import Store


def describe_roster_mismatch(store: Store, campaign: Campaign) -> Message | None:
    """Say in how many units a campaign differs here from its newest finished run; None where in none.

    After the office changed its roster this is said once; where two machines have different ones, again and again.
    """
    last = store.runs.latest(campaign.id, province=campaign.province.code)
    kept = store.runs.report_dump(last.id) if last else None
    if last is None or kept is None:
        return None
    then, here = _by_code(load_units(kept[0])), _by_code(campaign.units)
    added, missing = here.keys() - then.keys(), then.keys() - here.keys()
    changed = [code for code in here.keys() & then.keys() if here[code] != then[code]]
    if not added and not missing and not changed:
        return None
    return M(
        "Đợt {campaign}: danh sách đơn vị ở máy này khác danh sách của lượt {run} (thêm {added}, thiếu {missing}, khác"
        " {changed} đơn vị); nếu văn phòng không vừa đổi danh sách, hãy nhập cùng một danh sách ở mọi máy.",
        campaign=campaign.id,
        run=last.id,
        added=len(added),
        missing=len(missing),
        changed=len(changed),
    )


def _by_code(units: Iterable[Unit]) -> dict[str, tuple[object, ...]]:
    """Keep what a report keeps of its units."""
    return {u.code: (u.kind, u.name, u.area, u.tags, u.status_url) for u in units if not u.is_province}
