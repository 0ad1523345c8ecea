"""What would fail on an office's Windows machine, found by reading the source: nobody has one here."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lotrinh.services.runs.ask import new_run_name, try_name
from tests.conftest import TOP

SOURCES = sorted(path for folder in ("lotrinh", "flows", "tasks") for path in (TOP / folder).rglob("*.py"))
POSIX_ONLY = {
    "os": {
        "O_DIRECTORY",
        "O_NOFOLLOW",
        "chown",
        "fchmod",
        "fork",
        "getegid",
        "geteuid",
        "getgid",
        "getloadavg",
        "getpgid",
        "getpgrp",
        "getuid",
        "kill",  # is there, but ends a process without a word
        "killpg",
        "mkfifo",
        "nice",
        "pread",
        "sched_getaffinity",
        "setpgid",
        "setsid",
        "statvfs",
        "uname",
    },
    "signal": {
        "SIGALRM",
        "SIGCHLD",
        "SIGHUP",
        "SIGKILL",
        "SIGPIPE",
        "SIGQUIT",
        "SIGUSR1",
        "SIGUSR2",
        "alarm",
        "pause",
        "pthread_kill",
        "setitimer",
    },
    "socket": {"AF_UNIX"},
}
POSIX_MODULES = {"crypt", "fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
WINDOWS_MODULES = {"msvcrt", "winreg", "_winapi"}
FORBIDDEN_IN_NAMES = set('<>:"/\\|?*')
TEXT = {"read_text": 0, "write_text": 1}
"""Methods that open text, and after how many arguments the encoding comes."""


STARTING = {"Popen", "call", "check_call", "check_output", "run"}


def asks_for_the_system(node: ast.AST) -> bool:
    """Whether a piece of source looks at sys.platform, or whether a name is there."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and inner.attr == "platform":
            return True
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "hasattr":
            return True
    return False


def unguarded(tree: ast.AST, *, guarded: bool = False) -> Iterator[str]:
    """List what only one system has, where the function around it does not ask which system it is on."""
    for node in ast.iter_child_nodes(tree):
        around = guarded or (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If) and asks_for_the_system(node)
        )
        if not around:
            yield from names_of_one_system(node)
        yield from unguarded(node, guarded=around)


def names_of_one_system(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        module = node.value.id if isinstance(node.value, ast.Name) else ""
        if node.attr in POSIX_ONLY.get(module, set()):
            yield f"{node.lineno}: {module}.{node.attr}"
        elif node.attr == "add_signal_handler":
            yield f"{node.lineno}: {node.attr}"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        yield from (f"{node.lineno}: {n}" for n in names if n in POSIX_MODULES | WINDOWS_MODULES)


def without_encoding(tree: ast.AST) -> Iterator[str]:
    """List where text is read or written in whatever code page the machine has."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in TEXT and len(node.args) <= TEXT[name] and "encoding" not in named:
            yield f"{node.lineno}: {name}"
        if isinstance(node.func, ast.Name) and name == "open" and not {"encoding", "mode"} & set(named):
            mode = node.args[1] if len(node.args) > 1 else None
            if not (isinstance(mode, ast.Constant) and "b" in str(mode.value)):
                yield f"{node.lineno}: open"
        if name in STARTING and "text" in named and "encoding" not in named:
            yield f"{node.lineno}: text=True"


def found_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [f"{path.relative_to(TOP).as_posix()}:{said}" for said in (*unguarded(tree), *without_encoding(tree))]


def test_what_one_system_lacks_is_asked_for_and_texts_name_their_encoding() -> None:
    assert [said for path in SOURCES for said in found_in(path)] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", ["1: fcntl"]),
        ("from resource import getrusage", ["1: resource"]),
        ("def stop(p):\n    os.killpg(p, signal.SIGKILL)", ["2: os.killpg", "2: signal.SIGKILL"]),
        ("def stop(p):\n    if hasattr(os, 'killpg'):\n        os.killpg(p, 9)", []),
        ("def stop(p):\n    if sys.platform == 'win32':\n        return\n    os.killpg(p, 9)", []),
        ("loop.add_signal_handler(2, f)", ["1: add_signal_handler"]),
        ("p.read_text()", ["1: read_text"]),
        ("p.write_text(t)", ["1: write_text"]),
        ("p.write_text(t, 'utf-8')", []),
        ("open(p)", ["1: open"]),
        ("open(p, 'wb')", []),
        ("run(a, text=True)", ["1: text=True"]),
    ],
)
def test_the_reader_of_sources_sees_what_it_looks_for(source: str, found: list[str]) -> None:
    tree = ast.parse(source)
    assert [*unguarded(tree), *without_encoding(tree)] == found


def test_names_of_runs_can_be_names_of_files() -> None:
    now = datetime(2026, 2, 2, 1, 2, 3, tzinfo=UTC)
    for name in (new_run_name(now), try_name(new_run_name(now), "25", 2)):
        assert not set(name) & FORBIDDEN_IN_NAMES


def test_no_file_of_the_project_has_a_name_that_windows_refuses() -> None:
    reserved = {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))}
    folders = ("lotrinh", "flows", "tasks", "checklists", "docs", "deploy", "tests", "benchmarks", "requirements")
    kept = [p for folder in folders for p in (TOP / folder).rglob("*") if "__pycache__" not in p.parts]
    wrong = [
        p.name for p in kept if set(p.name) & FORBIDDEN_IN_NAMES or p.stem.lower() in reserved or p.name[-1] in " ."
    ]
    assert wrong == []
