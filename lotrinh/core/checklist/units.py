"""Units: communes, wards, special zones, and the province itself."""

from dataclasses import dataclass
from enum import StrEnum


class UnitKind(StrEnum):
    """What a unit is, by its official kind."""

    COMMUNE = "xa"
    WARD = "phuong"
    SPECIAL_ZONE = "dac_khu"
    PROVINCE = "tinh"
    CITY = "thanh_pho"

    @property
    def prefix(self) -> str:
        """The word that stands before the name in official texts."""
        return PREFIXES[self]


PREFIXES = {
    UnitKind.COMMUNE: "Xã",
    UnitKind.WARD: "Phường",
    UnitKind.SPECIAL_ZONE: "Đặc khu",
    UnitKind.PROVINCE: "Tỉnh",
    UnitKind.CITY: "Thành phố",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. ``code`` is text: 5 digits for a commune, 2 for a province; ``name`` is NFC without its kind."""

    code: str
    kind: UnitKind
    name: str
    area: str = ""
    tags: frozenset[str] = frozenset()
    status_url: str = ""
    website: str = ""
    contact_office: str = ""
    contact_phone: str = ""
    contact_email: str = ""

    @property
    def is_province(self) -> bool:
        """Whether this is the province itself."""
        return self.kind in {UnitKind.PROVINCE, UnitKind.CITY}

    @property
    def full_name(self) -> str:
        """The name as officials write it: "Xã Lương Sơn"."""
        return f"{self.kind.prefix} {self.name}"
