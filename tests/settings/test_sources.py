"""Where a value comes from: environment before secrets folder before file before default."""

from datetime import date
from ipaddress import ip_network
from itertools import product
from pathlib import Path

import pytest

from lotrinh.settings.models import Settings
from tests.settings.conftest import Office


def test_without_any_file_the_defaults_start(office: Office) -> None:
    loaded = office.loads()
    assert loaded.file is None
    assert loaded.origins == {}
    assert loaded.settings.model_dump() == Settings.model_construct().model_dump()


def test_an_empty_file_changes_nothing_but_its_own_folder(office: Office) -> None:
    office.writes("")
    assert office.loads().settings.model_dump() == Settings.model_construct().model_dump()


@pytest.mark.parametrize("given", list(product([True, False], repeat=3)))
def test_environment_goes_before_secrets_before_file(office: Office, given: tuple[bool, bool, bool]) -> None:
    variable, secret, file = given
    if file:
        office.writes('# the office\n[database]\nurl = "of the file"\n')
    if secret:
        office.hides({"database__url": "of the secret\n"})
    if variable:
        office.sets(LOTRINH_DATABASE__URL="of the variable")
    loaded = office.loads()
    places = [
        (variable, "of the variable", "LOTRINH_DATABASE__URL"),
        (secret, "of the secret", "secrets/database__url"),
        (file, "of the file", "settings.toml:3"),
        (True, "", None),
    ]
    value, origin = next((value, origin) for there, value, origin in places if there)
    assert loaded.settings.database.url.get_secret_value() == value
    assert loaded.origins.get(("database", "url")) == origin


def test_keys_of_one_table_may_come_from_different_places(office: Office) -> None:
    office.writes("[portal]\nport = 9000\nhost = '10.1.1.1'\n")
    office.sets(LOTRINH_PORTAL__PORT="9001")
    loaded = office.loads()
    assert (loaded.settings.portal.host, loaded.settings.portal.port) == ("10.1.1.1", 9001)
    assert loaded.origins == {
        ("portal", "host"): "settings.toml:3",
        ("portal", "port"): "LOTRINH_PORTAL__PORT",
    }


def test_lists_and_tables_in_variables_are_json(office: Office) -> None:
    office.sets(
        LOTRINH_HTTP__ALLOW_NETWORKS='["10.0.0.0/8", "fd00::/8"]',
        LOTRINH_PORTAL='{"port": 9002}',
        LOTRINH_CAMPAIGNS='[{"id": "dai-hoi", "anchor": "2026-05-05"}]',
    )
    loaded = office.loads()
    assert loaded.settings.http.allow_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert loaded.settings.campaigns[0].anchor == date(2026, 5, 5)
    assert loaded.origins == {
        ("http", "allow_networks"): "LOTRINH_HTTP__ALLOW_NETWORKS",
        ("portal", "port"): "LOTRINH_PORTAL",
        ("campaigns", 0, "id"): "LOTRINH_CAMPAIGNS",
        ("campaigns", 0, "anchor"): "LOTRINH_CAMPAIGNS",
    }


def test_campaigns_of_a_variable_replace_those_of_the_file_with_all_their_keys(office: Office) -> None:
    office.writes('[[campaigns]]\nid = "a"\nstale_hours = 5\n[[campaigns]]\nid = "b"\n')
    office.sets(LOTRINH_CAMPAIGNS='[{"id": "c"}]')
    loaded = office.loads()
    assert [(c.id, c.stale_hours) for c in loaded.settings.campaigns] == [("c", 48)]
    assert loaded.origins == {("campaigns", 0, "id"): "LOTRINH_CAMPAIGNS"}


def test_the_file_is_the_given_one_then_that_of_the_variable_then_the_one_here(office: Office) -> None:
    office.writes('province = "here"\n')
    assert office.loads().settings.province == "here"
    office.writes('province = "of the variable"\n', "other.toml")
    office.sets(LOTRINH_SETTINGS="other.toml")
    assert office.loads().settings.province == "of the variable"
    office.writes('province = "given"\n', "given.toml")
    assert office.loads("given.toml").settings.province == "given"


def test_a_file_that_is_named_but_missing_is_no_reason_to_take_another(office: Office) -> None:
    office.writes('province = "here"\n')
    ((place, sentence),) = office.problems("missing.toml")
    assert place == "missing.toml"
    assert "Không có tệp" in sentence
    office.sets(LOTRINH_SETTINGS="also-missing.toml")
    assert office.problems()[0][0] == "also-missing.toml"


def test_paths_in_the_file_are_relative_to_it_and_those_in_variables_to_where_one_stands(office: Office) -> None:
    home = office.folder / "office"
    home.mkdir()
    office.writes(
        'data_dir = "data"\n[units]\nfile = "units.csv"\n[http]\nca_file = "ca.pem"\n'
        '[report]\ntemplate = "mau.docx"\nahead_days = 30\n',
        "office/settings.toml",
    )
    settings = office.loads("office/settings.toml").settings
    assert settings.data_dir == home.resolve() / "data"
    assert settings.units.file == home.resolve() / "units.csv"
    assert settings.http.ca_file == str(home.resolve() / "ca.pem")
    assert (settings.report.template, settings.report.ahead_days) == (home.resolve() / "mau.docx", 30)
    office.sets(LOTRINH_REPORT__TEMPLATE="mau.docx")
    office.sets(LOTRINH_DATA_DIR="data", LOTRINH_UNITS__FILE="units.csv", LOTRINH_HTTP__CA_FILE="ca.pem")
    settings = office.loads("office/settings.toml").settings
    assert (settings.report.template, settings.data_dir, settings.units.file, settings.http.ca_file) == (
        Path("mau.docx"),
        Path("data"),
        Path("units.csv"),
        "ca.pem",
    )


def test_a_key_left_empty_is_not_set(office: Office) -> None:
    office.writes('[units]\nfile = ""\n[report]\ntemplate = ""\n[[campaigns]]\nid = "a"\nanchor = ""\n')
    settings = office.loads().settings
    assert (settings.units.file, settings.report.template, settings.campaigns[0].anchor) == (None, None, None)


def test_the_mark_that_notepad_writes_is_no_error(office: Office) -> None:
    office.writes(b'\xef\xbb\xbfprovince = "25"\r\nlanguage = "en"\r\n')
    loaded = office.loads()
    assert loaded.origins == {("province",): "settings.toml:1", ("language",): "settings.toml:2"}


def test_settings_cannot_be_changed_once_loaded(office: Office) -> None:
    settings = office.loads().settings
    for part, name in ((settings, "province"), (settings.http, "tries")):
        with pytest.raises(ValueError, match="frozen"):
            setattr(part, name, 1)
