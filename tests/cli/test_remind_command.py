"""lotrinh remind, send, outbox: as an office types them, with a real mail server."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lotrinh.clock import now
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.settings.load import load_settings
from lotrinh.store import open_store
from tests.conftest import Lotrinh
from tests.sending.servers import post_office

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
SETTINGS = """\
[[campaigns]]
id = "bau-cu-2026"
units = ["04924", "04960"]
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
before_days = []
overdue_every = 1
"""
UNHEARD = """\
[[campaigns]]
id = "bau-cu-2026"
units = ["04924"]
schedule = {cron = "0 7 * * *"}
[remind]
quiet = ""
quiet_days_off = false
"""


@pytest.fixture
def write(tmp_path: Path) -> "Write":
    return Write(tmp_path / "settings.toml")


class Write:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self, port: int, more: str = "") -> None:
        self.file.write_text(SETTINGS.format(port=port) + more, encoding="utf-8")


def test_a_dry_run_prints_a_day_and_lays_nothing_down(lotrinh: Lotrinh, write: Write) -> None:
    write(1)
    made = lotrinh("remind", "--dry-run", "--as-of", "2026-02-03T07:30")
    assert made.returncode == 0, made.stderr
    assert "== Tỉnh Phú Thọ → vp…@phutho.example.vn" in made.stdout
    assert "Nhắc việc ngày 03/02/2026" in made.stdout
    assert "== Xã Lương Sơn → chưa có địa chỉ" in made.stdout
    assert "Thử cho lúc" not in lotrinh("remind", "--dry-run").stdout
    assert "không gửi gì" in made.stderr
    assert lotrinh("outbox", "list").stdout == ""


@pytest.mark.parametrize("day", ["3/2/2026", "3/2/2099"])
def test_a_dry_run_of_another_day_says_up_to_when_its_figures_are_known(
    lotrinh: Lotrinh, write: Write, day: str
) -> None:
    write(1)
    first = lotrinh("remind", "--dry-run", "--as-of", f"{day} 07:30").stdout.splitlines()[0]
    today = now().astimezone(HERE)
    assert first.startswith(f"Thử cho lúc 07:30 0{day.replace('/2/', '/02/')}, tính theo nhật ký đến ")
    assert f"{today:%d/%m/%Y}: những gì báo sau " in first


def test_a_reminder_of_another_day_is_never_sent(lotrinh: Lotrinh, write: Write) -> None:
    write(1)
    made = lotrinh("remind", "--as-of", "2026-02-03T07:30")
    assert made.returncode == 2
    assert "--dry-run" in made.stderr


def test_reminding_sends_once_and_what_is_refused_can_be_sent_again_or_dropped(lotrinh: Lotrinh, write: Write) -> None:
    with post_office() as post:
        write(post.port)
        post.replies["RCPT"] = ["550 nobody"]
        refused = lotrinh("remind")
        assert refused.returncode == 3
        assert "550 nobody" in refused.stderr
        assert "2 nơi chưa có địa chỉ" in refused.stderr
        number, *_, state, problem = lotrinh("outbox", "list", "--state", "failed").stdout.strip().split("\t")
        assert (state, problem) == ("không gửi được", "Máy chủ gửi thư từ chối: 550 nobody")
        assert not post.mails
        assert lotrinh("outbox", "retry", number).returncode == 0
        assert "Đã gửi 1;" in lotrinh("send").stderr
        assert "0 tin mới" in lotrinh("remind").stderr
    assert post.to == ["vp@phutho.example.vn"]
    assert lotrinh("outbox", "drop", number).returncode == 2
    assert lotrinh("outbox", "retry", "999").returncode == 2


def test_what_was_refused_for_now_says_when_it_is_tried_next_and_can_be_sent_at_once(
    lotrinh: Lotrinh, write: Write
) -> None:
    with post_office() as post:
        write(post.port)
        post.replies["RCPT"] = ["451 later"]
        begun = now()
        refused = lotrinh("remind")
        assert "còn chờ 1;" in refused.stderr
        assert "lotrinh outbox list --state waiting" in refused.stderr
        number, *_, state, problem = lotrinh("outbox", "list", "--state", "waiting").stdout.strip().split("\t")
        when = datetime.strptime(state.removeprefix("chờ gửi: sớm nhất lúc "), "%H:%M %d/%m/%Y").replace(tzinfo=HERE)
        assert begun + timedelta(minutes=1) < when < now() + timedelta(minutes=3)
        assert problem == "Máy chủ gửi thư từ chối: 451 later"
        assert "Đã gửi 0; còn chờ 1;" in lotrinh("send").stderr
        assert lotrinh("outbox", "retry", number).returncode == 0
        assert "chờ gửi: ở lượt gửi tới" in lotrinh("outbox", "list").stdout
        assert "Đã gửi 1; còn chờ 0;" in lotrinh("send").stderr
    assert post.to == ["vp@phutho.example.vn"]


def test_that_somebody_has_to_look_is_said_last_with_the_exit_code(lotrinh: Lotrinh, write: Write) -> None:
    with post_office() as post:
        write(post.port)
        reminded = lotrinh("remind")
        assert reminded.returncode == 3
        assert "2 nơi chưa có địa chỉ, nên không được nhắc. Hãy khai báo địa chỉ" in reminded.stderr
        assert reminded.stderr.splitlines()[-1] == "Có điều phải xem, nêu ở trên (mã thoát 3)."
        sent = lotrinh("send")
        assert (sent.returncode, "mã thoát" in sent.stderr) == (0, False)


def test_checks_that_stopped_where_the_office_has_no_address_are_told_at_the_terminal(
    lotrinh: Lotrinh, write: Write, tmp_path: Path
) -> None:
    write.file.write_text(UNHEARD, encoding="utf-8")
    settings, last = load_settings(str(write.file)).settings, now() - timedelta(days=9)
    with open_store(f"sqlite:///{tmp_path}/data/lotrinh.db") as store:
        campaign = open_campaign_of_files(settings, "bau-cu-2026")
        conclude(store, settings, campaign, begin_run(store, campaign, last, last, {}), last)
    made = lotrinh("send")
    assert made.returncode == 3, made.stderr
    assert "25: Chưa có địa chỉ nhận." in made.stderr
    assert "không gửi được 1;" in made.stderr


def test_on_the_day_of_a_restore_reminders_wait_for_a_person_and_it_is_said(lotrinh: Lotrinh, write: Write) -> None:
    with post_office() as post:
        write(post.port)
        assert lotrinh("outbox", "list").returncode == 0
        backup = lotrinh("backup").stdout.strip()
        assert lotrinh("remind").returncode == 3  # two units have no address
        assert len(post.mails) == 1
        assert lotrinh("restore", backup, "--replace", "--yes").returncode == 0
        made = lotrinh("remind")
        assert made.returncode == 3
        assert "Hôm nay đã khôi phục bản sao lưu: lời nhắc có thể đã gửi trước đó, nên không tự gửi." in made.stderr
        assert "Đã gửi 0;" in lotrinh("send").stderr
        assert len(post.mails) == 1
        assert lotrinh("outbox", "retry", "--all-unclear", "--yes").returncode == 0
        assert "Đã gửi 1;" in lotrinh("send").stderr
    assert len(post.mails) == 2


def test_a_receiver_that_no_unit_is_stops_reminding_and_the_office_hears_of_it(lotrinh: Lotrinh, write: Write) -> None:
    with post_office() as post:
        write(post.port, '[[receivers]]\nunit = "99999"\nmail = "x@y.example.vn"\n')
        made = lotrinh("remind")
    assert (made.returncode, post.to) == (2, ["vp@phutho.example.vn"])
    assert "Đã gửi 1;" in made.stderr
    assert "receivers.1.unit" in made.stderr
    assert "99999" in made.stderr


@pytest.mark.parametrize("command", ["remind", "send"])
def test_a_broken_roster_is_told_to_the_office_and_on_the_screen_but_not_by_a_dry_run(
    lotrinh: Lotrinh, write: Write, tmp_path: Path, command: str
) -> None:
    (tmp_path / "don-vi.csv").write_text("code,kind,name\n04924,xa,Lương Sơn\n04924,xa,Lương Sơn\n", encoding="utf-8")
    with post_office() as post:
        write(post.port, '[units]\nfile = "don-vi.csv"\n')
        assert lotrinh("remind", "--dry-run").returncode == 2
        assert post.mails == []
        done = lotrinh(command)
        assert (done.returncode, post.to) == (2, ["vp@phutho.example.vn"])
    assert "don-vi.csv:3" in done.stderr


def test_on_a_day_off_it_is_said_why_nobody_is_reminded(lotrinh: Lotrinh, write: Write) -> None:
    write(1)
    write.file.write_text(write.file.read_text().replace("quiet_days_off = false", ""), encoding="utf-8")
    made = lotrinh("remind", "--dry-run", "--as-of", "2026-02-01T07:30")  # a Sunday
    assert "Từ 07:30 01/02/2026 đến hết ngày không gửi tin nào, vì là ngày nghỉ" in made.stderr
    assert "đến hết ngày" not in lotrinh("remind", "--dry-run", "--as-of", "2026-02-03T07:30").stderr
