"""What openpyxl cannot keep is found by the parts of the archive and by its warnings, before it is lost."""

import io
import zipfile

import pytest

from connectors.excel.annotation import losses
from pipeline.model import texts

PARTS = {
    "xl/vbaProject.bin": "macros",
    "xl/media/image1.png": "pictures",
    "xl/charts/chart1.xml": "charts",
    "xl/ctrlProps/ctrlProp1.xml": "controls",
    "xl/activeX/activeX1.xml": "controls",
    "xl/threadedComments/threadedComment1.xml": "threads",
    "xl/slicers/slicer1.xml": "slicers",
    "xl/timelines/timeline1.xml": "slicers",
    "xl/connections.xml": "queries",
    "xl/queryTables/queryTable1.xml": "queries",
    "docMetadata/LabelInfo.xml": "label",
    "_xmlsignatures/sig1.xml": "signature",
    "xl/embeddings/oleObject1.bin": "objects",
    "xl/metadata.xml": "spilling",
    "xl/model/item.data": "model",
}
WARNINGS = {
    "DrawingML support is incomplete. Shapes and drawings will be lost.": "shapes",
    "Data Validation extension is not supported and will be removed": "extensions",
    "Unable to read chart rId1 from xl/charts/chart1.xml name": "charts",
    "Cannot parse header or footer so it will be ignored": "footers",
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_a_loss(part: str) -> None:
    """Each part that is not kept has its code."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.writestr("xl/comments1.xml", "")
        archive.writestr(part, "")
        assert losses.found(archive, []) == [PARTS[part]]


@pytest.mark.parametrize("warning", WARNINGS)
def test_a_warning_is_a_loss(warning: str) -> None:
    """Each warning of openpyxl has its code."""
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        assert losses.found(archive, [warning]) == [WARNINGS[warning]]


@pytest.mark.parametrize("language", texts.languages())
def test_every_loss_has_its_words(language: str) -> None:
    """Each code has a text in each language, and is found in one of the tables above."""
    assert {*PARTS.values(), *WARNINGS.values()} == set(losses.CODES)
    assert [code for code in losses.CODES if f"workbook.loss.{code}" not in texts.get(language).entries] == []
