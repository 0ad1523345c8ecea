"""Bad settings: every problem at once, each with its place, its key and what to write instead."""

import re

import pytest

from tests.settings.conftest import Office

HOOK = '[[webhooks]]\nurl = "{}"\nsecret = "{}"'
BAD = [
    ('language = "de"', "language", "'vi', 'en'"),
    ("province = 25", "province", "trong dấu nháy"),
    ('timezone = "Sao/Hoa"', "timezone", "Asia/Ho_Chi_Minh"),
    ('timezone = "Asia"', "timezone", "Asia/Ho_Chi_Minh"),
    ("data_dir = 3", "data_dir", "đường dẫn trong dấu nháy"),
    ('http = "x"', "http", "bảng"),
    ("campaigns = 3", "", "[[campaigns]]"),
    ('campaigns = ["a"]', "campaigns.0", "bảng"),
    ("[database]\nurl = 5", "database.url", "trong dấu nháy"),
    ('[http]\ntotal_seconds = "tám"', "http.total_seconds", "một số"),
    ("[http]\ntotal_seconds = inf", "http.total_seconds", "một số"),
    ("[http]\nconnect_seconds = 0", "http.connect_seconds", "> 0"),
    ("[http]\ntries = 3", "http.tries", "≤ 2"),
    ("[http]\ntries = 0", "http.tries", "≥ 1"),
    ("[http]\nshards = 1.5", "http.shards", "số nguyên"),
    ('[http]\nallow_hosts = "x.vn"', "http.allow_hosts", '["…", "…"]'),
    ("[http]\nallow_hosts = [5]", "http.allow_hosts.0", "trong dấu nháy"),
    ('[http]\nallow_networks = ["10.0.0.1/8"]', "http.allow_networks.0", "10.0.0.0/8"),
    ('[http]\nallow_networks = [\n"10.0.0.0/8",\n"x",\n]', "http.allow_networks.1", "10.0.0.0/8"),
    ("[http]\nallow_networks = [10]", "http.allow_networks.0", "10.0.0.0/8"),
    ('[portal]\nmetrics = "ai-cung"', "portal.metrics", "'loopback', 'token', 'off'"),
    ('[log]\nformat = "xml"', "log.format", "'plain', 'json'"),
    ('[remind]\ncron = "0 25 * * *"', "remind.cron", "giờ “25”: chỉ dùng số từ 0 đến 23"),
    ('[remind]\ncron = "* * * * *"', "remind.cron", "ít nhất 15 phút"),
    ('[nation]\ncron = "*/5 * * * *"', "nation.cron", "ít nhất 15 phút"),
    ('[[campaigns]]\nid = "a"\nschedule = {cron = "0 0 30 2 *"}', "campaigns.0.schedule.cron", "không bao giờ đến"),
    ('[[campaigns]]\nid = "a"\nschedule = {last_week = "*/5 * * * *"}', "campaigns.0.schedule.last_week", "*/15"),
    ('[[campaigns]]\nid = "a"\nschedule = {report = "0 8 * *"}', "campaigns.0.schedule.report", "năm phần"),
    ("[portal]\nport = 70000", "portal.port", "≤ 65535"),
    ('[portal]\nport = "tám nghìn"', "portal.port", "số nguyên"),
    ('[units]\nallow_unknown = "có thể"', "units.allow_unknown", "true hoặc false"),
    ("[units]\nfile = 7", "units.file", "đường dẫn"),
    ('[[campaigns]]\ntitle = "Không tên"', "campaigns.0.id", "Thiếu"),
    ('[[campaigns]]\nid = "Bầu cử"', "campaigns.0.id", "chữ thường không dấu"),
    ('[[campaigns]]\nid = "a"\nanchor = "15/03/2026"', "campaigns.0.anchor", "2026-03-15"),
    ('[[campaigns]]\nid = "a"\nstarts = "mai"', "campaigns.0.starts", "2026-03-15"),
    ('[[campaigns]]\nid = "a"\nwarning_days = 400', "campaigns.0.warning_days", "≤ 366"),
    ('[[campaigns]]\nid = "a"\nunits = "04924"', "campaigns.0.units", '["…", "…"]'),
    ('[[campaigns]]\nid = "a"\nunits = [4924]', "campaigns.0.units.0", "trong dấu nháy"),
    ('[[campaigns]]\nid = "a"\nparameters = 3', "campaigns.0.parameters", "bảng"),
    ('[[campaigns]]\nid = "a"\n[campaigns.parameters]\nhop = 3', "campaigns.0.parameters.hop", "trong dấu nháy"),
    ('[report]\nlayout = "khac"', "report.layout", "'state', 'party'"),
    ("[report]\nahead_days = 0", "report.ahead_days", "≥ 1"),
    ("[report]\ntemplate = 7", "report.template", "đường dẫn"),
    ("[report.state]\nnumber = 47", "report.state.number", "trong dấu nháy"),
    ('[report.party]\nreceivers = "Như trên"', "report.party.receivers", '["…", "…"]'),
    ('[report.party]\nchuc_vu = "x"', "report.party.chuc_vu", "Hãy xóa hoặc sửa lại tên"),
    ('[[campaigns]]\nid = "a"\nlayout = "khac"', "campaigns.0.layout", "'', 'state', 'party'"),
    (HOOK.format("https://a.vn/tin", "x" * 19), "webhooks.0.secret", "ít nhất 20 ký tự"),
    (HOOK.format("https://a.vn/tin", ""), "webhooks.0.secret", "ít nhất 20 ký tự"),
    *(
        (f'webhooks = [{{secret = "{"x" * 20}", url = "{url}"}}]', "webhooks.0.url", "http:// hoặc https://")
        for url in ("", "tin", "ftp://a.vn/", "https://", "https:///tin", "https://ai:khoa@a.vn/", "https://a.vn/a b")
    ),
    ("colour = 1", "colour", "Hãy xóa hoặc sửa lại tên"),
    ("[http]\ncolour = 1", "http.colour", "Hãy xóa hoặc sửa lại tên"),
    ('[[campaigns]]\nid = "a"\ncolour = 1', "campaigns.0.colour", "Hãy xóa hoặc sửa lại tên"),
]


def line(text: str) -> int:
    """The line of the offending key: the last line that has a key, or else the heading."""
    keys = [n for n, written in enumerate(text.splitlines(), 1) if "=" in written]
    return 1 if "title" in text else keys[-1]


@pytest.mark.parametrize(("text", "key", "words"), BAD, ids=[text for text, _, _ in BAD])
def test_a_bad_value_is_a_sentence_with_line_key_and_what_to_write(
    office: Office, text: str, key: str, words: str
) -> None:
    office.writes("# tệp của văn phòng\n" + text + "\n")
    ((place, sentence),) = office.problems()
    assert place == f"settings.toml:{line(text) + 1}"
    assert words in sentence
    assert not key or f"“{key}”" in sentence


def test_all_problems_of_file_environment_and_secrets_are_told_at_once_in_order(office: Office) -> None:
    office.writes('language = "de"\nprovince = 25\ntimezone = "x"\ncolour = 1\n[http]\ntries = 3\nshards = 0\n')
    office.sets(LOTRINH_PORTAL__PORT="x", LOTRINH_COLOUR="1")
    office.hides({"http__per_host": "0"})
    assert [place for place, _ in office.problems()] == [
        "LOTRINH_COLOUR",
        "LOTRINH_PORTAL__PORT",
        "secrets/http__per_host",
        *(f"settings.toml:{n}" for n in (1, 2, 3, 4, 6, 7)),
    ]


def test_several_problems_on_one_line_are_all_told(office: Office) -> None:
    office.writes('campaigns = [{id = "A b"}, {id = "b", warning_days = -1}]\n')
    told = office.problems()
    assert [place for place, _ in told] == ["settings.toml:1", "settings.toml:1"]
    assert [re.findall("“(.*?)”", sentence) for _, sentence in told] == [
        ["campaigns.0.id"],
        ["campaigns.1.warning_days"],
    ]


def test_two_campaigns_of_one_name_are_refused_at_the_second(office: Office) -> None:
    office.writes('[[campaigns]]\nid = "a"\n[[campaigns]]\nid = "b"\n[[campaigns]]\ntitle = "Hai"\nid = "a"\n')
    ((place, sentence),) = office.problems()
    assert place == "settings.toml:7"
    assert "“a”" in sentence


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LOTRINH_HTTP__TRIES", "9", "≤ 2"),
        ("LOTRINH_HTTP__ALLOW_NETWORKS", "127.0.0.0/8", '["…", "…"]'),
        ("LOTRINH_HTTP__ALLOW_NETWORKS", '["x"]', "10.0.0.0/8"),
        ("LOTRINH_CAMPAIGNS", "[{", "[[campaigns]]"),
        ("LOTRINH_CAMPAIGNS", '[{"title": "x"}]', "campaigns.0.id"),
        ("LOTRINH_PORTAL", "8600", "bảng"),
        ("LOTRINH_PORTAL__PORT", "", "số nguyên"),
        ("LOTRINH_HTTP__COLOUR", "1", "Hãy xóa hoặc sửa lại tên"),
        ("LOTRINH_HTTP__TRIES__X", "1", "số nguyên"),
    ],
)
def test_a_bad_variable_is_named_though_a_file_has_the_same_key(
    office: Office, name: str, value: str, words: str
) -> None:
    office.writes('[http]\ntries = 1\nallow_networks = []\n[portal]\nport = 1\n[[campaigns]]\nid = "a"\n')
    office.sets(**{name: value})
    ((place, sentence),) = office.problems()
    assert name.startswith(place)
    assert place.count("__") >= min(name.count("__"), 1)
    assert words in sentence


@pytest.mark.parametrize(
    "name", ["LOTRINH_COLOUR", "LOTRINH_HTPP__TRIES", "LOTRINH_TRIES", "LOTRINH_PROVINCE__NAME", "LOTRINH_"]
)
def test_a_variable_that_means_nothing_is_refused(office: Office, name: str) -> None:
    office.sets(**{name: "1"})
    ((place, sentence),) = office.problems()
    assert place == name
    assert "Hãy xóa hoặc sửa lại tên" in sentence


def test_variables_of_other_programs_and_our_own_three_are_no_problem(office: Office) -> None:
    office.hides({})
    office.writes("", "other.toml")
    office.sets(PROVINCE="x", OTHER_LOTRINH_X="1", LOTRINH_LANG="en", LOTRINH_SETTINGS="other.toml")
    assert office.loads().origins == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('province = "25"\nanchor = 2026-02-31\n', "settings.toml:2:10"),
        ("province = \n", "settings.toml:1:12"),
        ("[http]\n[http]\n", "settings.toml:2"),
        ('id = "a"\nid = "b"\n', "settings.toml:2"),
        ("units = [04924]\n", "settings.toml:1"),
        ('province = """', "settings.toml"),
    ],
)
def test_what_is_no_toml_is_told_with_line_and_column(office: Office, text: str, place: str) -> None:
    office.writes(text)
    ((told, sentence),) = office.problems()
    assert told.startswith(place)
    assert "TOML" in sentence


def test_a_file_in_another_encoding_is_told_how_to_save_it(office: Office) -> None:
    office.writes('title = "Bầu cử"'.encode("utf-16"))
    ((place, sentence),) = office.problems()
    assert place == "settings.toml"
    assert "UTF-8" in sentence


def test_a_folder_is_no_settings_file(office: Office) -> None:
    office.sets(LOTRINH_COLOUR="1")
    assert [place for place, _ in office.problems(str(office.folder))] == [str(office.folder), "LOTRINH_COLOUR"]
