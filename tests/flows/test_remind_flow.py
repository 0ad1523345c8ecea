"""Reminders and the weekly report as flows on a real Prefect server: sent once, however often they run."""

from pathlib import Path

import pytest

from lotrinh.clock import now
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.settings.load import load_settings
from lotrinh.store import open_store
from tests.flows.test_check_flow import prefect_server
from tests.sending.servers import post_office

__all__ = ["prefect_server"]
pytestmark = [pytest.mark.xdist_group("prefect-server"), pytest.mark.filterwarnings("ignore")]
SETTINGS = """\
data_dir = "data"
[[campaigns]]
id = "bau-cu-2026"
units = ["04924"]
[[receivers]]
unit = "25"
mail = "vp@phutho.example.vn"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "lotrinh@phutho.example.vn"
[remind]
quiet = ""
quiet_days_off = false
overdue_every = 1
"""


@pytest.mark.usefixtures("prefect_server")
def test_flows_send_each_mail_once_however_often_they_run(tmp_path: Path) -> None:
    from flows.remind import remind, send
    from flows.weekly import weekly

    with post_office() as post:
        file = tmp_path / "settings.toml"
        file.write_text(SETTINGS.format(port=post.port), encoding="utf-8")
        settings = load_settings(str(file)).settings
        with open_store(settings.database_url) as store:
            campaign = open_campaign_of_files(settings, "bau-cu-2026")
            conclude(store, settings, campaign, begin_run(store, campaign, now(), now(), {}), now())
        first = remind(str(file))
        assert (first["new"], first["sent"]) == (1, 1)
        assert remind(str(file))["new"] == 0
        assert [weekly("bau-cu-2026", str(file))["new"] for _ in range(2)] == [1, 0]
        assert send(str(file)) == {"sent": 0, "failed": 0, "unclear": 0, "waiting": 0}
        file.write_text(SETTINGS.format(port=post.port).replace('"none"', '"x"'), encoding="utf-8")
        for ended in (remind(str(file), return_state=True), send(str(file), return_state=True)):
            assert ended.is_failed()
            assert str(ended.message).startswith(f"{file}:11: “mail.security” ")
    subjects = [mail["Subject"].split(":")[0] for mail in post.mails]
    assert [subject.split(" ngày")[0] for subject in subjects] == ["Nhắc việc", "Báo cáo"]
