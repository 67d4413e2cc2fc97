"""White space around the values of a worksheet: Excel reads over it, and the parser does not.

Pure standard library: this module is used by the child process that parses workbooks.
"""

import re

_SPACES = (b" ", b"\n", b"\r", b"\t")
_OTHER_VALUES = (b":v>", b":v ")
_VALUE = re.compile(
    rb"(<(?:\w+:)?c(?:\s[^>]*[^>/])?>(?:(?!</?(?:\w+:)?[cv][\s>/]).)*<(?:\w+:)?v(?:\s[^>]*)?>)([^<]*)(?=<)", re.DOTALL
)
_OWN_SPACE = re.compile(rb"""\st\s*=\s*["'](?:str|inlineStr)["']""")


def without_spaces(data: bytes) -> bytes:
    """Return a worksheet part without white space around its numbers and the numbers of its shared texts.

    Excel reads over it; calamine takes ``<v> 2 </v>`` for a text, and as the number of a shared text for 0. The text of
    a formula keeps its spaces. The part itself is returned if there is nothing to leave out.
    """
    if not _may_have_spaces(data):
        return data

    def stripped(found: re.Match[bytes]) -> bytes:
        cell = found[1][: found[1].index(b">")]
        return found[0] if _OWN_SPACE.search(cell) else found[1] + found[2].strip()

    written = _VALUE.sub(stripped, data)
    return data if written == data else written


def _may_have_spaces(data: bytes) -> bool:
    """Return True if a value, or the tag of one, has white space; each search of a large part costs 0.02 s.

    The bytes behind the last line break are not searched for one: in most parts it is the one behind the declaration.
    """
    for space in _SPACES:
        end = data.rfind(space) + len(b"</v>") + 1
        if data.find(b"<v>" + space, 0, end) >= 0 or data.find(space + b"</v>", 0, end) >= 0:
            return True
    return b"<v " in data or (b":v" in data and any(sign in data for sign in _OTHER_VALUES))
