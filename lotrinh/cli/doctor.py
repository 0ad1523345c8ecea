"""lotrinh doctor: look the installation over, change nothing."""

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import Command, open_settings, option, settings_option

if TYPE_CHECKING:
    from lotrinh.services.doctor.finding import Diagnosis


@click.command(
    "doctor", cls=Command, help="Khám cài đặt: phiên bản, cổng, cơ sở dữ liệu, đồng hồ, chứng thư, đĩa, sao lưu."
)
@settings_option()
@option("--full", is_flag=True, help="Kiểm tra toàn bộ nhật ký thay vì các mục mới nhất.")
@option("--units", is_flag=True, help="Xem cả chứng thư của máy chủ các đơn vị.")
@option("--mail", is_flag=True, help="Thử kết nối máy chủ thư; không gửi gì.")
@option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="Dạng kết quả.")
def doctor_command(settings: str | None, form: str, *, full: bool, units: bool, mail: bool) -> int:
    """Print one line for each finding; exit 0: all is good, 1: somebody should look, 2: something is broken."""
    from lotrinh.clock import now
    from lotrinh.errors import BadInput
    from lotrinh.services.doctor.examine import Depth, examine_installation, exit_code, report_unusable_settings

    try:
        loaded = open_settings(settings)
    except BadInput as error:
        findings = list(report_unusable_settings(error))
    else:
        file = str(loaded.file) if loaded.file else ""
        findings = list(examine_installation(loaded.settings, file, now, os.environ, Depth(full, units, mail)))
    click.echo(findings_json(findings) if form == "json" else "\n".join(finding_lines(findings)))
    return exit_code([finding.sign for finding in findings])


def finding_lines(findings: "Iterable[Diagnosis]") -> Iterable[str]:
    """Say each finding in one line: sign, what was found, what to do."""
    from lotrinh.i18n import say
    from lotrinh.reports.text.tables import clean

    findings = list(findings)
    wide = max(len(say(finding.sign.value)) for finding in findings)
    for finding in findings:
        advice = f" → {say(finding.advice)}" if finding.advice else ""
        yield clean(f"{say(finding.sign.value):{wide}}  {say(finding.found).removesuffix('.')}.{advice}")


def findings_json(findings: "Iterable[Diagnosis]") -> str:
    """Give the findings to a program; its signs are words of the code."""
    from lotrinh.i18n import say

    rows = [
        {
            "what": finding.what,
            "sign": finding.sign.name.lower(),
            "found": say(finding.found),
            "advice": say(finding.advice) if finding.advice else "",
        }
        for finding in findings
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)
