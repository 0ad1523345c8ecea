"""Where no Chromium is found: a sentence says what to install, and continuous integration does not pass without."""

import pytest

from tests.browser.conftest import MISSING, chromium_path

pytestmark = pytest.mark.xdist_group("browser")


def test_the_tests_are_skipped_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception) as skipped:
        chromium_path()
    assert str(skipped.value) == MISSING
    assert "install the package chromium" in MISSING


def test_in_continuous_integration_they_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="install the package chromium"):
        chromium_path()
