"""Take the pictures of the main pages for the documents: ``python -m tests.tools.screenshots``."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import arguments, chromium_path
from tests.browser.world import NORMAL, World, make_world
from tests.conftest import TOP

FOLDER = TOP / "docs" / "screenshots"
LARGEST = 80_000
"""Bytes of one picture."""
COLOURS = "48"
PHONE, DESK = 390, 1280


class Shot(NamedTuple):
    """One picture: whose page, at which address, how wide and how much of it."""

    name: str
    who: str
    address: str
    width: int
    height: int


SHOTS = (
    Shot("xa-dau-viec", "commune", "{u}", PHONE, 1000),
    Shot("xa-xac-nhan", "commune", "{u}/steps/{done}/confirm", PHONE, 1000),
    Shot("xa-bien-nhan", "commune", "/receipts/{receipt}", PHONE, 1000),
    Shot("tinh-bang-chung", "officer", "{c}/board", DESK, 1000),
    Shot("tinh-don-vi", "officer", "{c}/board#units", DESK, 900),
    Shot("tinh-dot", "officer", "{c}/overview", DESK, 1000),
)


def take_shot(browser: Browser, world: World, shot: Shot, folder: Path) -> None:
    """Take one picture, with few colours where ImageMagick is there to see to it."""
    context = browser.new_context(viewport={"width": shot.width, "height": shot.height}, java_script_enabled=False)
    context.add_cookies([world.cookie(NORMAL, shot.who)])
    page, path = context.new_page(), folder / f"{shot.name}.png"
    page.goto(world.address(NORMAL, shot.address))
    page.screenshot(path=path, full_page=False)
    context.close()
    if convert := shutil.which("convert"):
        subprocess.run([convert, path, "-strip", "+dither", "-colors", COLOURS, f"PNG8:{path}"], check=True)


def main() -> None:
    """Take all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        make_world(Path(folder), whole=True) as world,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=chromium_path(), args=arguments())
        for shot in SHOTS:
            take_shot(browser, world, shot, FOLDER)
        browser.close()


if __name__ == "__main__":
    main()
