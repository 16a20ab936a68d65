"""The frame of all pages: one navigation, one style, and a Content-Security-Policy that allows files of the site alone.

Templates escape all texts; a text that is HTML already is a `Markup`.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from string import Template
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import flowviz
from flowviz.exporting.page_clouds import THEMES
from flowviz.exporting.web_page import page_font, page_script, page_style
from flowviz.files import resource
from flowviz.rendering.colors import CURVES, QUADRANTS

TEMPLATES = Path(__file__).parents[1] / "site"
SHARED = "shared"  # folder of what all pages share
PARTS = (
    ("Gallery", "gallery/index.html"),
    ("Lessons", "lessons/index.html"),
    ("Guides", "guides/index.html"),
    ("Reference", "guides/reference.html"),
    ("Search", "search.html"),
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'"
)
SIGNS = "".join(map(chr, (*range(0x370, 0x400), *range(0x2070, 0x20A0), *range(0x2150, 0x22FF), 0x2032)))
SIGNS += "Σ▸●○✓"


class Frame:
    """Writes pages into the folder of the site, and what they share.

    Attributes:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._entries: list[dict[str, str]] = []  # what the search finds
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def settings(self, root: str) -> dict[str, Any]:
        """Return what templates need to know of the site.

        Args:
            root: The way from a page to the folder of the site, such as "../".
        """
        parts = [{"name": name, "address": address} for name, address in PARTS]
        return {"root": root, "parts": parts, "policy": POLICY, "version": flowviz.__version__}

    def write(self, address: str, template: str, section: str, title: str, **values: Any) -> None:
        """Write a page.

        Args:
            address: Its place in the folder of the site.
            template: Name of its template.
            section: Part of the site to which it belongs.
            title: Its title, as plain text.
            values: What its template shows.
        """
        root = "../" * address.count("/")
        page = {"title": title, "meta": {"section": section}}
        found = self._templates.get_template(template).render(
            config={"extra": self.settings(root)}, page=page, root=root, **values
        )
        self.put(address, found.encode())

    def put(self, address: str, content: bytes) -> None:
        """Write a file."""
        path = self.folder / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def copy(self, source: Path, address: str) -> str:
        """Copy a file, and return its address."""
        self.put(address, source.read_bytes())
        return address

    def index(self, address: str, title: str, html: str) -> None:
        """Let the search find a text, given as HTML."""
        text = " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
        self._entries.append({"address": address, "title": unescape(re.sub(r"<[^>]*>", "", title)), "text": text})

    def write_shared(self) -> None:
        """Write scripts, style sheets and fonts, and the page of the search."""
        self.put(f"{SHARED}/flow.js", page_script().encode())
        self.put(f"{SHARED}/flow.css", page_style("regular.woff").encode())
        self.put(f"{SHARED}/regular.woff", page_font(SIGNS))
        self.put(f"{SHARED}/bold.woff", page_font(SIGNS, "bold"))
        for path in TEMPLATES.glob("*.js"):
            self.copy(path, f"{SHARED}/{path.name}")
        style = Template((TEMPLATES / "site.css").read_text(encoding="utf-8")).substitute(dict(_colors()))
        self.put(f"{SHARED}/site.css", style.encode())
        self.copy(resource("desktop/icons/hicolor/scalable/apps/flowviz.svg"), f"{SHARED}/icon.svg")
        self.write("search.html", "search.html", "Search", "Search", entries=self._entries)

    def clear(self, names: Sequence[str]) -> None:
        """Remove folders of the site that an earlier run has written."""
        for name in names:
            shutil.rmtree(self.folder / name, ignore_errors=True)


def _colors() -> Iterator[tuple[str, str]]:
    for theme in THEMES:
        yield f"slope_{theme}", f"rgb{CURVES[theme]['loss']}"
        for number, color in enumerate(QUADRANTS["safe", theme]):
            yield f"quadrant_{number}_{theme}", f"rgb{color}"


def sizes(folder: Path) -> Mapping[str, int]:
    """Return the number of bytes of the files in each folder of a site."""
    found: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            name = path.relative_to(folder).parts[0]
            found[name] = found.get(name, 0) + path.stat().st_size
    return found
