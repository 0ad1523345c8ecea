"""A settings file that is not TOML: what is wrong, in words, where, and whose value it is.

The standard reader says it in English and counts from where it gave up; what it says is looked up here, and what it
says in other words some day is told as a line that cannot be read. The errors of tomlkit have types, but one of them
stands for nine of the sentences below, repeated keys have no place, and it accepts tables that the reader refuses.
Of the text only names are shown, never a value: any text may be a secret, under any name, misspelt too.
"""

import re
from collections.abc import Mapping, Sequence
from tomllib import TOMLDecodeError

from lotrinh.core.text import M, Message, quote_text
from lotrinh.errors import Problem
from lotrinh.settings.lines import KEY, TABLE
from lotrinh.settings.models import Settings

PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")
TOKEN = re.compile(
    r'"""(?:\\.|.)*?(?:("{3,5})|\Z)'
    r"|'''.*?(?:('{3,5})|\Z)"
    r'|"(?:\\.|[^"\\\n])*(")?'
    r"|'[^'\n]*(')?"
    r"|(#[^\n]*|[\[\]{}\n])",
    re.DOTALL,
)
"""What statements are divided by. Of a quotation that has no end no group is found."""
NAME = re.compile(r"\s*(\[\[?[\w.\- ]*\]{0,2}|[\w.-]+(?:\s*=(?!=))?)")
"""What a statement is known by: [table], or key and =, or its first word."""
SHOWN = 80
OPEN = M("chuỗi chưa có dấu nháy đóng. Hãy thêm dấu nháy ở cuối chuỗi")
HIDDEN = M("có ký tự điều khiển không nhìn thấy. Hãy xóa nó")
TWICE = M("mục hoặc bảng này đã có ở trên. Hãy gộp lại hoặc bỏ một chỗ")
TWICE_AT = M("“{key}” đã có ở dòng {first}. Hãy gộp lại hoặc bỏ một chỗ")
NO_BRACKET = M("tên bảng phải viết [tên] hoặc [[tên]]. Tên chỉ gồm chữ không dấu, số, gạch nối, gạch dưới")
NO_LIST = M("danh sách chưa đóng bằng ], hoặc thiếu dấu phẩy. Mã đơn vị phải trong dấu nháy, ví dụ “04924”")
NO_TABLE = M("bảng trong ngoặc nhọn phải nằm trên một dòng, các mục cách nhau dấu phẩy, không có dấu phẩy cuối")
NO_EQUALS = M("thiếu dấu = giữa tên mục và giá trị. Tên mục chỉ gồm chữ không dấu, số, gạch nối, gạch dưới")
NO_VALUE = M("sau dấu = chưa có giá trị. Hãy điền giá trị, hoặc xóa dòng")
CURLY = M("dấu nháy phải là nháy thẳng, không phải nháy cong của Word")
NO_QUOTES = M("giá trị không đọc được. Chữ phải đặt trong dấu nháy; có, không viết là true, false")
MORE = M("sau giá trị còn chữ thừa. Chữ, giờ phải đặt trong dấu nháy; ngày viết dạng 2026-03-15; mỗi dòng một mục")
NO_DAY = M("không có ngày hoặc giờ này. Hãy viết dạng 2026-03-15")
BACKSLASH = M("dấu \\ trong nháy kép có nghĩa riêng. Hãy đặt trong nháy đơn, ví dụ 'D:\\lotrinh'")
NO_NAME = M("dòng phải bắt đầu bằng tên mục hoặc [tên bảng]. Tên chỉ gồm chữ không dấu, số, gạch nối, gạch dưới")
UNREADABLE = M("dòng này không đọc được")
FAULTS: Mapping[str, Message] = {
    "Illegal character '\\n'": OPEN,
    "Unterminated string": OPEN,
    "Expected \"'": OPEN,
    "Found invalid character '\\n'": OPEN,
    "Illegal character": HIDDEN,
    "Found invalid character": HIDDEN,
    "Cannot ": TWICE,
    "Duplicate inline table key": TWICE,
    "Expected ']": NO_BRACKET,
    "Unclosed array": NO_LIST,
    "Unclosed inline table": NO_TABLE,
    "Invalid initial character for a key part": NO_NAME,
    "Expected '='": NO_EQUALS,
    "Invalid value": NO_QUOTES,
    "Expected newline": MORE,
    "Invalid date": NO_DAY,
    "Unescaped": BACKSLASH,
    "Invalid hex value": BACKSLASH,
    "Escaped character": BACKSLASH,
    "Invalid statement": NO_NAME,
}
"""What the standard reader's sentences begin with."""


def toml_problem(where: str, text: str, error: TOMLDecodeError) -> Problem:
    """Say what is wrong with a text that is not TOML."""
    text, said = text.replace("\r\n", "\n"), str(error)
    fault = next((words for begin, words in FAULTS.items() if said.startswith(begin)), UNREADABLE)
    at = _quote_start(text) if fault is OPEN else _error_position(said, text)
    begun, opened = _statement(text, at)
    if fault is NO_QUOTES:
        fault = _no_value(text, at)
    if fault is NO_LIST:
        at = _list_start(text, at, opened)
    elif fault is NO_NAME and opened:
        fault = NO_BRACKET if text[opened[-1]] == "[" else NO_TABLE
    elif fault is TWICE:
        at = _line_start(text, (opened or [begun])[-1])
        fault = _twice(text[:begun].split("\n")[:-1], _line(text, begun))
    column = at - _line_start(text, at) + 1
    sentence = M(
        "Không đúng cú pháp TOML: {fault}. Dòng ấy: {line}", fault=fault, line=_statement_name(_line(text, begun))
    )
    return Problem(where, text.count("\n", 0, at) + 1, column, sentence)


def _error_position(said: str, text: str) -> int:
    """Return at which character the reader gave up: without a place in its sentence, at the end of the text."""
    found = PLACE.search(said)
    if not found:
        return len(text)
    lines = text.split("\n")[: int(found[1]) - 1]
    return sum(len(line) + 1 for line in lines) + int(found[2]) - 1


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line(text: str, at: int) -> str:
    return text[_line_start(text, at) :].partition("\n")[0]


def _no_value(text: str, at: int) -> Message:
    """Say why there is no value at a place where there should be one."""
    rest = text[at:].partition("\n")[0].partition("#")[0].strip()
    if not rest and text[_line_start(text, at) : at].rstrip().endswith("="):
        return NO_VALUE
    if not rest or TABLE.match(_line(text, at)):
        return NO_LIST
    return CURLY if rest[0] in "“”‘’„" else NO_QUOTES


def _statement(text: str, at: int) -> tuple[int, Sequence[int]]:
    """Return where the statement begins that a place is in, and where the brackets that are open there."""
    begun, opened = 0, list[int]()
    for token in TOKEN.finditer(text, 0, at):
        if token[0] in "[{":
            opened.append(token.start())
        elif token[0] in "]}":
            del opened[-1:]
        elif token[0] == "\n" and not opened:
            begun = token.end()
    return begun, opened


def _list_start(text: str, at: int, open_brackets: Sequence[int]) -> int:
    """Return where a list begins that goes wrong in another line; else where it goes wrong."""
    line = _line_start(text, at)
    if open_brackets and open_brackets[-1] >= line and not TABLE.match(text[line:]):
        return at
    return max((place for place in open_brackets if place < line), default=at)


def _quote_start(text: str) -> int:
    """Return the end of the line in which a quotation begins that has no end."""
    begun = next((token.start() for token in TOKEN.finditer(text) if not token.lastindex), 0)
    return begun + len(text[begun:].partition("\n")[0])


def _twice(above: Sequence[str], line: str) -> Message:
    """Name what is written twice and where it was first, so far as it is written alike in the same table."""
    table = TABLE.match(line)
    pattern, twice = (TABLE, table[2]) if table else (KEY, name[1] if (name := KEY.match(line)) else "")
    for number in range(len(above), 0, -1):
        found = pattern.match(above[number - 1])
        if found and found[found.re.groups] == twice:
            return M(TWICE_AT.msgid, key=quote_text(twice, SHOWN), first=number)
        if not table and TABLE.match(above[number - 1]):
            break
    return TWICE


def _statement_name(line: str) -> str:
    """Show what a statement is known by. A word without = after it is shown only where it is the name of a setting."""
    found = NAME.match(line)
    name = found[1].strip() if found else ""
    if not name.startswith("[") and not name.endswith("="):
        name = name if name in _setting_names() else ""
    return quote_text(name if name == line.strip() else f"{name} …".strip(), SHOWN)


def _setting_names() -> frozenset[str]:
    schema = Settings.model_json_schema()
    parts = [schema, *schema["$defs"].values()]
    return frozenset(name for part in parts for name in part.get("properties", ()))
