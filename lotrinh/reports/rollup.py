"""The roll-up in words and figures: table, Markdown, CSV and JSON."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from lotrinh.core.report.rollup import (
    NationRollup,
    Rollup,
    RollupFigures,
    RollupGroup,
    RollupRowKind,
    nation_rollup,
    rate_in_tenths,
    rollup_groups,
)
from lotrinh.core.status.wording import SAMPLE_NOTICE
from lotrinh.core.text import M, Message
from lotrinh.i18n import say
from lotrinh.reports.data.csv_report import escape_formula
from lotrinh.reports.text.short import ShortReport, short_markdown, short_text
from lotrinh.reports.text.tables import NOTHING, Table

FIRST_COLUMN: Mapping[RollupRowKind, Message] = {
    RollupRowKind.AREA: M("Khu vực"),
    RollupRowKind.UNIT: M("Đơn vị"),
    RollupRowKind.KIND: M("Loại đơn vị"),
    RollupRowKind.PROVINCE: M("Tỉnh"),
}
TITLES: Mapping[RollupRowKind, Message] = {
    RollupRowKind.AREA: M("Tổng hợp theo khu vực"),
    RollupRowKind.UNIT: M("Tổng hợp theo đơn vị"),
    RollupRowKind.KIND: M("Tổng hợp theo loại đơn vị"),
    RollupRowKind.PROVINCE: M("Tổng hợp theo tỉnh"),
}
HEADS = (
    M("Số đơn vị"),
    M("Đến hạn"),
    M("Đã báo xong"),
    M("Báo đúng hạn"),
    M("Không rõ lúc báo"),
    M("Xong đúng hạn"),
    M("Quá hạn"),
    M("Chưa rõ"),
    M("Ngày trễ"),
    M("Bình quân"),
    M("Nhiều nhất"),
)
RATES = ("reported", "reported_on_time", "completed_on_time")
COUNTS = (
    "units", "expected", "reported", "reported_on_time", "time_unknown", "completed_on_time", "completed_late",
    "overdue", "awaiting", "unknown", "ahead", "late", "days_late", "longest",
)  # fmt: skip
TIME_UNKNOWN = 5
"""The column of those that nobody says when they were told."""
SHORT_HASH = 12


def render_rollup(provinces: Sequence[Rollup], by: RollupRowKind, form: str, language: str, width: int) -> str:
    """Render one province, or several with their sum; ``form`` is a format in which there are roll-ups."""
    return RENDERERS[form](provinces, by, language, width)


def percent(part: int, whole: int, language: str) -> str:
    """Write a rate as its readers do: "66,7%"; never "100%" where something is missing."""
    rate = rate_in_tenths(part, whole)
    if rate is None:
        return NOTHING
    text = f"{rate // 10}" if rate % 10 == 0 and part in {0, whole} else f"{rate // 10}.{rate % 10}"
    return f"{text}%".replace(".", "," if language == "vi" else ".")


def rate(part: int, whole: int, language: str) -> str:
    """Write how many and beside it how much that is of all: "2 (66,7%)"."""
    return f"{part} ({percent(part, whole, language)})" if whole else NOTHING


def days(figures: RollupFigures, language: str) -> tuple[str, str, str]:
    """Write how many days late: the sum, the mean of those that are late, and the most."""
    if figures.mean is None:
        return NOTHING, NOTHING, NOTHING
    return str(figures.days_late), decimal(figures.mean, language), str(figures.longest)


def decimal(number: Fraction, language: str) -> str:
    """Write a number with one digit behind the comma, rounded half up."""
    tenth = (2 * 10 * number.numerator + number.denominator) // (2 * number.denominator)
    return f"{tenth // 10}{',' if language == 'vi' else '.'}{tenth % 10}"


def heading(figures: RollupFigures) -> list[Message]:
    """Say the sum in sentences."""
    f = figures
    lines = [
        M("{expected} đầu việc đã đến hạn; mỗi đầu việc của một đơn vị tính một.", expected=f.expected),
        M("{overdue} quá hạn, {unknown} chưa rõ (không tính là chưa làm).", overdue=f.overdue, unknown=f.unknown),
    ]
    if f.awaiting:
        lines.append(M("{count} trong số quá hạn đã được đơn vị xác nhận, chờ tỉnh chấp nhận.", count=f.awaiting))
    if f.time_unknown:
        lines.append(M("{count} đã xong nhưng không rõ báo lúc nào: không tính là báo đúng hạn.", count=f.time_unknown))
    if f.ahead:
        lines.append(M("Ngoài ra {count} đầu việc đã xong khi chưa đến hạn.", count=f.ahead))
    return lines


def rollup_report(provinces: Sequence[Rollup], by: RollupRowKind, language: str) -> ShortReport:
    """Put the roll-up into words."""
    whole = nation_rollup(provinces)
    shown = (
        _headers(by, language),
        *(_row(row, language) for row in (*rollup_groups(whole.provinces, by), _sum(whole))),
    )
    if not whole.figures.time_unknown:  # an empty column only takes the room of the others
        shown = tuple(cells[:TIME_UNKNOWN] + cells[TIME_UNKNOWN + 1 :] for cells in shown)
    table = Table(say("CÁC SỐ ĐO", language), shown[0], shown[1:])
    return ShortReport(
        say(TITLES[by], language),
        _notice(provinces, language),
        (*_source_lines(whole, language), *(say(line, language) for line in heading(whole.figures))),
        (table,),
    )


def _source_lines(whole: NationRollup, language: str) -> list[str]:
    """Say which reports are in it, and which were made with another checklist or on an earlier day."""
    hashes = Counter(province.checklist_hash for province in whole.provinces)
    common = hashes.most_common(1)[0][0] if hashes else ""
    newest = max((province.as_of for province in whole.provinces), default=None)
    lines = []
    for province in whole.provinces:
        words = {"province": province.name, "when": province.as_of, "run": province.run}
        lines.append(say(M("{province} · tình hình lúc {when} · lượt kiểm tra {run}", **words), language))
        if province.checklist_hash != common:
            other = M("{province} dùng bộ đầu việc khác (mã {hash}).", province=province.name, hash=_short(province))
            lines.append(say(other, language))
        if newest and (days := (_day(newest, province) - _day(province.as_of, province)).days):
            older = M("{province}: số liệu cũ hơn tỉnh mới nhất {days} ngày.", province=province.name, days=days)
            lines.append(say(older, language))
    return lines


def _day(at: datetime, province: Rollup) -> date:
    return at.astimezone(province.as_of.tzinfo).date()


def _short(province: Rollup) -> str:
    return province.checklist_hash[:SHORT_HASH]


def _notice(provinces: Sequence[Rollup], language: str) -> str:
    if not any(province.sample for province in provinces):
        return ""
    return say(SAMPLE_NOTICE, language)


def _headers(by: RollupRowKind, language: str) -> tuple[str, ...]:
    return tuple(say(head, language) for head in (FIRST_COLUMN[by], *HEADS))


def _sum(whole: NationRollup) -> RollupGroup:
    return RollupGroup(M("Tổng cộng"), "", "", _units(whole.provinces), whole.figures)


def _units(provinces: Sequence[Rollup]) -> int:
    return sum(not line.unit.is_province for province in provinces for line in province.lines)


def _title(row: RollupGroup, language: str) -> str:
    return row.title if isinstance(row.title, str) else say(row.title, language)


def _row(row: RollupGroup, language: str) -> tuple[str, ...]:
    f = row.figures
    return (
        _title(row, language),
        str(row.units or NOTHING),
        str(f.expected or NOTHING),
        *(rate(getattr(f, name), f.expected, language) for name in ("reported", "reported_on_time")),
        str(f.time_unknown or NOTHING),
        rate(f.completed_on_time, f.expected, language),
        str(f.overdue or NOTHING),
        str(f.unknown or NOTHING),
        *days(f, language),
    )


def rollup_json(provinces: Sequence[Rollup], by: RollupRowKind, language: str = "vi") -> str:
    """Write it for other programs."""
    return json.dumps(rollup_data(provinces, by, language), ensure_ascii=False, indent=1) + "\n"


def rollup_data(provinces: Sequence[Rollup], by: RollupRowKind, language: str = "vi") -> dict[str, Any]:
    """Lay it out for other programs: every count, and the rates as fractions with their percentage."""
    whole = nation_rollup(provinces)
    return {
        "by": by.value,
        "sample": any(province.sample for province in provinces),
        "provinces": [_province(province) for province in whole.provinces],
        "total": _figures(_sum(whole)),
        "rows": [
            {"key": row.key, "title": _title(row, language), "province": row.province, **_figures(row)}
            for row in rollup_groups(whole.provinces, by)
        ],
    }


def _province(province: Rollup) -> dict[str, Any]:
    return {
        "code": province.code,
        "name": province.name,
        "campaign": province.campaign,
        "run": province.run,
        "as_of": province.as_of.isoformat(),
        "checklist_hash": province.checklist_hash,
        "sample": province.sample,
    }


def _figures(row: RollupGroup) -> dict[str, Any]:
    f = row.figures
    rates = {name: {"of": f.expected, "percent": _percent(getattr(f, name), f.expected)} for name in RATES}
    counts = {name: getattr(f, name) for name in COUNTS[1:]}
    return {"units": row.units, **counts, "mean_days_late": _mean(f), "rates": rates}


def _percent(part: int, whole: int) -> float | None:
    of = rate_in_tenths(part, whole)
    return None if of is None else of / 10


def _mean(figures: RollupFigures) -> float | None:
    return None if figures.mean is None else float(decimal(figures.mean, "en"))


def rollup_csv(provinces: Sequence[Rollup], by: RollupRowKind, language: str) -> str:
    """Write a line for each row and one for the sum; ``sample`` labels sample data on every line."""
    whole, out = nation_rollup(provinces), io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    percents = tuple(f"{name}_percent" for name in RATES)
    writer.writerow(("province", "key", "title", *COUNTS, "mean_days_late", *percents, "sample"))
    notice = _notice(provinces, language)
    for row in (*rollup_groups(whole.provinces, by), _sum(whole)):
        f = row.figures
        counts = (row.units, *(getattr(f, name) for name in COUNTS[1:]), _mean(f))
        rates = tuple(_percent(getattr(f, name), f.expected) for name in RATES)
        cells = (row.province, row.key, _title(row, language), *counts, *rates, notice)
        writer.writerow([escape_formula("" if cell is None else str(cell)) for cell in cells])
    return out.getvalue()


RENDERERS: Mapping[str, Callable[[Sequence[Rollup], RollupRowKind, str, int], str]] = {
    "table": lambda provinces, by, language, width: short_text(rollup_report(provinces, by, language), width),
    "markdown": lambda provinces, by, language, _: short_markdown(rollup_report(provinces, by, language)),
    "csv": lambda provinces, by, language, _: rollup_csv(provinces, by, language),
    "json": lambda provinces, by, language, _: rollup_json(provinces, by, language),
}
