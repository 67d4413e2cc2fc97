"""The documents build as a site, strictly: a link that leads nowhere, also within a page, stops the build."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
PARTS = ("docs", "sample_data", "mappings", ".ci", "mkdocs.yml")


def built(project: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a project; with --quiet MkDocs would count no warning."""
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", project / "mkdocs.yml", "--site-dir", site]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site of this project."""
    folder = tmp_path_factory.mktemp("site")
    done = built(HOME, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_in_the_site_and_in_its_list(site: Path) -> None:
    """Each page of docs/ and of the top folder is a page of the site, and the first page leads to it."""
    first = (site / "index.html").read_text("utf-8")
    pages = [*(HOME / "docs").glob("*.md"), *(path for path in HOME.glob("*.md") if path.name != "README.md")]
    assert pages
    for page in pages:
        assert (site / page.with_suffix(".html").name).is_file()
        assert f'href="{page.with_suffix(".html").name}"' in first


def test_files_of_the_project_are_in_the_site(site: Path) -> None:
    """A sample that a page links to is in the site, and the link leads there."""
    assert (site / "sample_data" / "sync.toml").read_bytes() == (HOME / "sample_data" / "sync.toml").read_bytes()
    assert 'href="sample_data/sync.toml"' in (site / "directories.html").read_text("utf-8")
    assert 'href="onboarding.html"' in (site / "index.html").read_text("utf-8")


def test_nothing_is_fetched_from_another_host(site: Path) -> None:
    """Scripts, styles, fonts and pictures are the site's own; only links lead elsewhere."""
    for page in site.glob("*.html"):
        text = page.read_text("utf-8")
        assert re.findall(r"""(?:\ssrc=|<link[^>]+href=)["'](?:https?:)?//[^"']*""", text) == []


@pytest.mark.parametrize(
    "link", ["[x](no-such-page.md)", "[x](issues.md#no-such-heading)", "[x](../sample_data/no-such-job.toml)"]
)
def test_a_link_that_leads_nowhere_stops_the_build(link: str, tmp_path: Path) -> None:
    """A page, a heading and a file of the project that do not exist are found."""
    for part in (*PARTS, *(path.name for path in HOME.glob("*.md"))):
        source = HOME / part
        shutil.copytree(source, tmp_path / part) if source.is_dir() else shutil.copy(source, tmp_path / part)
    with (tmp_path / "docs" / "speed.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{link}\n")
    done = built(tmp_path, tmp_path / "site")
    assert done.returncode == 1
    assert "Aborted with 1 warnings in strict mode!" in done.stdout + done.stderr
