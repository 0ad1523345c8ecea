"""Files that units handed in: what they are called and what they are. Their bytes lie in the data folder."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Engine, RowMapping, delete, insert, select

from lotrinh.store.engine import reading, writing
from lotrinh.store.schema import files


class StoredFile(NamedTuple):
    """One file. ``id`` is random and names it on disk; ``name`` is what its owner called it; ``size`` in bytes.

    ``kept`` tells that an entry of the journal refers to it (the entry itself sets it); the others are left over from
    forms that were never sent.
    """

    id: str
    unit: str
    name: str
    type: str
    size: int
    sha256: str
    uploaded_at: datetime
    kept: bool = False


class Files:
    """The register of files."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, new: StoredFile) -> None:
        """Register a file whose bytes are on disk."""
        row = new._asdict() | {"uploaded_at": new.uploaded_at.astimezone(UTC).isoformat(), "kept": int(new.kept)}
        with writing(self._engine) as connection:
            connection.execute(insert(files).values(**row))

    def get(self, file_id: str) -> StoredFile | None:
        """Return a file by its id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(files).where(files.c.id == file_id)).mappings().first()
            return _file(row) if row else None

    def all(self) -> tuple[StoredFile, ...]:
        """Return all files, by their ids."""
        with reading(self._engine) as connection:
            return tuple(_file(row) for row in connection.execute(select(files).order_by(files.c.id)).mappings())

    def list_unreferenced(self, before: datetime) -> tuple[StoredFile, ...]:
        """Return files uploaded before this moment to which nothing refers."""
        old = before.astimezone(UTC).isoformat()
        query = select(files).where(files.c.kept == 0, files.c.uploaded_at < old)
        with reading(self._engine) as connection:
            return tuple(_file(row) for row in connection.execute(query).mappings())

    def remove(self, file_id: str) -> bool:
        """Strike a file that nothing refers to off the register; False when something does by now."""
        with writing(self._engine) as connection:
            return connection.execute(delete(files).where(files.c.id == file_id, files.c.kept == 0)).rowcount > 0


def _file(row: RowMapping) -> StoredFile:
    return StoredFile(
        id=row["id"],
        unit=row["unit"],
        name=row["name"],
        type=row["type"],
        size=row["size"],
        sha256=row["sha256"],
        uploaded_at=datetime.fromisoformat(row["uploaded_at"]),
        kept=bool(row["kept"]),
    )
