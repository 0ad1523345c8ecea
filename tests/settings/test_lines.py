"""The line on which a key of a TOML file stands."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from lotrinh.settings.lines import value_line

NAMES = st.sampled_from(["a", "b", "c", "d-e", "f_g"])
KEYS = st.lists(NAMES, unique=True, max_size=4)
FILLING = st.sampled_from(["", "# a = 1", "   "])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, dict[tuple[str | int, ...], int]]:
    """A TOML file of keys, tables and lists of tables, and the line of each of its keys."""
    lines: list[str] = []
    places: dict[tuple[str | int, ...], int] = {}

    def write(line: str, *place: str | int) -> None:
        lines.extend(draw(st.lists(FILLING, max_size=2)))
        lines.append(line)
        if place:
            places[place] = len(lines)

    for key in draw(KEYS):
        write(f'top-{key} = "[{key}]"', f"top-{key}")
    for table in draw(KEYS):
        write(f"[{table}]", table)
        for key in draw(KEYS):
            write(
                draw(st.sampled_from([f"{key} = 1", f"  {key}=[", f'"{key}" = 1'])).replace("=[", "=[\n1,\n]"),
                table,
                key,
            )
            lines[-1:] = lines[-1].split("\n")
    for index in range(draw(st.integers(0, 3))):
        write("[[list]]", "list", index)
        for key in draw(KEYS):
            write(f"{key} = 1", "list", index, key)
        if draw(st.booleans()):
            write("[list.inner]", "list", index, "inner")
            write("x.y = 1", "list", index, "inner", "x", "y")
    return "\n".join(lines), places


@given(files())
def test_the_line_of_every_key_is_found(file: tuple[str, dict[tuple[str | int, ...], int]]) -> None:
    text, places = file
    tomllib.loads(text)
    assert {place: value_line(text, place) for place in places} == places


@given(files())
def test_a_key_that_is_not_there_has_the_line_of_the_table_it_belongs_to(
    file: tuple[str, dict[tuple[str | int, ...], int]],
) -> None:
    text, places = file
    for place, line in places.items():
        if place in {p[:-1] for p in places} or isinstance(place[-1], int):
            assert value_line(text, (*place, "missing")) == line
    assert value_line(text, ("missing", "too")) == 0


def test_what_stands_inside_a_value_of_one_line_has_its_line() -> None:
    assert value_line('x = 1\ncampaigns = [{id = "a"}]\n', ("campaigns", 0, "id")) == 2
