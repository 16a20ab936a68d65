"""Pages of flowing text as a PDF, with lines and boxes to write in."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont
from matplotlib import get_data_path
from PIL import Image

from flowviz.records.provenance import SOFTWARE
from flowviz.rendering.typeface import FALLBACK, FAMILY, font_file
from flowviz.specs.export_kinds import Paper

MARGIN = 56.0  # points
LEADING = 1.4  # line height, relative to the font size
RULE_HEIGHT = 24.0  # points between lines to write on
MAX_PICTURE, PICTURE_GAP = 200.0, 8.0  # points; height of a picture, and the room above it
GRAY = 153  # 0 is black, 255 is white
FALLBACK_FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}  # bundled with matplotlib
NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)  # fixed, so that the same pages give the same file


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Attributes:
        text: The text.
        size: Size of the font in points.
        bold: Whether it is bold.
        indent: Distance from the left margin in points.
        mark: A bullet, a number or a box in the indent before the first line.
        before: Room above it in points.
    """

    text: str
    size: float = 10.5
    bold: bool = False
    indent: float = 0.0
    mark: str = ""
    before: float = 5.0


@dataclass(frozen=True)
class Rules:
    """Lines to write on."""

    count: int


@dataclass(frozen=True)
class Picture:
    """A picture, in the width of the text or smaller."""

    path: Path


@dataclass(frozen=True)
class PageBreak:
    """A page break: the next block begins a new page."""


@dataclass(frozen=True)
class Together:
    """Blocks that are on one page, unless they need more than one."""

    blocks: tuple[Text | Rules | Picture, ...]


Block = Text | Rules | Picture | PageBreak | Together


def save_text_pages(blocks: Sequence[Block], title: str, path: Path, paper: Paper = "a4") -> None:
    """Write a PDF of blocks, one below the other, on as many pages as they need.

    Args:
        blocks: The blocks.
        title: The title in the metadata, and at the foot of each page.
        path: The file to write.
        paper: The size of the pages.
    """
    with closing(TextPages(title, paper)) as pages:
        for block in blocks:
            pages.add(block)
        path.write_bytes(pages.output())


class TextPages(FPDF):
    """A column of text on pages. Blocks are placed from top to bottom, and a new page begins when one is full."""

    def __init__(self, title: str, paper: Paper) -> None:
        super().__init__(unit="pt", format=paper)
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.c_margin = 0.0  # the text of a paragraph begins at its edge
        for style, file in FALLBACK_FILES.items():
            self.add_font(FAMILY, style, font_file("bold" if style else "regular"))
            self.add_font(FALLBACK, style, Path(get_data_path(), "fonts", "ttf", file))
        self.set_fallback_fonts([FALLBACK])
        self.set_title(title)
        self.set_creator(SOFTWARE)
        self.set_creation_date(NO_DATE)
        self.set_draw_color(GRAY)
        self.set_line_width(0.5)
        self.add_page()

    def close(self) -> None:
        """Close the files of the fonts, which fpdf2 leaves open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def footer(self) -> None:
        """Write the title and the page number at the bottom of the page."""
        self.set_y(-0.7 * MARGIN)
        self.set_font(FAMILY, size=8)
        self.set_text_color(GRAY)
        self.cell(text=f"{self.title} · {self.page_no()} / {{nb}}")

    def add(self, block: Block) -> None:
        """Add a block below the others."""
        match block:
            case Text():
                self._add_text(block)
            case Rules():
                for _ in range(block.count):
                    self._make_room(RULE_HEIGHT)
                    self.ln(RULE_HEIGHT)
                    self.line(self.l_margin, self.y, self.w - self.r_margin, self.y)
            case Picture():
                self._add_picture(block)
            case PageBreak():
                self.add_page()
            case Together():
                height = sum(map(self._height_of, block.blocks))
                if height <= self.eph:
                    self._make_room(height)
                for each in block.blocks:
                    self.add(each)

    def lines_of(self, block: Text) -> list[str]:
        """Return the lines of a paragraph, broken at spaces, or within words that are longer than a line."""
        self.set_font(FAMILY, "B" if block.bold else "", block.size)
        lines = self.multi_cell(self.epw - block.indent, text=block.text, align="L", dry_run=True, output="LINES")
        assert isinstance(lines, list)
        return [str(line) for line in lines]

    def _add_text(self, block: Text) -> None:
        line, lines = LEADING * block.size, self.lines_of(block)
        self._make_room(block.before + line * min(len(lines), 2))
        self.ln(block.before)
        with self.local_context():  # else the text would be drawn in the fallback font of the mark
            self.cell(block.indent, line, block.mark)
        self.set_x(self.l_margin + block.indent)
        self.multi_cell(self.epw - block.indent, line, block.text, align="L", new_x="LMARGIN", new_y="NEXT")

    def _add_picture(self, block: Picture) -> None:
        width, height = self._picture_size(block)
        self._make_room(height + PICTURE_GAP)
        self.ln(PICTURE_GAP)
        self.image(block.path, w=width, h=height)

    def _make_room(self, height: float) -> None:
        if self.will_page_break(height):
            self.add_page()

    def _height_of(self, block: Text | Rules | Picture) -> float:
        match block:
            case Text():
                return block.before + LEADING * block.size * len(self.lines_of(block))
            case Rules():
                return RULE_HEIGHT * block.count
            case Picture():
                return self._picture_size(block)[1] + PICTURE_GAP

    def _picture_size(self, block: Picture) -> tuple[float, float]:
        """Return the width and the height of a picture in points."""
        with Image.open(block.path) as picture:
            scale = min(self.epw / picture.width, MAX_PICTURE / picture.height)
            return scale * picture.width, scale * picture.height
