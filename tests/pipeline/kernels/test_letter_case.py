"""The case of texts."""

import pyarrow as pa
import pytest

from pipeline.kernels.letter_case import LOWER, MIXED, UPPER, letter_case


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("ada@example.com", LOWER),
        ("Ada@example.com", MIXED),
        ("ADA@EXAMPLE.COM", UPPER),
        ("12@34", LOWER),
        ("", LOWER),
        ("ärla@example.com", LOWER),
        ("Ärla@example.com", MIXED),
        ("ÄRLA@EXAMPLE.COM", UPPER),
        ("山田@12", LOWER),
    ],
)
def test_a_text_has_the_case_of_its_cased_letters(text: str, case: int) -> None:
    """Characters of every alphabet count; a text without cased characters counts as small."""
    assert letter_case(pa.array([text, "x"])).tolist() == [case, LOWER]
