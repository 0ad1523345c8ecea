"""A file that is not YAML: what is wrong, in words, where, and the line itself.

The standard reader says it in English, in two sets of words; what it says in others is told as a line that cannot be
read.
"""

from collections.abc import Mapping

from ruamel.yaml.error import MarkedYAMLError

from lotrinh.core.text import M, Message, quote_text
from lotrinh.errors import Problem

SHOWN = 80
TAB = M("Dòng thụt bằng phím Tab. Hãy thụt bằng dấu cách.")
AT_BEGINNING: Mapping[str, Message] = {
    "end of stream": M("chuỗi chưa có dấu nháy đóng. Hãy thêm dấu nháy ở cuối chuỗi"),
    "find expected ':'": M("thiếu dấu hai chấm sau tên mục"),
    "',' or ']'": M("danh sách chưa đóng bằng ], hoặc thiếu dấu phẩy"),
    "',' or '}'": M("bảng chưa đóng bằng ngoặc nhọn, hoặc thiếu dấu phẩy"),
}
"""What the reader says of something that it finds no end of: told where that began."""
INDENTED = M("thụt dòng không thẳng với các mục cùng cấp, hoặc sau dấu nháy đóng còn chữ thừa")
WHERE_IT_IS: Mapping[str, Message] = {
    "mapping values are not allowed": M("thừa dấu hai chấm, hoặc thụt dòng sai. Chữ có dấu hai chấm phải ở trong nháy"),
    "expected <block end>": INDENTED,
    "expected key": INDENTED,
    "expected '-'": INDENTED,
    "cannot start any token": M("giá trị bắt đầu bằng ký tự đặc biệt. Hãy đặt trong dấu nháy"),
    "unknown escape": M("dấu \\ trong nháy kép có nghĩa riêng. Hãy đặt trong nháy đơn"),
}
UNREADABLE = M("dòng này không đọc được")


def yaml_problem(where: str, text: str, error: MarkedYAMLError) -> Problem:
    """Say what is wrong with a text that is not YAML."""
    said, lines = error.problem or "", text.splitlines()
    begun = next((words for part, words in AT_BEGINNING.items() if part in said), None)
    mark = (begun and error.context_mark) or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    if shown.lstrip(" ").startswith("\t"):
        return Problem(where, line, column, TAB)
    fault = begun or next((words for part, words in WHERE_IT_IS.items() if part in said), UNREADABLE)
    sentence = M(
        "Không đúng cú pháp YAML: {fault}. Dòng ấy: {line}", fault=fault, line=quote_text(shown.strip(), SHOWN)
    )
    return Problem(where, line, column, sentence)
