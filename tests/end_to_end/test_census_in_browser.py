"""The page of a census in a browser, as wide as a phone: nothing is cut off and nothing has to be scrolled sideways."""

from pathlib import Path

from tests.end_to_end.browser import accessibility, chromium, needs_chromium, overflow
from tests.pipeline.diagnostics.census.test_statistics import golden_page

pytestmark = needs_chromium

WIDER = """[...document.querySelectorAll("*")].filter(each => each.scrollWidth > each.clientWidth + 1
    && !["inline", "none"].includes(getComputedStyle(each).display)
    && !each.closest("svg, caption, thead")).map(each => each.outerHTML.slice(0, 80))"""


def test_the_page_fits_its_window(tmp_path: Path) -> None:
    """Every table is as wide as the window at most, and the page has no fault of accessibility."""
    (tmp_path / "census.html").write_bytes(golden_page())
    with chromium() as browser:
        for width in (420, 1200):
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto((tmp_path / "census.html").as_uri())
            assert overflow(page) == 0
            assert page.evaluate(WIDER) == []
            assert accessibility(page) == []
