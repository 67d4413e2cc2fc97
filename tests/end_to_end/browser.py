"""The system's Chromium, driven by playwright; tests that need it are skipped if it is not installed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or ""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 600_000
"""Milliseconds until something that does not appear is a failure; busy machines need more than five seconds."""

expect.set_options(timeout=PATIENCE)
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed (Debian package chromium)")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser for the time of the block."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


@contextmanager
def visit(browser: Browser, **look: Any) -> Iterator[Page]:  # noqa: ANN401 - playwright's own
    """Open a page in a session of its own; ``look`` are options of the session."""
    with browser.new_context(**look) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def accessibility(page: Page) -> list[str]:
    """Return what axe-core finds wrong with the page as it is shown."""
    violations = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in violations for node in each["nodes"]]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return max(width, 0)
