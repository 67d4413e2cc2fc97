"""Bring into the site what its pages link to outside docs/: README.md as the first page, and files of the project.

A hook of MkDocs (mkdocs.yml). The documents are written for readers of the repository, so their links are relative to
their place there; here they are made relative to the site, in which docs/ is the top.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PROJECT = Path(__file__).resolve().parents[1]
PAGES = {"README.md": "index.md"} | {
    name: name for name in ("SECURITY.md", "CONTRIBUTING.md", "DECISIONS.md", "CHANGELOG.md")
}
LINK = re.compile(r"(?P<before>\]\()(?P<target>[^)#\s:]+)(?P<after>#[^)\s]+)?\)")


def place(target: str, page: str) -> str:
    """Return a link's place in the repository; ``page`` is the place of the page in the site."""
    folder = PROJECT if page in PAGES.values() else PROJECT / "docs"
    whole = (folder / target).resolve()
    return whole.relative_to(PROJECT).as_posix() if whole.is_relative_to(PROJECT) else target


def within(target: str, page: str) -> str:
    """Return a link as the site has it: docs/ is its top, other files keep their place below it."""
    found = place(target, page)
    return PAGES.get(found, found.removeprefix("docs/"))


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Append pages of docs/ that the navigation does not name yet."""
    named = str(config.nav)
    config.nav += [path.name for path in sorted((PROJECT / "docs").glob("*.md")) if f"'{path.name}'" not in named]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the project's top folder and every file that a page links to."""
    for source, name in PAGES.items():
        files.append(File.generated(config, name, abs_src_path=str(PROJECT / source)))
    for page in [each for each in files if each.src_uri.endswith(".md")]:
        for link in LINK.finditer(Path(page.abs_src_path).read_text("utf-8")):
            found = place(link["target"], page.src_uri)
            known = found in PAGES or found.startswith("docs/") or files.get_file_from_path(found)
            if not known and (PROJECT / found).is_file():
                files.append(File.generated(config, found, abs_src_path=str(PROJECT / found)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - as MkDocs calls it
    """Write the links of a page as the site has them."""
    return LINK.sub(
        lambda link: f"{link['before']}{within(link['target'], page.file.src_uri)}{link['after'] or ''})", markdown
    )
