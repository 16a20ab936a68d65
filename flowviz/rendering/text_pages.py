"""Pages of flowing text as a PDF, with lines and boxes to write in."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import imread
from matplotlib.lines import Line2D
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray

from flowviz.records.provenance import SOFTWARE
from flowviz.rendering.annotate import wrapped
from flowviz.rendering.page import FONT, POINTS_PER_INCH, SETTINGS, matplotlib_lock
from flowviz.specs.export_kinds import Paper

PAPERS: dict[Paper, tuple[float, float]] = {"a4": (595.3, 841.9), "letter": (612.0, 792.0)}  # points
MARGIN = 56.0  # points
LEADING = 1.4  # line height, relative to the font size
RULE_HEIGHT = 24.0  # points between lines to write on
MAX_PICTURE, PICTURE_GAP = 200.0, 8.0  # points; height of a picture, and the room above it
GRAY = "#999999"


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
    metadata: dict[str, Any] = {"Title": title, "Creator": SOFTWARE, "Producer": None, "CreationDate": None}
    written = BytesIO()
    with matplotlib_lock, rc_context(SETTINGS), PdfPages(written, metadata=metadata) as pdf:
        figures = _Column(paper).pages(blocks)
        for number, figure in enumerate(figures, start=1):
            _write(figure, paper, MARGIN, MARGIN / 2, f"{title} · {number} / {len(figures)}", 8, color=GRAY)
            pdf.savefig(figure)
    path.write_bytes(written.getvalue())


class _Column:
    """The column of text: places blocks from top to bottom, and begins a page where one is full."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._width, self._height = PAPERS[paper]
        self._figures: list[Figure] = []
        self._wrapped: dict[Text, list[str]] = {}
        self._top = 0.0  # points from the lower edge of the page; what is below is free

    def pages(self, blocks: Sequence[Block]) -> list[Figure]:
        """Return a figure for each page."""
        self._begin_page()
        for block in blocks:
            self._add(block)
        return self._figures

    def _add(self, block: Block) -> None:
        match block:
            case Text():
                self._add_text(block)
            case Rules():
                self._add_rules(block)
            case Picture():
                self._add_picture(block)
            case PageBreak():
                self._begin_page()
            case Together():
                self._add_together(block)

    def _begin_page(self) -> None:
        size = self._width / POINTS_PER_INCH, self._height / POINTS_PER_INCH
        self._figures.append(Figure(figsize=size, dpi=POINTS_PER_INCH))
        self._top = self._height - MARGIN

    def _make_room(self, height: float) -> None:
        if self._top - height < MARGIN:
            self._begin_page()

    def _add_together(self, together: Together) -> None:
        height = sum(map(self._height_of, together.blocks))
        if height <= self._height - 2 * MARGIN:
            self._make_room(height)
        for block in together.blocks:
            self._add(block)

    def _height_of(self, block: Text | Rules | Picture) -> float:
        match block:
            case Text():
                return block.before + LEADING * block.size * len(self._lines(block))
            case Rules():
                return RULE_HEIGHT * block.count
            case Picture():
                return self._picture_size(imread(block.path))[1] + PICTURE_GAP

    def _lines(self, block: Text) -> list[str]:
        if block not in self._wrapped:
            width = self._width - 2 * MARGIN - block.indent
            self._wrapped[block] = lines_of(block.text, width, block.size, bold=block.bold)
        return self._wrapped[block]

    def _add_text(self, block: Text) -> None:
        line, lines = LEADING * block.size, self._lines(block)
        self._make_room(block.before + line * min(len(lines), 2))
        self._top -= block.before
        for number, text in enumerate(lines):
            self._make_room(line)
            self._top -= line
            if block.mark and not number:
                _write(self._figures[-1], self._paper, MARGIN, self._top, block.mark, block.size, bold=block.bold)
            left = MARGIN + block.indent
            _write(self._figures[-1], self._paper, left, self._top, text, block.size, bold=block.bold)

    def _add_rules(self, block: Rules) -> None:
        for _ in range(block.count):
            self._make_room(RULE_HEIGHT)
            self._top -= RULE_HEIGHT
            across = [MARGIN / self._width, 1 - MARGIN / self._width]
            height = self._top / self._height
            self._figures[-1].add_artist(Line2D(across, [height, height], linewidth=0.5, color=GRAY))

    def _add_picture(self, block: Picture) -> None:
        pixels = imread(block.path)
        width, height = self._picture_size(pixels)
        self._make_room(height + PICTURE_GAP)
        self._top -= height + PICTURE_GAP
        place = MARGIN / self._width, self._top / self._height
        axes = self._figures[-1].add_axes((*place, width / self._width, height / self._height))
        axes.set_axis_off()
        axes.imshow(pixels, aspect="auto", cmap="gray")

    def _picture_size(self, pixels: NDArray[Any]) -> tuple[float, float]:
        """Return the width and the height of a picture in points."""
        height, width = pixels.shape[:2]
        scale = min((self._width - 2 * MARGIN) / width, MAX_PICTURE / height)
        return scale * width, scale * height


def lines_of(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a paragraph, which breaks at spaces. A word that is longer than a line is broken.

    Args:
        text: The paragraph.
        width: Width of a line in points.
        size: Size of the font in points.
        bold: Whether it is bold.
    """
    measure = _measure(size, bold=bold)
    words = filter(None, text.split(" "))  # not at spaces that do not break
    pieces = chain.from_iterable(_pieces(word, width, measure) for word in words)
    return wrapped(pieces, measure, width) or [""]


def _pieces(word: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Yield the parts of a word that are as long as a line, and the rest of it."""
    while measure(word) > width:
        fitting = _fitting(word, width, measure)
        yield word[:fitting]
        word = word[fitting:]
    yield word


def _fitting(word: str, width: float, measure: Callable[[str], float]) -> int:
    """Return how many letters of a long word fit in a width, at least one."""
    return max(1, bisect_right(range(1, len(word)), width, key=lambda count: measure(word[:count])))


def _measure(size: float, *, bold: bool) -> Callable[[str], float]:
    """Return a function that returns the width of a text in points."""
    font, paths = _font(size, bold=bold), TextToPath()
    return lambda text: float(paths.get_text_width_height_descent(text, font, ismath=False)[0])


def _font(size: float, *, bold: bool) -> FontProperties:
    return FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")


def _write(
    figure: Figure,
    paper: Paper,
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    bold: bool = False,
    color: str = "black",
) -> None:
    """Write a line of text at a place in points from the lower left corner; dollar signs stay what they are."""
    width, height = PAPERS[paper]
    figure.text(x / width, y / height, text, fontproperties=_font(size, bold=bold), parse_math=False, color=color)
