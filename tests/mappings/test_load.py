"""What the loaders refuse, and the sentence with which they do."""

from pathlib import Path

import pytest

from mappings.load import load_layout, load_source_mapping
from mappings.model import MappingError, UnknownKey, UnknownName

SOUND = 'title = "t"\nkinds = ["csv"]\n[fields.email]\naliases = ["Email"]\n'
LAYOUT = 'title = "t"\nverified = true\n[[columns]]\ncolumn = "Login"\n'


def refused(path: Path, text: str, kind: type[MappingError] = MappingError) -> str:
    """Write a mapping, load it, and give the sentence with which it is refused."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        load_source_mapping(str(path))
    assert type(caught.value) is kind
    return str(caught.value).replace(str(path), "FILE")


def test_a_mapping_is_found_by_a_relative_path(tmp_path: Path) -> None:
    """A path is relative to the base, as a job file needs it."""
    (tmp_path / "mine.toml").write_text(SOUND, encoding="utf-8")
    mapping = load_source_mapping("mine.toml", tmp_path)
    assert (mapping.name, mapping.fields["email"].aliases, mapping.path) == ("mine", ("Email",), tmp_path / "mine.toml")


def test_aliases_by_language_alternate(tmp_path: Path) -> None:
    """The first alias of each language comes first, and a repetition is dropped."""
    languages = '[fields.email.aliases]\nen = ["Email", "Mail"]\nde = ["E-Mail-Adresse", "Email"]\n'
    (tmp_path / "m.toml").write_text(SOUND.replace('aliases = ["Email"]\n', languages), encoding="utf-8")
    assert load_source_mapping("m.toml", tmp_path).fields["email"].aliases == ("Email", "E-Mail-Adresse", "Mail")


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        ("titel = 1\n" + SOUND, UnknownKey, 'FILE: unknown key "titel". Did you mean "title"?'),
        (
            SOUND + '[fields.emial]\naliases = ["x"]',
            UnknownKey,
            'FILE: unknown key "fields.emial". Did you mean "email"?',
        ),
        (SOUND + "require = true", UnknownKey, 'FILE: unknown key "fields.email.require". Did you mean "required"?'),
        (SOUND + 'values.yes = ["x"]', UnknownKey, 'FILE: unknown key "fields.email.values.yes".'),
        (SOUND.replace('title = "t"\n', ""), MappingError, 'FILE: "title" is missing.'),
        (SOUND.replace('"t"', '""'), MappingError, 'FILE: "title" must not be empty.'),
        (SOUND.replace('"t"', "7"), MappingError, 'FILE: "title" must be text, not a number.'),
        (SOUND.replace('["csv"]', '"csv"'), MappingError, 'FILE: "kinds" must be a list of texts, not text.'),
        (SOUND.replace('["csv"]', "[]"), MappingError, 'FILE: "kinds" must name at least one kind of source.'),
        (
            SOUND.replace('["csv"]', "[1]"),
            MappingError,
            'FILE: "kinds" must be a list of texts, and one of its items is a number.',
        ),
        (
            SOUND + 'required = "yes"',
            MappingError,
            'FILE: "fields.email.required" must be true or false, not text.',
        ),
        (
            SOUND.replace('aliases = ["Email"]\n', "required = true"),
            MappingError,
            'FILE: "fields.email.attributes" and aliases are both empty, so nothing can fill the field.',
        ),
        (
            SOUND + '[fields.upn]\naliases = ["E-MAIL"]',
            MappingError,
            'FILE: "fields.upn" and "email" both claim the header "E-MAIL". It can mean one only.',
        ),
        (
            SOUND + 'fallback = "upm"',
            MappingError,
            'FILE: "fields.email.fallback" is "upm", which is not a field. Did you mean "upn"?',
        ),
        (
            SOUND + 'fallback = "upn"',
            MappingError,
            'FILE: "fields.email.fallback" is "upn", a field that this file does not map.',
        ),
        (
            SOUND + '[fields.enabled]\naliases = ["On"]\n[fields.enabled.values]\ntrue = ["Ja"]\nfalse = ["JA"]',
            MappingError,
            'FILE: "fields.enabled.values.false" has "JA", which also means another value.',
        ),
        ("title = \n", MappingError, "FILE: is not valid TOML: Invalid value (at line 1, column 9)."),
    ],
)
def test_an_unsound_mapping_is_refused(tmp_path: Path, text: str, kind: type[MappingError], sentence: str) -> None:
    """The sentence names the file, the dotted key and the nearest known name."""
    assert refused(tmp_path / "m.toml", text, kind) == sentence


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """The place of the first wrong byte is reported."""
    path = tmp_path / "m.toml"
    path.write_bytes(b'title = "\xe9"')
    with pytest.raises(MappingError, match=r"is not UTF-8 text \(byte 10\)\. Save it as UTF-8\."):
        load_source_mapping(str(path))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path to nothing is an unknown name, and the path is named."""
    with pytest.raises(
        UnknownName, match=r"none\.toml: cannot be read \(No such file or directory\)\. Check the path\."
    ):
        load_source_mapping("none.toml", tmp_path)


@pytest.mark.parametrize(
    ("load", "name", "sentence"),
    [
        (
            load_source_mapping,
            "spreadshet",
            'There is no mapping "spreadshet". Did you mean "spreadsheet"? Known are: azure_ad, ',
        ),
        (
            load_layout,
            "certificate",
            'There is no layout "certificate". Did you mean "certificates"? Known are: certificates',
        ),
    ],
)
def test_an_unknown_name_is_refused(load: type, name: str, sentence: str) -> None:
    """The nearest name and all known names are shown."""
    with pytest.raises(UnknownName) as caught:
        load(name)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LAYOUT, 'FILE: "columns.1.field" or constant: exactly one of the two must be there.'),
        (LAYOUT + 'field = "login"\nconstant = ""', 'FILE: "columns.1.field" or constant: exactly one of the two must'),
        (
            LAYOUT + 'field = "subjct"',
            'FILE: "columns.1.field" is \'subjct\'. Did you mean "subject"? It must be one of',
        ),
        (
            'quoting = "some"\n' + LAYOUT + 'field = "login"',
            "FILE: \"quoting\" is 'some'. It must be one of: 'none', 'm",
        ),
        (
            'encoding = "utf-9"\n' + LAYOUT + 'field = "login"',
            'FILE: "encoding" is "utf-9", which is not an encoding. Use',
        ),
        ('delimiter = "::"\n' + LAYOUT + 'field = "login"', 'FILE: "delimiter" must be one character.'),
        ('title = "t"\nverified = true\n', 'FILE: "columns" must be one or more tables, each headed [[columns]].'),
        (LAYOUT.replace("verified = true\n", "") + 'field = "login"', 'FILE: "verified" is missing.'),
    ],
)
def test_an_unsound_layout_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    """The sentence names the column by its number from 1."""
    path = tmp_path / "l.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        load_layout("l.toml", tmp_path)
    assert str(caught.value).replace(str(path), "FILE").startswith(sentence)


def test_a_layout_may_have_a_constant(tmp_path: Path) -> None:
    """A constant column carries the same text in every row, even an empty one."""
    (tmp_path / "l.toml").write_text(LAYOUT + 'constant = ""', encoding="utf-8")
    column = load_layout("l.toml", tmp_path).columns[0]
    assert (column.column, column.field, column.constant) == ("Login", None, "")
