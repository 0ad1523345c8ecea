"""What is published in Prefect beside the report: escaped, counted as the report counts, and never in the run's way."""

from dataclasses import replace

import pytest

from lotrinh.core.report.report import Report
from lotrinh.core.report.rollup import roll_up
from lotrinh.core.status.status import Status
from lotrinh.core.text import Text
from lotrinh.i18n import say
from lotrinh.settings.models import Settings
from tests.reports.samples import OPEN, commune, everybody_at, the_checklist, the_report, unit_report

EVIL = "<script>alert(1)</script>[x](javascript:alert(1))`'|\n# a"
pytestmark = [pytest.mark.xdist_group("prefect-harness"), pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def report() -> Report:
    of = the_checklist()
    named = tuple(replace(m, title=Text(f"{m.title.vi} {EVIL}")) for m in of.milestones)
    hostile = replace(of, milestones=named)
    done = unit_report(commune("04960", f"Liên Sơn {EVIL}"), everybody_at(Status.DONE), of=hostile)
    return the_report(unit_report(commune(), OPEN, of=hostile), done, of=hostile, sample=True)


def harmless(text: str) -> bool:
    """Whether nothing in a text can be read as HTML, as a link, as code or as a heading of its own."""
    bare = text.replace("\\\\", "")
    return (
        "<" not in bare and "\n" not in bare and not any(f"{sign}" in bare.replace(f"\\{sign}", "") for sign in "[]`|#")
    )


def test_texts_in_tables_and_descriptions_cannot_be_read_as_markdown(report: Report) -> None:
    from tasks.publish import describe_artifact, milestone_row, outstanding_row

    rows = [*map(milestone_row, report.milestones), *map(outstanding_row, report.everybody)]
    assert [cell for row in rows for cell in row.values() if isinstance(cell, str) and not harmless(cell)] == []
    assert "alert" in str(rows)
    assert harmless(describe_artifact(replace(report, run=EVIL)))


def test_tables_have_the_counts_of_the_report(report: Report) -> None:
    from tasks.publish import milestone_row, outstanding_row

    first = milestone_row(report.milestones[0])
    assert (first["Đơn vị"], first["Xong"], first["Quá hạn"], first["Chưa rõ"]) == (2, 1, 1, 0)
    rows = [outstanding_row(unit) for unit in report.everybody]
    for status in (Status.OVERDUE, Status.DUE_SOON, Status.OPEN):
        words = {
            Status.OVERDUE: "quá hạn",
            Status.DUE_SOON: "sắp đến hạn",
            Status.OPEN: "đang trong thời gian thực hiện",
        }
        assert sum(int(row[words[status]]) for row in rows) == report.statuses()[status]


def test_progress_says_how_many_of_those_due_are_done_and_how_many_nobody_told_of(report: Report) -> None:
    from tasks.publish import describe_artifact, describe_progress

    silent = replace(report, units=(*report.units, unit_report(commune("05047"), everybody_at(Status.UNKNOWN))))
    figures = roll_up(silent).figures
    assert figures.unknown
    assert say(describe_progress(silent)) == (
        f"Đã hoàn thành {figures.reported} trên {figures.expected} đầu việc đã đến hạn; "
        f"{figures.overdue} quá hạn, {figures.unknown} chưa xác định."
    )
    assert describe_artifact(silent, describe_progress(silent)).startswith("DỮ LIỆU MẪU")


@pytest.mark.parametrize("campaign", ["bau-cu_2026", "Đại hội/2025", "a" * 3])
def test_keys_have_small_letters_digits_and_hyphens_only(campaign: str) -> None:
    from tasks.publish import ARTIFACTS, artifact_key

    keys = [artifact_key(kind, campaign) for kind in ARTIFACTS]
    assert len(set(keys)) == len(ARTIFACTS)
    assert set("".join(keys)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_an_artifact_that_fails_keeps_no_other_from_being_published(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.logging import disable_run_logger

    from tasks import publish

    made = list[str]()

    def failing(*_: object, **__: object) -> None:
        raise OSError("the server is gone")

    for name in ("markdown", "table", "progress", "link"):
        works = name in {"progress", "link"}
        monkeypatch.setattr(
            publish, f"create_{name}_artifact", (lambda *_, key, **__: made.append(key)) if works else failing
        )
    with disable_run_logger():
        publish.publish_report(report, Settings(portal={"public_url": "https://tiendo.example.vn"}))
        publish.publish_report(report, Settings())
    assert made == ["progress-bau-cu-2026", "link-bau-cu-2026", "progress-bau-cu-2026"]


def test_a_long_report_is_cut_between_lines_and_says_where_the_whole_is(report: Report) -> None:
    from tasks.publish import LONGEST, shorten

    whole = "\n".join(f"| dòng {n} |" for n in range(5000))
    cut = shorten(whole, report)
    kept, _, rest = cut.rpartition("\n\n")
    assert len(kept.encode()) <= LONGEST
    assert whole.startswith(f"{kept}\n")
    assert rest.startswith(f"Còn {5000 - len(kept.splitlines())} dòng nữa.")
    assert report.run in rest.replace("\\", "")
    assert shorten("| ngắn |\n", report) == "| ngắn |\n"
