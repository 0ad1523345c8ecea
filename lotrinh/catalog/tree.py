"""YAML text -> plain data and the place of every key and value; what a checklist must not contain is refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from lotrinh.catalog.broken import yaml_problem
from lotrinh.core.text import M, Message, nfc
from lotrinh.errors import BadInput, Problem

LARGEST = 1_000_000
DEEPEST = 20
MOST_PROBLEMS = 200

Path = tuple[str | int, ...]
Mark = tuple[int, int]

INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
LONGEST_NUMBER = 30


@dataclass(slots=True)
class Tree:
    """Plain data; ``values`` and ``keys`` say at which (line, column), from 1, each path stands."""

    where: str
    data: Any = None
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    quoted_paths: set[Path] = field(default_factory=set)

    def at(self, path: Path) -> Any:  # noqa: ANN401 - whatever stands in the file
        """What stands at a path; None where nothing does."""
        found = self.data
        for part in path:
            inside = isinstance(found, dict) and part in found
            if not inside and not (isinstance(found, list) and isinstance(part, int) and part < len(found)):
                return None
            found = found[part]
        return found

    def is_plain(self, path: Path) -> bool:
        """Whether the value is written as it is, so that columns inside it can be counted."""
        return path not in self.quoted_paths

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """The place of a path, or of the nearest part around it that is written."""
        for length in range(len(path), -1, -1):
            found = (self.keys if key else self.values).get(path[:length]) or self.values.get(path[:length])
            if found:
                return found
        return (1, 1)

    def problem(self, path: Path, sentence: Message, *, key: bool = False) -> Problem:
        """A problem at the place of a path."""
        return Problem(self.where, *self.mark(path, key=key), sentence)


def read_tree(raw: bytes, where: str) -> Tree:
    """Read one YAML document; ``BadInput`` with all that is wrong with its form."""
    return _TreeReader(_text(raw, where), where).read()


def _text(raw: bytes, where: str) -> str:
    if len(raw) > LARGEST:
        raise BadInput([Problem(where, 0, 0, M("Tệp lớn hơn 1 MB. Hãy chia thành nhiều bộ đầu việc."))])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        sentence = M("Tệp không phải UTF-8. Hãy lưu lại với mã hóa UTF-8.")
        raise BadInput([Problem(where, line, column, sentence)]) from error
    for index, character in enumerate(text):
        if character < " " and character not in "\t\n\r":
            line = text.count("\n", 0, index) + 1
            column = index - (text.rfind("\n", 0, index) + 1) + 1
            sentence = M("Có ký tự điều khiển không nhìn thấy (mã {code}). Hãy xóa nó.", code=ord(character))
            raise BadInput([Problem(where, line, column, sentence)])
    return text


class _Frame:
    """A mapping or list being read."""

    __slots__ = ("first", "key", "path", "value")

    def __init__(self, path: Path, value: Any) -> None:  # noqa: ANN401 - a dict or a list of anything
        self.path, self.value = path, value
        self.key: str | None = None
        self.first: dict[str, int] = {}


class _TreeReader:
    """Builds the tree from parse events: without recursion, and without following what is refused."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.tree = Tree(where)
        self.problems: list[Problem] = []
        self.stack: list[_Frame] = []
        self.ignored = 0

    def read(self) -> Tree:
        documents = 0
        for event in self._events():
            documents += isinstance(event, DocumentStartEvent)
            if documents > 1:
                self._refuse(event, M("Tệp chứa nhiều tài liệu (---). Mỗi tệp chỉ một bộ đầu việc."))
                break
            self._take(event)
            if len(self.problems) >= MOST_PROBLEMS:
                break
        if not self.problems and not isinstance(self.tree.data, dict):
            sentence = M("Tệp phải là một bảng “khóa: giá trị”, bắt đầu bằng id, title, anchor.")
            self.problems.append(Problem(self.tree.where, 1, 1, sentence))
        if self.problems:
            raise BadInput(self.problems)
        return self.tree

    def _events(self) -> Iterator[Event]:
        try:
            yield from YAML(typ="safe").parse(self.text)
        except MarkedYAMLError as error:
            self.problems.append(yaml_problem(self.tree.where, self.text, error))
        except (YAMLError, ValueError, RecursionError) as error:
            self.problems.append(Problem(self.tree.where, 0, 0, M("Không đọc được YAML: {reason}", reason=str(error))))

    def _take(self, event: Event) -> None:
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._close()
        elif isinstance(event, AliasEvent):
            self._refuse(event, M("Không dùng “*{name}”. Hãy viết đầy đủ nội dung ở đây.", name=str(event.anchor)))
            self._place(event, None)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._check(event)
            self._open(event, {} if isinstance(event, MappingStartEvent) else [])
        elif isinstance(event, ScalarEvent):
            self._check(event)
            self._place(event, scalar(event))

    def _check(self, event: MappingStartEvent | SequenceStartEvent | ScalarEvent) -> None:
        if event.anchor:
            self._refuse(event, M("Không dùng “&{name}”. Hãy viết đầy đủ từng chỗ.", name=str(event.anchor)))
        if event.tag and event.tag != "!":
            self._refuse(event, M("Không dùng nhãn kiểu “{tag}”. Hãy bỏ nhãn này.", tag=str(event.tag)))

    def _open(self, event: Event, value: Any) -> None:  # noqa: ANN401 - a new dict or list
        if self.ignored or len(self.stack) >= DEEPEST:
            if not self.ignored:
                self._refuse(event, M("Lồng nhau quá {most} tầng. Hãy viết gọn lại.", most=DEEPEST))
            self.ignored += 1
            return
        path = self._place(event, value)
        self.stack.append(_Frame(path, value))

    def _close(self) -> None:
        if self.ignored:
            self.ignored -= 1
            if not self.ignored and self.stack:
                self.stack[-1].key = None
        else:
            self.stack.pop()

    def _place(self, event: Event, value: Any) -> Path:  # noqa: ANN401 - whatever stands in the file
        """Put a value where it belongs; in a mapping the first scalar of a pair is the key."""
        if self.ignored:
            return ()
        mark = _mark(event)
        if not self.stack:
            self.tree.data, self.tree.values[()] = value, mark
            return ()
        frame = self.stack[-1]
        if isinstance(frame.value, list):
            path: Path = (*frame.path, len(frame.value))
            frame.value.append(value)
        elif frame.key is None:
            self._key(frame, event)
            return frame.path
        else:
            path = (*frame.path, frame.key)
            frame.value[frame.key] = value
            frame.key = None
        self.tree.values[path] = mark
        if isinstance(event, ScalarEvent) and event.style:
            self.tree.quoted_paths.add(path)
        return path

    def _key(self, frame: _Frame, event: Event) -> None:
        line, column = _mark(event)
        if not isinstance(event, ScalarEvent):
            self._refuse(event, M("Khóa phải là một từ, không phải danh sách hay bảng."))
            frame.key = f"?{line}:{column}"
            return
        key = nfc(str(event.value))
        if key in frame.first:
            first = frame.first[key]
            self._refuse(event, M("Khóa “{key}” đã có ở dòng {first}. Hãy gộp hoặc bỏ một chỗ.", key=key, first=first))
        frame.first.setdefault(key, line)
        frame.key = key
        self.tree.keys[*frame.path, key] = (line, column)

    def _refuse(self, event: Event, sentence: Message) -> None:
        self.problems.append(Problem(self.tree.where, *_mark(event), sentence))


def _mark(event: Event) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


def scalar(event: ScalarEvent) -> str | int | float | bool | None:
    """Resolve a scalar by YAML 1.2's core schema; dates, and numbers that begin with 0 like codes, stay text."""
    text = nfc(str(event.value))
    if event.style in {"'", '"', "|", ">"}:
        return text
    if text.lower() in WORDS and text in {text.lower(), text.upper(), text.capitalize()}:
        return WORDS[text.lower()]
    if len(text) <= LONGEST_NUMBER:
        if INTEGER.fullmatch(text):
            return int(text)
        if FLOAT.fullmatch(text):
            return float(text)
    return text
