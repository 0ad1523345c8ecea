"""What the office has applied to a campaign in the portal: read from the database, the same on every machine."""

from contextlib import suppress
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from lotrinh.catalog.checklists import from_content, read_checklist
from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.status.journal import Entry
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem, StoreUnavailable
from lotrinh.settings.models import Settings
from lotrinh.store import Store


class CampaignOverride(BaseModel):
    """A new anchor or checklist that the office applied in the portal; it goes before the settings file.

    ``checklist`` only names it: its content is kept under the hash that the entry carries.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    anchor: date | None = None
    checklist: str | None = None


NO_OVERRIDE = CampaignOverride()


def find_override(store: Store, number: int) -> CampaignOverride:
    """Return what the entry of this number applied; 0 stands for none, where the settings file holds."""
    entry = store.journal.get(number)
    return read_override(entry) if entry else NO_OVERRIDE


def read_override(entry: Entry) -> CampaignOverride:
    """Return what an entry of the journal applied."""
    try:
        return CampaignOverride.model_validate(entry.new.body["applied"])
    except ValidationError as error:
        sentence = M("Mục số {number} của nhật ký không đọc được. Hãy chạy: lotrinh verify", number=entry.number)
        raise StoreUnavailable(sentence) from error


def override_checklist(store: Store, settings: Settings, entry: Entry) -> Checklist | None:
    """Return the checklist that an entry applied; None where the settings file's holds."""
    name, hash_ = read_override(entry).checklist, entry.new.checklist_hash
    if not name:
        return None
    if content := store.changes.checklist(hash_):
        return _rebuild_checklist(name, content)
    return _adopt_old_file(store, settings.data_dir / "checklists" / name, hash_)


def _rebuild_checklist(name: str, content: str) -> Checklist:
    try:
        return from_content(content)
    except ValueError as error:  # pydantic's errors are such
        sentence = M("Bản lotrinh này không đọc được bộ đầu việc đã áp dụng. Hãy nâng cấp lotrinh ở máy này.")
        raise BadInput([Problem(name, 0, 0, sentence)]) from error


def _adopt_old_file(store: Store, path: Path, hash_: str) -> Checklist:
    """Read the checklist that an older version kept in the data folder of one machine, and let the database have it."""
    found = read_checklist(path.read_bytes(), str(path), None) if path.is_file() else None
    if found is None or found.content_hash != hash_:
        sentence = M(
            "Bộ đầu việc mà văn phòng đã áp dụng do bản cũ giữ ở máy chạy cổng, ở đây không có. Hãy mở cổng bản mới"
            " một lần ở máy ấy, hoặc chép tệp này từ máy ấy hay từ bản sao lưu."
        )
        raise BadInput([Problem(str(path), 0, 0, sentence)])
    with suppress(StoreUnavailable):  # a database that can only be read: the next one who may write keeps it
        store.changes.store_checklist(hash_, found.content)
    return found
