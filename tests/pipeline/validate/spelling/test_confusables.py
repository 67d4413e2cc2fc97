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


@pytest.mark.parametrize(
    "address",
    [
        "jörg.bär@example.com",
        "用户@例え.jp",
        "çelik@example.com",
        "łucja@example.com",
        "\u0430\u043d\u043d\u0430.\u0431\u0435\u0440\u0433@example.com",
    ],
)
def test_a_word_of_another_alphabet_is_no_lookalike(address: str) -> None:
    """Internationalised addresses are legal, also if one of their words could be written with ASCII look-alikes."""
    assert "EMAIL-LOOKALIKE" not in codes(address)


@pytest.mark.parametrize(
    "address",
    [
        "\u0431\u0435\u0440\u0433.\u0430\u0441\u0430@example.com",
        "\u0430\u043d\u043d\u0430.\u0430nna@example.com",
        "\u0438\u043d\u0433\u0430.\u0261o@example.com",
    ],
)
def test_a_lookalike_beside_another_alphabet_is_found(address: str) -> None:
    """Words of look-alikes only, a word of two scripts, and a Latin letter that is not ASCII."""
    assert "EMAIL-LOOKALIKE" in codes(address)
