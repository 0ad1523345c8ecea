"""The machine: versions, the data folder, the disk, time zones."""

import os
import platform
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lotrinh import __version__
from lotrinh.core.text import M
from lotrinh.services.doctor.finding import Diagnosis, attention, failing, good
from lotrinh.services.upkeep.readiness import disk_space

GIGABYTE, MEGABYTE = 1_000_000_000, 1_000_000
LEAST_FREE, LEAST_SHARE = GIGABYTE, 0.10
FASTAPI_BREAKS = (0, 155)
"""From here on Prefect's server does not import; the versions that the lock allows end before."""
HANOI, HANOI_OFFSET = "Asia/Ho_Chi_Minh", timedelta(hours=7)
OFF = ("", "0", "false")


def installed_version(name: str) -> str:
    """Return a package's version; empty where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def inspect_versions(prefect: str, fastapi: str) -> Diagnosis:
    """Name the versions; find the pair that is known not to work together."""
    known = {"python": platform.python_version(), "lotrinh": __version__, "prefect": prefect, "fastapi": fastapi}
    found = M("Python {python}, lotrinh {lotrinh}, Prefect {prefect}, FastAPI {fastapi}", **known)
    if not (prefect and fastapi):
        return failing("versions", found, M("Cài lại lotrinh theo requirements: thiếu thư viện."))
    first = tuple(int(n) for n in fastapi.split(".")[:2] if n.isdigit())
    if first >= FASTAPI_BREAKS:
        advice = M("Máy chủ Prefect không chạy được với FastAPI này. Cài lại lotrinh theo requirements.")
        return failing("versions", found, advice)
    return good("versions", found)


def inspect_client_telemetry(environment: Mapping[str, str]) -> Diagnosis:
    """Look at the client's switch: what lotrinh starts has it; what is started by hand follows the environment."""
    said = environment.get("DO_NOT_TRACK")
    if said is not None and said.strip().lower() in OFF:
        found = M("Prefect (máy khách) được phép gửi số liệu sử dụng: DO_NOT_TRACK=“{value}”", value=said)
        return attention("telemetry_client", found, M("Đặt DO_NOT_TRACK=1 trong môi trường của máy này."))
    return good("telemetry_client", M("Prefect (máy khách): lotrinh luôn tắt gửi số liệu (DO_NOT_TRACK=1)"))


def inspect_data_folder(folder: Path) -> Diagnosis:
    """Look whether the data folder can be written, without writing."""
    place = M("thư mục dữ liệu {folder}", folder=str(folder))
    if not folder.exists():
        return attention("data_folder", M("Chưa có {place}", place=place), M("`lotrinh up` tạo khi chạy lần đầu."))
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return failing("data_folder", M("Không ghi được vào {place}", place=place), M("Cấp quyền ghi cho người chạy."))
    return good("data_folder", M("Ghi được vào {place}", place=place))


def inspect_disk(folder: Path) -> Diagnosis:
    """Look how much of the disk under the data folder is free."""
    return judge_disk(*disk_space(folder))


def judge_disk(free: int, total: int) -> Diagnosis:
    """Judge free and total bytes: less than 1 GB or a tenth of the disk is little."""
    percent = round(100 * free / total) if total else 0
    amount, unit = (free // GIGABYTE, "GB") if free >= 10 * GIGABYTE else (free // MEGABYTE, "MB")
    found = M("Đĩa còn trống {amount} {unit} ({percent} %)", amount=amount, unit=unit, percent=percent)
    if free < LEAST_FREE or free < LEAST_SHARE * total:
        return attention("disk", found, M("Dọn đĩa hoặc chuyển data_dir sang đĩa khác: cần 1 GB và 10 %."))
    return good("disk", found)


def inspect_time_zones(names: tuple[str, ...], now: datetime) -> Iterator[Diagnosis]:
    """Look whether this machine knows the time zones that deadlines are counted in."""
    try:
        offsets = {name: now.astimezone(ZoneInfo(name)).utcoffset() for name in (*names, HANOI)}
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        yield failing("time_zones", M("Thiếu dữ liệu múi giờ ({reason})", reason=str(error)), M("Cài gói tzdata."))
        return
    if offsets[HANOI] != HANOI_OFFSET:
        found = M("Dữ liệu múi giờ của {zone} sai", zone=HANOI)
        yield failing("time_zones", found, M("Cài lại gói tzdata."))
        return
    yield good("time_zones", M("Có dữ liệu múi giờ: {names}", names=", ".join(sorted(offsets))))
