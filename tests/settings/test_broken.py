"""A settings file that is not TOML: what is wrong, where, and under which name, with nothing secret told."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.i18n import say
from lotrinh.settings.broken import toml_problem
from tests.conftest import Lotrinh
from tests.settings.conftest import Office, every_secret

USUAL = [
    ('province = "25\nhttp = 1\n', "1:15", "dấu nháy đóng", "province = …"),
    ("province = '25", "1:15", "dấu nháy đóng", "province = …"),
    ('province = \'25\nlanguage = "vi"\n', "1:15", "dấu nháy đóng", "province = …"),
    ("province = '25\nlanguage = 'vi'\n", "1:15", "dấu nháy đóng", "province = …"),
    ('a = """x\nb = "y"\nc = 1\n', "1:9", "dấu nháy đóng", "a = …"),
    ('province = "25\r\nlanguage = "vi"\r\n', "1:15", "dấu nháy đóng", "province = …"),
    ('province "25"\n', "1:10", "thiếu dấu =", "province …"),
    ("tỉnh = 25\n", "1:2", "chữ không dấu", "tỉnh = …"),
    ("đợt = 1\n", "1:1", "chữ không dấu", "đợt = …"),
    ("http.đợt = 1\n", "1:6", "chữ không dấu", "http.đợt = …"),
    ('province = "25"\n\nprovince = "26"\n', "3:1", "“province” đã có ở dòng 1", "province = …"),
    ("[http]\ntries = 1\n[http]\n", "3:1", "“http” đã có ở dòng 1", "[http]"),
    ("[mail]\nport = 1\n[http]\ntries = 1\n  tries = 2\n", "5:1", "“tries” đã có ở dòng 4", "tries = …"),
    ("a.b = 1\na = 2\n", "2:1", "đã có ở trên", "a = …"),
    ("a = {b = 1, b = 2}\n", "1:1", "đã có ở trên", "a = …"),
    ("a = [\n  {b = 1, b = 2},\n]\n", "2:1", "đã có ở trên", "a = …"),
    ("[http\ntries = 1\n", "1:6", "tên bảng phải viết", "[http"),
    ("[[campaigns]\n", "1:12", "tên bảng phải viết", "[[campaigns]"),
    ("[đợt]\n", "1:2", "chữ không dấu", "[đợt]"),
    ("[[đợt]]\n", "1:3", "tên bảng phải viết", "[[đợt]]"),
    ("[]\n", "1:2", "tên bảng phải viết", "[]"),
    ("[", "1:2", "tên bảng phải viết", "["),
    ('units = ["04924",\n"04960"\nlanguage = "vi"\n', "1:9", "danh sách chưa đóng", "units = …"),
    ('units = ["04924",\n[http]\ntries = 1\n', "1:9", "danh sách chưa đóng", "units = …"),
    ('units = ["04924",\n\n', "1:9", "danh sách chưa đóng", "units = …"),
    ('units = ["04924",\n# ghi [chú]\n"04960"\n', "1:9", "danh sách chưa đóng", "units = …"),
    ('units = ["[04924]", # [chú]\n"04960"\n', "1:9", "danh sách chưa đóng", "units = …"),
    ("units = [04924]\n", "1:11", "trong dấu nháy, ví dụ “04924”", "units = …"),
    ('schedule = {\ncron = "0 7 * * *"\n}\n', "1:13", "trên một dòng", "schedule = …"),
    ("schedule = {paused = true\n", "1:26", "trên một dòng", "schedule = …"),
    ("province =\n", "1:11", "chưa có giá trị", "province ="),
    ("province = # tỉnh\n", "1:12", "chưa có giá trị", "province = …"),
    ("province =", "1:11", "chưa có giá trị", "province ="),
    ("province = “25”\n", "1:12", "nháy cong", "province = …"),
    ("paused = True\n", "1:10", "true, false", "paused = …"),
    ("anchor = 2026-02-31\n", "1:10", "không có ngày", "anchor = …"),
    ("anchor = 15/03/2026\n", "1:12", "2026-03-15", "anchor = …"),
    ('data_dir = "C:\\lotrinh"\n', "1:17", "nháy đơn", "data_dir = …"),
    ('a = "\x1b[31m"\n', "1:6", "ký tự điều khiển", "a = …"),
    ("[http] \x1b[31m\n", "1:8", "chữ thừa", "[http] …"),
    ("= 1\n", "1:1", "bắt đầu bằng tên", "…"),
]
LEAKS = [
    'pasword = "Hunter2',
    'mat_khau = "Hunter2',
    "pasword = Hunter2",
    "pasword = 1 # Hunter2 \x00",
    'mail = "tgram://12345:AAHunter2/-5',
    'proxy = "http://ai:Hunter2@may-chu',
    "http://ai:Hunter2@may-chu = 1",
    'password: "Hunter2="',
    'password Hunter2="',
    '[mail] "Hunter2"',
    "Hunter2",
    "Hunter2==",
    'password = """\nabc\\qHunter2"""',
    'password = """a\nHunter2"""x',
    "password = '''a\nHunter2'''x",
    'token = """abc\nHunter2"" x"""y',
    'token = """abc\n# \\""" Hunter2=\n"""y',
    'token = "abc\\\nHunter2=',
    'to = ["a", """\nHunter2 = 1""" "b"]',
    'password = ""\npassword = """a\nHunter2 = """',
]


@pytest.mark.parametrize(("text", "place", "words", "line"), USUAL, ids=[text for text, *_ in USUAL])
def test_usual_mistakes_are_told_with_their_place_and_their_name(
    office: Office, text: str, place: str, words: str, line: str
) -> None:
    office.writes(text)
    ((told, sentence),) = office.problems()
    assert told == f"settings.toml:{place}"
    assert sentence.startswith("Không đúng cú pháp TOML: ")
    assert words in sentence
    assert sentence.endswith(f". Dòng ấy: {line}")


def test_what_the_reader_says_in_other_words_some_day_is_a_line_that_cannot_be_read() -> None:
    error = tomllib.TOMLDecodeError("Something new (at line 2, column 3)")
    problem = toml_problem("x.toml", "a = 1\nb ? 2\n", error)
    assert problem.place == "x.toml:2:3"
    assert say(problem.sentence) == "Không đúng cú pháp TOML: dòng này không đọc được. Dòng ấy: …"


@pytest.mark.parametrize("name", sorted(set(every_secret())))
@pytest.mark.parametrize(
    ("written", "shown"),
    [('{} = "bi-mat', "{} = …"), ('{} "bi-mat"', "{} …"), ('[[webhooks]]\nx = [{{{} = "bi-mat}}]', "x = …")],
)
def test_of_a_line_that_holds_a_secret_only_its_name_is_shown(
    office: Office, name: str, written: str, shown: str
) -> None:
    office.writes(written.format(name) + "\n")
    ((_, sentence),) = office.problems()
    assert sentence.endswith(f". Dòng ấy: {shown.format(name)}")
    assert "bi-mat" not in sentence


@pytest.mark.parametrize("text", LEAKS)
def test_no_value_is_shown_under_whatever_name_and_on_whatever_line_it_stands(office: Office, text: str) -> None:
    office.writes(text + "\n")
    ((_, sentence),) = office.problems()
    assert "Hunter2" not in sentence


INSIDE = st.sampled_from(
    ["\n", "a = 1", "=", "#", "[", "]", "{", "}", "\\q", "\\\n", "[mail]\n", "password = ", "\x1b"]
)


@given(st.sampled_from(['"""', "'''"]), st.lists(INSIDE), st.lists(INSIDE | st.sampled_from("\"'")))
def test_of_a_quotation_over_lines_nothing_is_shown(mark: str, before: list[str], after: list[str]) -> None:
    text = f"http.tries = 1 # '\npasword = {mark}{''.join(before)}Hunter2{''.join(after)}"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        assert "Hunter2" not in say(toml_problem("x", text, error).sentence)


def test_a_name_is_shown_shortened(office: Office) -> None:
    office.writes(f'{"x" * 5000} = "25\n')
    ((_, sentence),) = office.problems()
    assert sentence.endswith("x…")
    assert len(sentence) < 250


@given(st.text(st.sampled_from("ab=[]{}\"'#\n\r\t .,1“\x1b"), max_size=60))
def test_whatever_is_no_toml_is_told_with_a_place_in_it(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = toml_problem("x", text, error)
        lines = text.replace("\r\n", "\n").split("\n")
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert say(problem.sentence).isprintable()


def test_a_broken_file_that_names_its_language_is_told_of_in_it(lotrinh: Lotrinh, office: Office) -> None:
    office.writes('[http]\ntries = "1\n')
    assert lotrinh("settings", "show").stderr.startswith("settings.toml:2:11: Không đúng cú pháp TOML")
    office.writes('language = "en"\n[http]\ntries = "1\n')
    assert lotrinh("settings", "--help").stdout.startswith("Usage:")
