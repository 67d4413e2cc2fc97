"""Look-alikes of Unicode's table inside an ordinary address."""

import pytest

from mappings.lookalikes import load_lookalikes
from pipeline.validate.spelling import emails

LOOKALIKES = [chr(code) for code in load_lookalikes()]


def codes(address: str) -> set[str]:
    """Return the issue codes of an address."""
    return {fault.code for fault in emails.judge(address)}


@pytest.mark.parametrize("character", LOOKALIKES, ids=lambda c: f"U+{ord(c):04X}")
def test_a_lookalike_in_an_ordinary_word_is_found(character: str) -> None:
    """One character of a word, and a word of look-alikes alone."""
    assert codes(f"inga.h{character}lm@example.com") & {"EMAIL-LOOKALIKE", "EMAIL-SYNTAX", "EMAIL-INVISIBLE"}
    assert codes(f"{character * 3}@example.com") & {"EMAIL-LOOKALIKE", "EMAIL-SYNTAX", "EMAIL-INVISIBLE"}


@pytest.mark.parametrize("address", ["jörg.bär@example.com", "用户@例え.jp", "çelik@example.com", "łucja@example.com"])
def test_a_word_of_another_alphabet_is_no_lookalike(address: str) -> None:
    """Internationalised addresses are legal."""
    assert "EMAIL-LOOKALIKE" not in codes(address)
