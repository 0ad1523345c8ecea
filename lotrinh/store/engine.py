"""Connections: SQLite in WAL mode with full synchronisation, or any database that SQLAlchemy reaches."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as TooManyAtOnce

from lotrinh.core.text import M
from lotrinh.errors import BadInput, DamagedDatabase, NoDatabase, OldSchema, Problem, StoreUnavailable
from lotrinh.store.schema import HEAD, metadata

BUSY_SECONDS, CONNECT_SECONDS = 20, 5
"""How long a writer waits for others, and anybody for a database server that does not answer."""
AT_ONCE = 40
"""Connections to SQLite: one for each thread that a web server answers with, so that no reader waits for writers."""
JOURNAL_LOCK = 0x6C6F7472
"""A number of our own for PostgreSQL's advisory lock: one appender at a time keeps the chain linear."""
SHOWN = 5
"""Names of another program's tables that a sentence mentions."""
DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
BEHIND_PASSWORD = re.compile(r"[\w+]+://(?:[^:/]*(?::[^@]*)?@)?(.*)", re.DOTALL)
"""What follows name and password in an address, as SQLAlchemy reads it: at the first @, not at the last."""


def parse_url(url: str) -> URL:
    """Read a database's address.

    One that is none, or whose password ends too early at a mark of its own, is refused before anybody tells what he
    takes for host or port: it would be a part of the password. Nothing of the address is said.
    """
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        read = None
    behind = BEHIND_PASSWORD.match(url)
    spilt = behind is None or "@" in behind[1]
    if read is None or (spilt and read.get_backend_name() != "sqlite"):
        sentence = M(
            "Không đọc được địa chỉ cơ sở dữ liệu. Hãy viết {form}, hoặc {file}; trong tên và mật khẩu, các dấu sau"
            " phải viết bằng mã: {codes}.",
            form="postgresql+psycopg://USER:PASSWORD@HOST/DATABASE",
            file="sqlite:///FILE",
            codes="@ → %40, : → %3A, / → %2F, ? → %3F, # → %23, % → %25",
        )
        raise BadInput([Problem("database.url", 0, 0, sentence)])
    return read


def connect(url: str) -> Engine:
    """Make an engine; for SQLite the folder is made and every connection gets its pragmas."""
    parsed = parse_url(url)
    with translate_failures():
        if parsed.get_backend_name() != "sqlite":
            return _server(parsed)
        pool = {}
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            pool = {"max_overflow": AT_ONCE}
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, **pool)
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _server(url: URL) -> Engine:
    """Connect to a database server: nothing waits for ever, and a connection that broke is replaced unseen.

    An appender reads the chain's end after it has waited for its turn, so each statement must see what is committed
    by then, whatever the server's default is.
    """
    patience = {"options": f"-c lock_timeout={BUSY_SECONDS}s", "connect_timeout": CONNECT_SECONDS}
    known = patience if url.get_driver_name() in {"psycopg", "psycopg2"} else {}
    return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED", connect_args=known)


def _pragmas(connection: object, _: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # sqlite3: we begin transactions ourselves
    cursor = connection.cursor()  # type: ignore[attr-defined]  # as above
    # The file keeps its mode. SQLite does not wait to switch it: while another process makes the file it stays, and a
    # later connection switches it; a read-only file can still be read.
    with suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode=WAL")
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(options['patience'] * 1000)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def translate_failures() -> Iterator[None]:
    """Turn what a database or its disk can fail with into one sentence: nothing was recorded."""
    try:
        yield
    except (DBAPIError, TooManyAtOnce, ArgumentError, ImportError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise StoreUnavailable(M("Chưa ghi nhận: cơ sở dữ liệu không dùng được ({reason}).", reason=reason)) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads."""
    with translate_failures(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, *, chain: bool = False, patience: float | None = None) -> Iterator[Connection]:
    """Open a transaction that writes; with ``chain`` no other one may append to the journal meanwhile.

    ``patience`` is for how many seconds it waits while others write to SQLite; None: as long as may be.
    """
    options = {"writes": True, "patience": BUSY_SECONDS if patience is None else patience}
    with translate_failures(), engine.connect().execution_options(**options) as connection, connection.begin():
        if chain and connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": JOURNAL_LOCK})
        yield connection


def version(engine: Engine) -> str | None:
    """Return the migration the database stands at; None for an empty database.

    An SQLite file that is damaged, or none, is ``DamagedDatabase``.
    """
    try:
        with reading(engine) as connection:
            return revision(connection)
    except StoreUnavailable as error:
        if not is_damage(error):
            raise
        sentence = M(
            "Tệp cơ sở dữ liệu {place} bị hỏng hoặc không phải của lotrinh. Hãy khôi phục từ bản sao lưu: lotrinh"
            " restore",
            place=str(engine.url.database),
        )
        raise DamagedDatabase(sentence) from error


def is_damage(error: Exception) -> bool:
    """Whether a database could not be used because its file is damaged, or none of SQLite's."""
    original = getattr(error.__cause__, "orig", None)
    return getattr(original, "sqlite_errorcode", None) in DAMAGED


def revision(connection: Connection) -> str | None:
    """Return the migration that this connection's database stands at; "" where its tables tell of none."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        return str(found[0]) if len(found) == 1 else ""
    return "" if tables else None


def require_file(url: str) -> None:
    """Refuse an SQLite file that is not there: opening it would make an empty one, in which nothing is wrong."""
    place = sqlite_file(url)
    if place and not place.is_file():
        raise NoDatabase(M("Không có cơ sở dữ liệu tại {place}. Hãy kiểm tra lại cấu hình.", place=str(place)))


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite address; None for a database elsewhere, or in memory."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    return Path(parsed.database or "")


def database_identity(url: str, folder: Path) -> str:
    """Return what tells a database from others: without a secret; a file in ``folder`` by where it lies in there.

    So a data folder that was moved as a whole has the same database still.
    """
    if file := sqlite_file(url):
        place, home = file.resolve(), folder.resolve()
        return (place.relative_to(home) if place.is_relative_to(home) else place).as_posix()
    parsed = parse_url(url)
    port = f":{parsed.port}" if parsed.port else ""
    return f"{parsed.get_backend_name()}://{parsed.host or ''}{port}/{parsed.database or ''}"


def database_name(url: str) -> str:
    """Return what a person calls this database: its name on the server, or the file's; never a secret."""
    return Path(parse_url(url).database or "").name


def require_current(engine: Engine) -> None:
    """Refuse to work on a database of another version, and name the command that helps."""
    found = version(engine)
    if found == HEAD:
        return
    with reading(engine) as connection:
        if found is not None and not _is_number(found) and not set(metadata.tables) & set(_tables(connection)):
            raise _foreign(connection)
    if found is None or found < HEAD:
        raise OldSchema(
            M(
                "Cơ sở dữ liệu là phiên bản cũ ({found}; cần {head}). Hãy chạy: lotrinh db upgrade",
                found=found or "?",
                head=HEAD,
            )
        )
    raise newer_schema(found)


def newer_schema(found: str) -> OldSchema:
    """Say that a database was made by a newer lotrinh."""
    return OldSchema(
        M(
            "Cơ sở dữ liệu do lotrinh mới hơn tạo ra ({found}; bản này biết {head}). Hãy nâng cấp lotrinh.",
            found=found,
            head=HEAD,
        )
    )


def _is_number(found: str) -> bool:
    return len(found) == len(HEAD) and found.isascii() and found.isdigit()


def _tables(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if name != "alembic_version"]


def _foreign(connection: Connection) -> OldSchema:
    names = sorted(_tables(connection))
    return OldSchema(
        M(
            "Cơ sở dữ liệu này không do lotrinh tạo (có bảng {tables}); lotrinh không sửa gì trong đó."
            " Hãy kiểm tra database.url, hoặc dùng một cơ sở dữ liệu trống.",
            tables=", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else ""),
        )
    )


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the database to this version; return the versions before and after. Another program's is refused."""
    before = version(engine)
    with writing(engine, chain=True) as connection:  # two that make the same database at once wait for each other
        found = revision(connection)
        if found is not None and not _is_number(found) and _tables(connection):
            raise _foreign(connection)
        if found is not None and found > HEAD:
            raise newer_schema(found)
        migrate(connection)
    return before, HEAD


def migrate(connection: Connection, to: str = "head") -> None:
    """Run the migrations up to this one, within the transaction of this connection."""
    from alembic import command  # noqa: PLC0415 - half a second that only an upgrade needs
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.util import CommandError  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise OldSchema(M("Không biết phiên bản {found} của cơ sở dữ liệu này.", found=revision(connection))) from error


def utc_text(at: datetime) -> str:
    """Write a moment so that texts sort as moments do, for columns by which rows are compared."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
