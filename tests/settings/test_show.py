"""``settings show``: every value in force and where it comes from."""

import re
import tomllib

from tests.settings.conftest import Office, every_setting


def test_every_setting_is_shown_with_its_origin(office: Office) -> None:
    office.writes(
        'language = "en"\n[http]\ntries = 1\nallow_hosts = [\n  "x.vn",\n]\n\n[[campaigns]]\nid = "a"\n'
        '[[receivers]]\nunit = "25"\n[[webhooks]]\nurl = "https://x.vn"\nsecret = "khoa-de-ky-tin-webhook"\n'
    )
    office.hides({"prefect__auth_string": "a:b"})
    office.sets(LOTRINH_PORTAL__PORT="9000", LOTRINH_HTTP__TRIES="2", LOTRINH_UNITS='{"allow_unknown": true}')
    shown = office.shown()
    keys = {re.sub(r"^(campaigns|receivers|webhooks)\.", r"\1.0.", key) for key, _ in every_setting()}
    assert set(shown) == keys
    own = {key: origin for key, (_, origin) in shown.items() if origin != "mặc định"}
    assert own == {
        "language": "settings.toml:1",
        "http.tries": "LOTRINH_HTTP__TRIES",
        "http.allow_hosts": "settings.toml:4",
        "campaigns.0.id": "settings.toml:9",
        "receivers.0.unit": "settings.toml:11",
        "webhooks.0.url": "settings.toml:13",
        "webhooks.0.secret": "settings.toml:14",
        "prefect.auth_string": "secrets/prefect__auth_string",
        "portal.port": "LOTRINH_PORTAL__PORT",
        "units.allow_unknown": "LOTRINH_UNITS",
    }
    assert {shown[f"webhooks.0.{name}"][0] for name in ("url", "secret")} == {"(bí mật, đã đặt)"}


SECRETS = {"mail.password", "zalo.token", "portal.metrics_token"}


def test_what_is_shown_can_be_written_into_a_settings_file(office: Office) -> None:
    office.writes(
        'data_dir = "dữ liệu \\"mới\\""\n[http]\ntotal_seconds = 9.5\nallow_networks = ["10.0.0.0/8", "fd00::/8"]\n'
        "[units]\nallow_unknown = true\n"
        '[[campaigns]]\nid = "a"\nanchor = 2026-03-15\nunits = ["04924"]\nparameters = {hop = "2026-05-05"}\n'
    )
    shown = office.shown()
    read = {key: tomllib.loads(f"x = {value}")["x"] for key, (value, _) in shown.items() if value[0] != "("}
    settings = office.loads().settings
    assert read["data_dir"] == str(settings.data_dir)
    assert read["http.total_seconds"] == 9.5
    assert read["http.allow_networks"] == ["10.0.0.0/8", "fd00::/8"]
    assert read["units.allow_unknown"] is True
    assert read["campaigns.0.anchor"] == settings.campaigns[0].anchor
    assert read["campaigns.0.units"] == ["04924"]
    assert read["campaigns.0.parameters"] == {"hop": "2026-05-05"}
    empty = {key for key, (value, _) in shown.items() if value == "(trống)"}
    assert (
        empty
        == {"database.url", "prefect.auth_string", "units.file", "report.template", "campaigns.0.starts"} | SECRETS
    )


def test_the_origin_is_said_in_the_language_of_the_reader(office: Office) -> None:
    office.sets(LOTRINH_LANG="en")
    assert office.shown()["province"] == ('"25"', "default")
