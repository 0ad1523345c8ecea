"""Secrets come from environment or a folder, and are printed nowhere."""

import traceback

import pytest

from lotrinh.errors import BadInput
from lotrinh.settings.load import load_settings
from tests.settings.conftest import Office

SECRET = "mat-khau-7391"


def test_a_secret_is_what_its_file_says_without_the_last_line_break(office: Office) -> None:
    office.hides({"prefect__auth_string": f"admin:{SECRET}\n"})
    assert office.loads().settings.prefect.auth_string.get_secret_value() == f"admin:{SECRET}"


@pytest.mark.parametrize("way", ["file", "secret", "variable"])
def test_secrets_are_hidden_in_what_is_shown_and_in_every_repr(office: Office, way: str) -> None:
    address = f"postgresql+psycopg://lotrinh:{SECRET}@db/lotrinh"
    if way == "file":
        office.writes(f'[database]\nurl = "{address}"\n[prefect]\nauth_string = "admin:{SECRET}"\n')
    elif way == "secret":
        office.hides({"database__url": address, "prefect__auth_string": f"admin:{SECRET}"})
    else:
        office.sets(LOTRINH_DATABASE__URL=address, LOTRINH_PREFECT__AUTH_STRING=f"admin:{SECRET}")
    loaded = office.loads()
    assert loaded.settings.database_url == address
    shown = office.shown()
    assert (shown["database.url"][0], shown["prefect.auth_string"][0]) == ("(bí mật, đã đặt)", "(bí mật, đã đặt)")
    for seen in (repr(loaded), str(loaded.settings), loaded.settings.model_dump_json(), str(shown)):
        assert SECRET not in seen


@pytest.mark.parametrize(
    "text",
    [
        f'[database]\nurl = ["{SECRET}"]\n',
        f'[prefect]\nauth_string = {{user = "{SECRET}"}}\n',
        f'[database]\nurl = "{SECRET}"\nurll = "{SECRET}"\n',
        f'[databse]\nurl = "{SECRET}"\n',
        f'database = "{SECRET}"\n',
        f'[database]\nurl = "{SECRET}\n',
        f'[database]\nurl = "{SECRET}"\nurl = "{SECRET}"\n',
        f"[database]\nurl = {SECRET}\n",
    ],
)
def test_an_error_about_a_secret_does_not_repeat_it_not_even_in_its_traceback(office: Office, text: str) -> None:
    office.writes(text)
    with pytest.raises(BadInput) as caught:
        load_settings()
    told = "".join(traceback.format_exception(caught.value, limit=0)) + str(office.problems())
    assert "settings.toml" in told
    assert SECRET not in told


def test_a_secret_nobody_asked_for_is_refused_where_it_is_meant_for_us(office: Office) -> None:
    office.hides({
        "prefct__auth_string": "x",
        "prefect__auth_strin": "x",
        "LOTRINH_PREFECT__AUTH_STRING": "x",
        "province__x": "x",
        "another-program": "x",
        ".hidden__file": "x",
    })  # fmt: skip
    assert [place for place, _ in office.problems()] == [
        "secrets/LOTRINH_PREFECT__AUTH_STRING",
        "secrets/prefct__auth_string",
        "secrets/prefect__auth_strin",
        "secrets/province__x",
    ]


@pytest.mark.parametrize("folder", ["missing", "a-file", "binary"])
def test_a_secrets_folder_that_cannot_be_read_stops_everything(office: Office, folder: str) -> None:
    office.writes("x", "a-file")
    (office.folder / "binary").mkdir()
    office.writes(b"\xff\xfe\x00", "binary/database__url")
    office.sets(LOTRINH_SECRETS_DIR=folder)
    ((place, sentence),) = office.problems()
    assert place == "LOTRINH_SECRETS_DIR"
    assert "thư mục" in sentence
