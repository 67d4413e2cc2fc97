"""A layout written as TOML is the same layout when it is read back; one that contradicts itself is refused."""

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mappings.layout_toml import layout_text
from mappings.load import SEPARATORS, load_layout, packaged_layouts
from mappings.model import LAYOUT_FIELDS, Certificates, Layout, LayoutColumn, Learned, MappingError

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(LETTERS, min_size=1, max_size=20)
COLUMNS = st.one_of(
    st.builds(LayoutColumn, WORDS, st.sampled_from(LAYOUT_FIELDS), st.none()),
    st.builds(LayoutColumn, WORDS, st.none(), st.text(LETTERS, max_size=20)),
)
FORMS = st.one_of(
    st.sampled_from([Certificates("unknown"), Certificates("rows")]),
    st.builds(Certificates, st.just("cells"), st.sampled_from(SEPARATORS)),
    st.builds(
        lambda more: Certificates("columns", None, tuple(more)),
        st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3),
    ),
)
LAYOUTS = st.builds(
    Layout,
    name=st.just("own"),
    title=WORDS,
    columns=st.lists(COLUMNS, min_size=1, max_size=6).map(tuple),
    encoding=st.just("utf-8"),
    bom=st.booleans(),
    newline=st.sampled_from(["\r\n", "\n"]),
    delimiter=st.characters(exclude_categories=["Cs"]),
    quoting=st.sampled_from(["none", "minimal", "all"]),
    verified=st.booleans(),
    path=st.just(Path("own.toml")),
    certificates=FORMS,
    regions=st.lists(WORDS, max_size=3).map(tuple),
    learned=st.none() | st.builds(Learned, WORDS, WORDS),
)


@given(LAYOUTS, st.lists(st.text(LETTERS, max_size=200), max_size=3))
def test_what_is_written_is_what_is_read(layout: Layout, remarks: list[str]) -> None:
    """Quotes, backslashes, control characters and every script survive; remarks change nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.toml"
        path.write_text(layout_text(layout, remarks), "utf-8", newline="")
        assert replace(load_layout(str(path)), path=layout.path) == layout


@pytest.mark.parametrize("name", [layout.name for layout in packaged_layouts()])
def test_packaged_layouts_survive_too(name: str, tmp_path: Path) -> None:
    """Writing a packaged layout and reading it gives the same columns and settings."""
    layout = load_layout(name)
    path = tmp_path / f"{name}.toml"
    path.write_text(layout_text(layout), "utf-8", newline="")
    assert replace(load_layout(str(path)), path=layout.path) == layout


def test_remarks_are_comments_of_visible_text() -> None:
    """A long remark is broken between words; a control character in it cannot end the comment."""
    text = layout_text(load_layout("certificates"), ["one\ntwo\x1b[2J", "word " * 60])
    comments = [line for line in text.split("\n") if line.startswith("#")][:4]
    assert comments[0] == "# one\\u000atwo\\u001b[2J"
    assert all(len(line) <= 118 for line in comments)
    assert not any(unicodedata.category(letter) == "Cc" for letter in "".join(comments))


HEAD = 'title = "t"\nverified = true\n{more}\n[[columns]]\ncolumn = "Login"\nfield = "login"\n'


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ('[certificates]\nform = "row"', '"certificates.form" is \'row\'. Did you mean "rows"?'),
        ('[certificates]\nform = "cells"', '"certificates.separator" goes with form = "cells", and only with it.'),
        ('[certificates]\nseparator = ";"', '"certificates.separator" goes with form = "cells", and only with it.'),
        ('[certificates]\nform = "cells"\nseparator = "x"', "\"certificates.separator\" is 'x'."),
        ('[certificates]\nform = "columns"', '"certificates.more" goes with form = "columns", and only with it.'),
        (
            '[certificates]\nform = "columns"\n[[certificates.more]]\nsubject = "S"',
            '"certificates.more.1.issuer" is missing.',
        ),
        ('[learned]\nexport = "users.txt"', '"learned.sha256" is missing.'),
        ('[lerned]\nexport = "users.txt"', 'unknown key "lerned". Did you mean "learned"?'),
        ('regions = "eu-central-1"', '"regions" must be a list of texts, not text.'),
    ],
)
def test_a_layout_that_contradicts_itself_is_refused(more: str, sentence: str, tmp_path: Path) -> None:
    """The sentence names file and key."""
    path = tmp_path / "own.toml"
    path.write_text(HEAD.format(more=more))
    with pytest.raises(MappingError) as caught:
        load_layout(str(path))
    assert str(caught.value).startswith(f"{path}: {sentence}")
