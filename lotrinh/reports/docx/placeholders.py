"""What an office's own template can be filled with: the names of the placeholders, and the values behind them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import StepObstacle
from lotrinh.core.status.effective_status import count_outstanding
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status
from lotrinh.core.text import M
from lotrinh.i18n import spell
from lotrinh.reports.docx.letter import place_and_date, words_or_dots
from lotrinh.reports.prose.behind import backlog_figures
from lotrinh.reports.prose.findings import MilestoneEnd, MilestoneResult, UnitBacklog
from lotrinh.reports.prose.sections import Prose
from lotrinh.reports.text.tables import NOTHING, clean

Row = Mapping[str, str]
Value = str | int | Sequence[str] | Sequence[Row]
MILESTONE = ("tt", "ten", "han", "ket_qua", "so_don_vi", "xong", "tre", "qua_han", "chua_ro", "tinh")
STEP = ("tt", "don_vi", "dau_viec", "han", "tinh_trang")
UNIT = ("tt", "don_vi", "ma", "con_phai_lam", "qua_han", "sap_den_han", "chua_ro")
SILENT = ("tt", "don_vi", "ly_do", "gan_nhat")
OBSTACLE = ("tt", "don_vi", "dau_viec", "noi_dung", "tra_loi")
COMING = ("tt", "han", "dau_viec", "co_quan", "chua_xong")
ROWS: Mapping[str, Sequence[str]] = {
    "moc": MILESTONE,
    "moc_dung_han": MILESTONE,
    "moc_tre_han": MILESTONE,
    "moc_chua_ro": MILESTONE,
    "viec_gap": STEP,
    "theo_don_vi": UNIT,
    "khong_hoi": SILENT,
    "vuong_mac": OBSTACLE,
    "kien_nghi": OBSTACLE,
    "sap_toi": COMING,
}
"""The lists, and what each of their rows has."""
COUNTS: Mapping[str, Status] = {
    "dung_han": Status.DONE,
    "tre_han": Status.DONE_LATE,
    "qua_han": Status.OVERDUE,
    "sap_den_han": Status.DUE_SOON,
    "dang_thuc_hien": Status.OPEN,
    "chua_den": Status.UPCOMING,
    "cho_moc": Status.UNSCHEDULED,
    "khong_ap_dung": Status.NOT_APPLICABLE,
    "chua_xac_dinh": Status.UNKNOWN,
}
OUTCOME_COUNTS: Mapping[str, Outcome] = {
    "hoi_duoc": Outcome.REACHED,
    "khong_hoi_duoc": Outcome.UNREACHABLE,
    "khong_hop_le": Outcome.INVALID,
}
ENDS: Mapping[MilestoneEnd, M] = {
    MilestoneEnd.ON_TIME: M("hoàn thành đúng hạn"),
    MilestoneEnd.LATE: M("trễ hạn hoặc quá hạn"),
    MilestoneEnd.UNSURE: M("đã đến hạn, chưa xác định hết"),
    MilestoneEnd.AHEAD: M("chưa đến hạn"),
}


class Placeholders:
    """The values of one bundle, each made when it is asked for: a nation's list of steps is long."""

    def __init__(self, bundle: ReportBundle, language: str) -> None:
        self.bundle, self.prose = bundle, Prose(bundle, language)
        self.makers: Mapping[str, Callable[[], Value]] = {
            **self._letter(),
            **self._report(),
            **self._numbers(),
            **self._lists(),
        }

    def values(self, names: Iterable[str]) -> dict[str, Value]:
        """Return the values of those names that there are."""
        return {name: self.makers[name]() for name in names if name in self.makers}

    def _letter(self) -> Mapping[str, Callable[[], Value]]:
        head, day = self.bundle.letterhead, self.bundle.report.as_of.date()
        return {
            "co_quan_cap_tren": lambda: words_or_dots(head.parent),
            "co_quan": lambda: words_or_dots(head.body),
            "so": lambda: words_or_dots(head.number),
            "ky_hieu": lambda: words_or_dots(head.symbol),
            "noi_ban_hanh": lambda: words_or_dots(head.place),
            "noi_ngay_thang": lambda: place_and_date(head, day),
            "kinh_gui": lambda: words_or_dots(head.to),
            "tham_quyen": lambda: words_or_dots(head.authority),
            "chuc_vu": lambda: words_or_dots(head.post),
            "nguoi_ky": lambda: words_or_dots(head.signer),
            "noi_nhan": lambda: [clean(line) for line in head.receivers],
        }

    def _report(self) -> Mapping[str, Callable[[], Value]]:
        report, prose = self.bundle.report, self.prose
        return {
            "ten_dot": lambda: prose.say(report.title),
            "tinh": lambda: clean(report.province_name),
            "thoi_diem": lambda: str(spell(report.as_of, prose.language)),
            "luot": lambda: clean(report.run),
            "tinh_hinh": prose.asking_result,
            "luot_bi_ngat": lambda: clean(report.interrupted),
            "du_lieu_mau": prose.sample_notice,
            "nghi_van": prose.doubt,
            "nguon_goc": prose.origin,
        }

    def _numbers(self) -> Mapping[str, Callable[[], Value]]:
        report, statuses, outcomes = self.bundle.report, self.bundle.report.statuses(), self.bundle.report.outcomes()
        left = count_outstanding(statuses)
        numbers = {
            "so_don_vi": len(report.units),
            **{name: outcomes[outcome] for name, outcome in OUTCOME_COUNTS.items()},
            "tong_so": statuses.total(),
            "con_phai_lam": left,
            "so_ngay_toi": self.bundle.ahead_days,
            **{name: statuses[status] for name, status in COUNTS.items()},
        }
        return {name: partial(int, number) for name, number in numbers.items()}

    def _lists(self) -> Mapping[str, Callable[[], Value]]:
        obstacles = self.bundle.report.obstacles
        return {
            "moc": lambda: self._milestones(set(MilestoneEnd)),
            "moc_dung_han": lambda: self._milestones({MilestoneEnd.ON_TIME}),
            "moc_tre_han": lambda: self._milestones({MilestoneEnd.LATE}),
            "moc_chua_ro": lambda: self._milestones({MilestoneEnd.UNSURE}),
            "viec_gap": self._steps,
            "theo_don_vi": self._units,
            "khong_hoi": self._silent,
            "vuong_mac": lambda: self._obstacles([v for v in obstacles if not v.is_proposal]),
            "kien_nghi": lambda: self._obstacles([v for v in obstacles if v.is_proposal]),
            "sap_toi": self._coming,
        }

    def _milestones(self, ends: set[MilestoneEnd]) -> list[Row]:
        return _numbered_rows(MILESTONE, (self._milestone(r) for r in self.prose.results if r.end in ends))

    def _milestone(self, result: MilestoneResult) -> tuple[str, ...]:
        row, prose = result.row, self.prose
        counts = (row.done, result.late, row.overdue, row.unknown)
        shown = (str(row.units), *map(str, counts)) if row.units else (NOTHING,) * 5
        return prose.name_of(result), prose.due_of(result), prose.say(ENDS[result.end]), *shown, prose.own_of(result)

    def _steps(self) -> list[Row]:
        behind = self.prose.backlog
        return _numbered_rows(STEP, (behind.step_cells(row) for row in behind.pressing_rows()))

    def _units(self) -> list[Row]:
        lefts = [left for left in self.prose.backlog.backlogs if left.total]
        return _numbered_rows(UNIT, map(_backlog_cells, lefts))

    def _silent(self) -> list[Row]:
        return _numbered_rows(SILENT, self.prose.not_reached_rows())

    def _obstacles(self, obstacles: Sequence[StepObstacle]) -> list[Row]:
        return _numbered_rows(OBSTACLE, map(self.prose.obstacle_cells, obstacles))

    def _coming(self) -> list[Row]:
        return _numbered_rows(COMING, self.prose.upcoming.rows())


def _backlog_cells(left: UnitBacklog) -> tuple[str, ...]:
    counts = (str(number or NOTHING) for number in backlog_figures([left])[1:])
    return left.unit.unit.full_name, left.unit.unit.code, *counts


def _numbered_rows(fields: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Row]:
    """Name the cells of rows, their number first."""
    return [dict(zip(fields, map(clean, (str(number), *row)), strict=True)) for number, row in enumerate(rows, 1)]
