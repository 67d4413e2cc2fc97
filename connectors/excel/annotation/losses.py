"""Parts of a workbook that openpyxl cannot keep, named before they are lost."""

import zipfile
from collections.abc import Iterable

_PARTS = {
    "macros": ("vbaproject.bin",),
    "pictures": ("xl/media/",),
    "charts": ("xl/charts/",),
    "controls": ("xl/ctrlprops/", "xl/activex/"),
    "threads": ("xl/threadedcomments/",),
    "slicers": ("xl/slicers/", "xl/timelines/"),
    "queries": ("xl/connections.xml", "xl/querytables/"),
    "label": ("docmetadata/",),
    "signature": ("_xmlsignatures/",),
    "objects": ("xl/embeddings/",),
    "spilling": ("xl/metadata.xml",),
    "model": ("xl/model/",),
}
_WARNINGS = {
    "shapes": "Shapes and drawings will be lost",
    "extensions": "extension is not supported",
    "charts": "Unable to read chart",
    "footers": "Cannot parse header or footer",
}

CODES = tuple(sorted({*_PARTS, *_WARNINGS}))


def found(archive: zipfile.ZipFile, warnings: Iterable[str]) -> list[str]:
    """Return the codes of what will be lost: by the parts of the archive and by what openpyxl warned of.

    The codes are keys of the texts ``workbook.loss.*``.
    """
    names = [info.filename.lower() for info in archive.infolist()]
    texts = list(warnings)
    parts = {code for code, signs in _PARTS.items() if any(sign in name for sign in signs for name in names)}
    return sorted(parts | {code for code, sign in _WARNINGS.items() if any(sign in text for text in texts)})
