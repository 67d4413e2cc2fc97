"""What is written about the rows of a finding, as columns: messages and advice, in the language of the run."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import Positions
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding, RowTexts
from pipeline.model.texts import DEFAULT
from pipeline.model.texts.translation import translated


def messages(finding: Finding, places: Positions, language: str) -> pa.StringArray:
    """Return the message (``string``) of the rows at some places of a finding."""
    return in_language(at(finding.messages, places), language)


def fixes(finding: Finding, places: Positions, language: str) -> pa.StringArray:
    """Return what to do (``string``) about the rows at some places of a finding, the catalogue's advice if no more."""
    own = at(finding.fixes, places)
    return in_language(pc.if_else(pc.equal(own, ""), CATALOGUE[finding.code].advice, own), language)


def in_language(texts: pa.StringArray, language: str) -> pa.StringArray:
    """Return sentences in a language; each different one is translated once."""
    if language == DEFAULT:
        return texts
    coded = texts.dictionary_encode()
    words = [translated(text, language) for text in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)


def at(texts: str | Sequence[str], places: Positions) -> pa.StringArray:
    """Return the texts (``string``) of some rows; a single text is that of every row."""
    if isinstance(texts, str):
        return pa.repeat(pa.scalar(texts), len(places))
    if isinstance(texts, RowTexts):
        return texts.column.take(pa.array(places))
    return pa.array([texts[place] for place in places.tolist()], pa.string())
