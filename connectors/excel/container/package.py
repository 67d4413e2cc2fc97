"""The parts of an Office workbook under the names that readers expect, whatever names the file gives them.

The relations of a package name which part is the workbook, which are its sheets, texts and styles. Readers take the
usual names for granted: some find no workbook under another name, some read a sheet without its texts. So a package
with backslashes in its names or with parts in other places is written again, in memory, under the usual names.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from connectors.excel.container import preflight
from connectors.excel.container.parts import head, parse, unpack

_ROOT = "_rels/.rels"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_PLACES = {"sharedStrings": "xl/sharedStrings", "styles": "xl/styles"}
_SHEETS = frozenset({"worksheet", "chartsheet", "dialogsheet", "macrosheet", "xlMacrosheet"})
_PART_NAME = re.compile(r"""(PartName\s*=\s*["'])([^"']*)""")


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook's archive, and what a parser is to be given: the file itself, or the bytes of the new archive."""

    archive: zipfile.ZipFile
    file: Path | bytes

    def with_parts(self, parts: Mapping[str, bytes]) -> "Package":
        """Return the package with other contents of these parts."""
        return _rebuilt(self.archive, {}, parts) if parts else self

    def stream(self) -> str | io.BytesIO:
        """Return what calamine and openpyxl open."""
        return io.BytesIO(self.file) if isinstance(self.file, bytes) else str(self.file)


@dataclass(frozen=True, slots=True)
class _Relation:
    key: str
    type: str
    target: str
    external: bool

    @property
    def kind(self) -> str:
        """Return the last word of the type, which is the same in both editions of the standard."""
        return self.type.rpartition("/")[2]


def opened(file: Path | bytes) -> Package:
    """Open a workbook's archive, a file or its bytes, under the usual names.

    Raises:
        WorkbookRejected: the archive has parts that no workbook has, or a damaged part.
    """
    archive = zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file)
    preflight.check_members(archive.infolist())
    renamed = {info.filename: info.filename.replace("\\", "/") for info in archive.infolist() if "\\" in info.filename}
    package = _rebuilt(archive, renamed, {}) if renamed else Package(archive, file)
    names = {info.filename.lower(): info.filename for info in package.archive.infolist()}
    main = next((each for each in _relations(package.archive, names, _ROOT) if each.kind == "officeDocument"), None)
    part = names.get(_resolved("", main.target).lower()) if main else None
    if part is None:
        part = names.get("xl/workbook.xml") or names.get("xl/workbook.bin")
    ending = _ending(package.archive, part) if part else None
    return package if part is None or ending is None else _usual(package, names, part, ending)


def sheet_parts(archive: zipfile.ZipFile, ending: str) -> dict[str, str]:
    """Return for the key of each relation of the workbook the part that it leads to."""
    names = {info.filename.lower(): info.filename for info in archive.infolist()}
    return {
        each.key: names[found]
        for each in _relations(archive, names, f"xl/_rels/workbook.{ending}.rels")
        if (found := _resolved("xl", each.target).lower()) in names
    }


def external_targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Return for the key of each relation of a part the address outside of the workbook that it leads to."""
    names = {info.filename.lower(): info.filename for info in archive.infolist()}
    folder, name = posixpath.split(part)
    relations = _relations(archive, names, posixpath.join(folder, "_rels", f"{name}.rels"))
    return {each.key: each.target for each in relations if each.external}


def _ending(archive: zipfile.ZipFile, part: str) -> str | None:
    """Return ``xml`` or ``bin`` by the content of a main part; None if it is not a workbook."""
    start = head(archive, archive.getinfo(part))
    if start.startswith(b"\x83\x01"):
        return "bin"
    return "xml" if re.search(rb"<(?:[\w.-]+:)?workbook[\s>]", start) else None


def _usual(package: Package, names: dict[str, str], main: str, ending: str) -> Package:
    """Return the package with its workbook, sheets, texts and styles at the usual names."""
    folder, name = posixpath.split(main)
    part = names.get(posixpath.join(folder, "_rels", f"{name}.rels").lower(), "")
    relations = _relations(package.archive, names, part)
    places = {main: f"xl/workbook.{ending}", part: f"xl/_rels/workbook.{ending}.rels"}
    targets: dict[str, str] = {}
    for number, relation in enumerate(relations):
        found = None if relation.external else names.get(_resolved(folder, relation.target).lower())
        if found is None:
            continue
        if relation.kind in _PLACES:
            places[found] = f"{_PLACES[relation.kind]}.{ending}"
        elif relation.kind in _SHEETS and not found.lower().startswith("xl/"):
            places[found] = f"xl/worksheets/moved{number}.{ending}"
        targets[relation.key] = places.get(found, found)
    moved = {old: new for old, new in places.items() if old and old.lower() != new.lower()}
    if not moved and all(
        _joined(each.target).lower() == targets.get(each.key, _joined(each.target)).lower() for each in relations
    ):
        return package
    others = {names.get(new.lower(), "") for new in moved.values()} - {""}
    texts = {part: _written(relations, targets)} if part else {}
    if moved and (types := names.get("[content_types].xml")):
        texts[types] = _types(unpack(package.archive, package.archive.getinfo(types)), moved)
    if main in moved and (root := names.get(_ROOT)):
        texts[root] = _written(
            roots := _relations(package.archive, names, root),
            {each.key: f"/{moved[main]}" for each in roots if each.kind == "officeDocument"},
        )
    return _rebuilt(package.archive, {**{name: f"unused/{name}" for name in others}, **moved}, texts)


def _rebuilt(archive: zipfile.ZipFile, moved: Mapping[str, str], parts: Mapping[str, bytes]) -> Package:
    """Write the archive again; ``parts`` are contents by the old name, ``moved`` are new names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as whole:
        for info in archive.infolist():
            data = parts.get(info.filename)
            whole.writestr(moved.get(info.filename, info.filename), unpack(archive, info) if data is None else data)
    data = target.getvalue()
    return Package(zipfile.ZipFile(io.BytesIO(data)), data)


def _relations(archive: zipfile.ZipFile, names: dict[str, str], part: str) -> list[_Relation]:
    found: list[_Relation] = []
    name = names.get(part.lower())
    if name is None:
        return found

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            external = attributes.get("TargetMode") == "External"
            key, kind, target = (attributes.get(label, "") for label in ("Id", "Type", "Target"))
            found.append(_Relation(key, kind, target, external))

    parse(unpack(archive, archive.getinfo(name)), start)
    return found


def _written(relations: list[_Relation], targets: Mapping[str, str]) -> bytes:
    """Write relations, those of ``targets`` with their new target."""
    from xml.sax.saxutils import quoteattr  # noqa: PLC0415 - it brings a client for HTTP, and few files need it

    lines = "".join(
        f"<Relationship Id={quoteattr(each.key)} Type={quoteattr(each.type)}"
        f" Target={quoteattr(targets.get(each.key, each.target).removeprefix('xl/'))}"
        f"{' TargetMode=' + quoteattr('External') if each.external else ''}/>"
        for each in relations
    )
    return f'<Relationships xmlns="{_RELATIONS}">{lines}</Relationships>'.encode()


def _resolved(folder: str, target: str) -> str:
    """Return the name of the part that a relation of a part in ``folder`` leads to."""
    target = unquote(target.replace("\\", "/"))
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _joined(target: str) -> str:
    """Return the part that a reader finds that knows no other way than joining names."""
    return target.removeprefix("/") if target.startswith(("/xl/", "xl/")) else f"xl/{target}"


def _types(data: bytes, moved: Mapping[str, str]) -> bytes:
    """Write the content types with the new names of the parts."""
    new = {old.lower(): name for old, name in moved.items()}

    def name(found: re.Match[str]) -> str:
        part = found[2].replace("\\", "/").lstrip("/")
        return f"{found[1]}/{new.get(part.lower(), part)}"

    return _PART_NAME.sub(name, data.decode("utf-8-sig")).encode()
