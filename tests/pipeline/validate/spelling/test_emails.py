"""The characters of an email: every address has its verdict, and nothing changes it (T71-T79)."""

import unicodedata

import pyarrow as pa
import pytest
from email_validator import validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels import folding
from pipeline.match import differences
from pipeline.validate.spelling import emails, inspection, syntax

LOCAL_64 = "a" * 64
LEGAL = [
    "jane.smith@example.com",
    "Jane.Smith@Example.COM",
    "jane+contact@example.com",
    "o'brien@example.com",
    "guest_contoso.com#EXT#@fabrikam.onmicrosoft.com",
    "jane_smith@example.com",
    "=1+1@example.com",
    f"{LOCAL_64}@example.com",
    f"{LOCAL_64}@{'.'.join(['b' * 60] * 3)}.{'c' * 6}",
    "jane@x.local",
    "jane@x.test",
    "jane@corp.internal",
    "josé@example.com",
    "jane@bücher.de",
    "jane@xn--bcher-kva.de",
    "太郎@日本語.jp",
    "иван@почта.рф",
]
ASCII_FIX = "'jane@example.com'"
FAULTY = [
    ("", {"EMAIL-MISSING"}, "no email"),
    ("   ", {"EMAIL-MISSING"}, "only spaces"),
    ("\u00a0", {"EMAIL-MISSING"}, "only spaces"),
    ("jose\u0301@example.com", {"EMAIL-NOT-NFC"}, "U+0301"),
    ("\u1112\u1161@example.com", {"EMAIL-NOT-NFC"}, "U+1161 HANGUL JUNGSEONG A in place of U+D558 HANGUL SYLLABLE HA"),
    ("\u212bsa@example.com", {"EMAIL-NOT-NFC"}, "U+212B ANGSTROM SIGN in place of U+00C5"),
    ("\u03b1\u1f71@example.com", {"EMAIL-NOT-NFC"}, "U+1F71 GREEK SMALL LETTER ALPHA WITH OXIA"),
    ("\u212aim@example.com", {"EMAIL-LOOKALIKE"}, "U+212A KELVIN SIGN"),
    ("\u212aim\u0301@example.com", {"EMAIL-LOOKALIKE", "EMAIL-NOT-NFC"}, "U+212A KELVIN SIGN"),
    ("jane@example.com ", {"EMAIL-SPACE"}, "U+0020 SPACE at its end"),
    (" jane@example.com", {"EMAIL-SPACE"}, "U+0020 SPACE at its start"),
    (" jane@example.com ", {"EMAIL-SPACE"}, "at both ends"),
    ("ja ne@example.com", {"EMAIL-SPACE"}, "at character 3"),
    ("jane@example.com\u00a0", {"EMAIL-SPACE"}, "U+00A0"),
    ("jane\u00a0@example.com", {"EMAIL-SPACE"}, "U+00A0"),
    ("jane@example.com\u3000", {"EMAIL-SPACE"}, "U+3000"),
    ("jane@example.com\u200b", {"EMAIL-INVISIBLE"}, "U+200B"),
    ("ja\u200bne@example.com", {"EMAIL-INVISIBLE"}, "U+200B"),
    ("\ufeffjane@example.com", {"EMAIL-INVISIBLE"}, "U+FEFF"),
    ("jane@exam\u00adple.com", {"EMAIL-INVISIBLE"}, "U+00AD"),
    ("\u202ajane@example.com\u202c", {"EMAIL-INVISIBLE"}, "U+202A"),
    ("jane@example.com\u200e", {"EMAIL-INVISIBLE"}, "U+200E"),
    ("ja\u2060ne@example.com", {"EMAIL-INVISIBLE"}, "U+2060"),
    ("jane\ufe0f@example.com", {"EMAIL-INVISIBLE"}, "U+FE0F"),
    ("jane\u3164@example.com", {"EMAIL-INVISIBLE"}, "U+3164"),
    ("j\u0430ne@example.com", {"EMAIL-LOOKALIKE"}, "U+0430 CYRILLIC SMALL LETTER A"),
    ("jane@\u0435xample.com", {"EMAIL-LOOKALIKE"}, "U+0435"),
    ("jane@example.\u0441\u043em", {"EMAIL-LOOKALIKE"}, "U+0441"),
    ("jane@ex\u03b1mple.com", {"EMAIL-LOOKALIKE"}, "U+03B1 GREEK SMALL LETTER ALPHA"),
    ("\uff4aane@example.com", {"EMAIL-LOOKALIKE"}, "U+FF4A FULLWIDTH"),
    ("jane\uff20example.com", {"EMAIL-LOOKALIKE"}, "U+FF20"),
    ("jane@example\uff0ecom", {"EMAIL-LOOKALIKE"}, "U+FF0E"),
    ("jane@example\u3002com", {"EMAIL-LOOKALIKE"}, "U+3002"),
    ("b\u0131ll@example.com", {"EMAIL-LOOKALIKE"}, "U+0131"),
    ("o\u2019brien@example.com", {"EMAIL-LOOKALIKE"}, "U+2019"),
    ("anna\u2013maria@example.com", {"EMAIL-LOOKALIKE"}, "U+2013 EN DASH"),
    ("j\u0416ne@example.com", {"EMAIL-LOOKALIKE"}, "Cyrillic and Latin"),
    ("jane@exa\tmple.com", {"CELL-CONTROL"}, "U+0009"),
    ("jane@example.com\n", {"CELL-CONTROL"}, "U+000A"),
    ("jane@exa\x00mple.com", {"CELL-CONTROL"}, "U+0000"),
    ("jane@exa\x1b[31mmple.com", {"CELL-CONTROL", "EMAIL-SYNTAX"}, "U+001B"),
    ("jane\u0085@example.com", {"CELL-CONTROL"}, "U+0085"),
    ("jane@example.com\u2028", {"CELL-CONTROL"}, "U+2028"),
    ("j\u0430ne@example.com ", {"EMAIL-SPACE", "EMAIL-LOOKALIKE"}, "U+0020"),
    ("mailto:jane@example.com", {"EMAIL-SYNTAX"}, ASCII_FIX),
    ("Jane Smith <jane@example.com>", {"EMAIL-SYNTAX"}, ASCII_FIX),
    ("jane@example.com; joe@example.com", {"EMAIL-SYNTAX"}, ASCII_FIX),
    ("jane@example.com,joe@example.com", {"EMAIL-SYNTAX"}, ASCII_FIX),
    ("jane@example.com,", {"EMAIL-SYNTAX"}, ASCII_FIX),
    ("jane@example.com.", {"EMAIL-SYNTAX"}, ASCII_FIX),
    ("<jane@example.com>", {"EMAIL-SYNTAX"}, ASCII_FIX),
    (f"a{LOCAL_64}@example.com", {"EMAIL-SYNTAX"}, "too long"),
    (f"{LOCAL_64}@{'.'.join(['b' * 60] * 3)}.{'c' * 7}", {"EMAIL-SYNTAX"}, "too long"),
    ('"jane smith"@example.com', {"EMAIL-SYNTAX"}, ""),
    ("jane@[192.0.2.1]", {"EMAIL-SYNTAX"}, ""),
    ("jane(home)@example.com", {"EMAIL-SYNTAX"}, ""),
    ("jane@localhost", {"EMAIL-SYNTAX"}, ""),
    ("jane@example.123", {"EMAIL-SYNTAX"}, ""),
    ("jane..smith@example.com", {"EMAIL-SYNTAX"}, ""),
    (".jane@example.com", {"EMAIL-SYNTAX"}, ""),
    ("jane.@example.com", {"EMAIL-SYNTAX"}, ""),
    ("jane@example..com", {"EMAIL-SYNTAX"}, ""),
    ("jane@@example.com", {"EMAIL-SYNTAX"}, ""),
    ("jane@-example.com", {"EMAIL-SYNTAX"}, ""),
    ("@example.com", {"EMAIL-SYNTAX"}, ""),
    ("jane@", {"EMAIL-SYNTAX"}, ""),
    ("jane.example.com", {"EMAIL-SYNTAX"}, "no @"),
    ("'jane@example.com", {"EMAIL-SYNTAX"}, "apostrophe, by which Excel marks text"),
    ("n/a", {"EMAIL-SYNTAX"}, "no @"),
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
PIECES = [
    "a",
    "b1",
    "@",
    "@",
    ".",
    "-",
    '"',
    "\\",
    "[1.2.3.4]",
    "(x)",
    "--",
    "xn--p1ai",
    "com",
    "123",
    "\u00e9",
    "a" * 63,
    "a" * 65,
]
AROUND_AN_ADDRESS = st.lists(st.sampled_from(list("aZ9.@-_+' <>;\u00a0\u200b\u0430\u0301\uff20é\t\n")), max_size=14)
ATOM = st.text(st.sampled_from("aZ0!#$%&'*+/=?^_`{|}~-"), min_size=1, max_size=5)
LABEL = st.text(st.sampled_from("aZ09x-"), min_size=1, max_size=5)
TOP_LEVEL = st.sampled_from(["com", "COM", "local", "test", "io", "c", "c1", "example", "onion", "xn--p1ai", "museum"])
ORDINARY = st.builds(
    "{}@{}.{}".format,
    st.lists(ATOM, min_size=1, max_size=3).map(".".join),
    st.lists(LABEL, min_size=1, max_size=3).map(".".join),
    TOP_LEVEL,
)


def codes(address: str) -> set[str]:
    """Return the codes of one address."""
    return {fault.code for fault in emails.judge(address)}


@pytest.mark.parametrize("address", LEGAL)
def test_a_legal_address_has_no_fault(address: str) -> None:
    """What an identity provider may hold is accepted as it is."""
    assert codes(address) == set()


@pytest.mark.parametrize(("address", "expected", "said"), FAULTY)
def test_a_faulty_address_has_its_code_and_says_what_was_seen(address: str, expected: set[str], said: str) -> None:
    """Each fault has its code, and the sentence names the code point or proposes the address."""
    assert codes(address) == expected
    assert any(said in f"{fault.detail} | {fault.fix}" for fault in emails.judge(address))


@pytest.mark.parametrize("address", [address for address, _, _ in FAULTY])
def test_a_proposed_address_is_itself_legal(address: str) -> None:
    """An address that is proposed has no fault of its own."""
    for proposal in {fault.proposal for fault in emails.judge(address)} - {""}:
        assert codes(proposal) == set()


@pytest.mark.parametrize(
    ("address", "proposal"),
    [
        ("ida,ek@example.com", ""),
        ("ida;ek@example.com", ""),
        ("ek@example.com; max@example.com", "ek@example.com"),
        ("mailto:ida.ek@example.com", "ida.ek@example.com"),
        ("ida.ek@example.com, (new)", "ida.ek@example.com"),
        ("'o'hara@example.com", "o'hara@example.com"),
        ("ida.ek(at)example.com", "ida.ek@example.com"),
        ("ida.ek [AT] example.com", "ida.ek@example.com"),
        ("ida.ek at example.com", "ida.ek@example.com"),
        ("ida at work", ""),
        ("ida(at)ek(at)example.com", ""),
    ],
)
def test_half_an_address_is_never_proposed(address: str, proposal: str) -> None:
    """A comma right before the only address may stand for a dot in it; an @ in words is one."""
    assert [fault.proposal for fault in emails.judge(address) if fault.code == "EMAIL-SYNTAX"] == [proposal]


def test_a_lost_character_asks_for_another_export() -> None:
    """Nothing can be corrected in the cell itself: the letter is not there any more."""
    (fault,) = emails.judge("g\ufffdran@example.com")
    assert (fault.code, fault.fix) == ("EMAIL-SYNTAX", "Export the list again as UTF-8, or type the address again.")


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("g\u00c3\u00b6ran@example.com", "göran@example.com"),
        ("\u00c5\u0081ucja@example.com", "Łucja@example.com"),
        ("\u00e5\u00b1\u00b1@example.com", "山@example.com"),
        ("göran@example.com", ""),
        ("Åse@example.com", ""),
    ],
)
def test_an_address_that_was_read_in_another_encoding(address: str, meant: str) -> None:
    """UTF-8 that was read as cp1252 names what was meant; a letter of its own is right as it is."""
    faults = emails.judge(address)
    assert [fault.proposal for fault in faults if "another encoding" in fault.detail] == ([meant] if meant else [])
    assert [fault.fix for fault in faults] == ([f"Save the list as UTF-8 again, or write {meant!r}."] if meant else [])


def test_a_proposal_keeps_every_letter_that_was_right() -> None:
    """Only the look-alike is replaced: upper and lower case stay as they were."""
    (fault,) = emails.judge("J\u0430ne.O\u2019Brien@Example.COM")
    assert fault.fix == 'Write "Jane.O\'Brien@Example.COM" if that is what the directory has.'


@settings(max_examples=300)
@given(address=ORDINARY)
def test_the_kernel_accepts_nothing_that_the_judge_or_the_validator_refuses(address: str) -> None:
    """The quick way and the careful way agree, and both agree with email-validator."""
    if not inspection.ordinary(pa.chunked_array([[address]]))[0].as_py():
        return
    emails.judge.cache_clear()
    assert emails.judge(address) == ()
    head, _, top_level = address.rpartition(".")
    if top_level.lower() in {"local", "localhost", "internal", "test", "invalid", "onion", "arpa"}:
        address = f"{head}.com"
    validate_email(address, check_deliverability=False, strict=True)


@settings(max_examples=300)
@given(text=st.one_of(TEXTS, AROUND_AN_ADDRESS.map("".join)))
def test_every_text_gets_a_verdict(text: str) -> None:
    """No text whatever makes the judge stumble; an address that it passes has one @ and no space."""
    faults = emails.judge(text)
    assert all(fault.detail for fault in faults)
    if not faults:
        assert text.count("@") == 1
        assert not any(character.isspace() for character in text)
        assert unicodedata.normalize("NFC", text) == text


@settings(max_examples=100)
@given(texts=st.lists(st.one_of(ORDINARY, AROUND_AN_ADDRESS.map("".join)), max_size=8))
def test_a_column_is_judged_as_its_cells_are(texts: list[str]) -> None:
    """The column's verdict is the verdict of each cell."""
    letters = inspection.inspect(pa.chunked_array([texts[:3], texts[3:]], pa.string()))
    found = {
        (row, code, *texts_of_row)
        for code, (rows, written) in letters.by_code.items()
        for row, *texts_of_row in zip(rows, written.details, written.fixes, written.proposals, strict=True)
    }
    judged = [(row, fault) for row, text in enumerate(texts) for fault in emails.judge(text)]
    assert found == {(row, fault.code, fault.detail, fault.fix, fault.proposal) for row, fault in judged}
    for code in ("EMAIL-SYNTAX", "EMAIL-SPACE", "CELL-CONTROL"):
        assert letters.free_of(code).tolist() == [code not in codes(text) for text in texts]


@settings(max_examples=100)
@given(pairs=st.lists(st.tuples(st.characters(exclude_characters="[]"), st.characters(exclude_characters="[]"))))
def test_marks_change_no_letter(pairs: list[tuple[str, str]]) -> None:
    """Without the brackets the two texts are what they were."""
    one, other = ("".join(pair[side] for pair in pairs) for side in (0, 1))
    marked = differences.mark_differences(one, other)
    assert [text.replace("[", "").replace("]", "") for text in marked] == [one, other]


def test_neighbours_that_differ_share_a_pair_of_brackets() -> None:
    """The characters that differ are bracketed, in both spellings."""
    assert differences.mark_differences("jANe@x.com", "Jane@x.com") == ("[jAN]e@x.com", "[Jan]e@x.com")


@settings(max_examples=200)
@given(texts=st.lists(TEXTS, max_size=6))
def test_a_column_is_folded_as_its_cells_are(texts: list[str]) -> None:
    """Folding a column and folding a cell give the same key, whatever is beside it."""
    assert folding.fold(pa.array(texts, pa.string())).to_pylist() == [folding.fold_text(text) for text in texts]


@pytest.mark.parametrize(
    "text", ["ΟΔΟΣ@example.com", "İpek@example.com", "Straẞe@example.com", "JOSE\u0301@example.com"]
)
def test_letters_with_a_case_of_their_own_are_folded_alike(text: str) -> None:
    """Final sigma, dotted I and capital sharp s have one folded form, in a column as in a cell."""
    assert folding.fold(pa.array([text], pa.string())).to_pylist() == [folding.fold_text(text)]


@settings(max_examples=300)
@given(parts=st.lists(st.one_of(st.sampled_from(PIECES), st.characters(categories=["L", "N", "P", "S"])), max_size=9))
def test_an_address_with_a_reason_is_never_valid(parts: list[str]) -> None:
    """email-validator is asked only if no reason is found, so it must agree with each of them."""
    email = "".join(parts)
    reasons = list(syntax._reasons(email)) if "@" in email else []
    assert not (reasons and syntax._is_valid(email)), reasons
