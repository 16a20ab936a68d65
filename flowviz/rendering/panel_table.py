"""Tables of panels, such as the figure of a comparison: rows and columns of small pictures with text around them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from flowviz.errors import SpecError
from flowviz.records import Scene
from flowviz.rendering.annotate import Label, em, fitted, paper, text_width, write
from flowviz.rendering.colors import SURROUNDINGS, Color, entrant_color
from flowviz.rendering.frame import render_panel
from flowviz.rendering.legend import KEY_WIDTH, Key, keys
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import RGBA, Canvas, lifted
from flowviz.rendering.sheet import ENLARGED, FOOT_EMS, GAP_EMS, TITLE_EMS, foot, frame_panel
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import MIN_SIDE

LINE_EMS = 1.4  # distance between two lines of the note
RESULT_GAP_EMS = 0.8  # between a title and its result
SWATCH_EMS, SWATCH_GAP_EMS = 0.7, 0.4  # side of the square before a title, and the space after it

Place = tuple[int, int]  # row and column


@dataclass(frozen=True)
class Cell:
    """A panel of a table.

    Attributes:
        scene: The scene.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view, framed for the size of the panel.
        title: The title above the panel, shortened if the cells to the right that have no title leave too little room.
        result: A text after the title, which is not shortened.
        style: The number of the color of a small square before the title; see `entrant_color`. None for no square.
    """

    scene: Scene
    stage: float
    view: ViewSpec
    title: str = ""
    result: str = ""
    style: int | None = None


@dataclass(frozen=True)
class PanelTable:
    """Rows of panels.

    Attributes:
        rows: The cells of each row, None for an empty place. All rows have the same length.
        headings: The heading of each column. Empty if there are none.
        note: Sentences below the table.
    """

    rows: tuple[tuple[Cell | None, ...], ...]
    headings: tuple[str, ...] = ()
    note: str = ""

    @property
    def cells(self) -> Iterator[tuple[Place, Cell]]:
        """Yield the place and the content of each cell that is not empty."""
        for row, cells in enumerate(self.rows):
            yield from (((row, column), cell) for column, cell in enumerate(cells) if cell is not None)

    def titles(self) -> Iterator[tuple[Place, Cell, int]]:
        """Yield the place of each cell with a title, the cell, and the number of columns over which the title goes."""
        for (row, column), cell in self.cells:
            if cell.title:
                others = self.rows[row][column + 1 :]
                span = next((n for n, other in enumerate(others, start=1) if other and other.title), len(others) + 1)
                yield (row, column), cell, span


@dataclass(frozen=True)
class TableLayout:
    """The layout of a table of panels, in pixels.

    Attributes:
        panel: The size of each panel.
        top: The space above the first row, for the headings.
        head: The space for the title above each panel.
        gap: The space between panels.
    """

    panel: Panel
    top: int
    head: int
    gap: int

    @classmethod
    def of(cls, view: ViewSpec, rows: int, columns: int, whole: PictureSize, *, has_headings: bool) -> "TableLayout":
        """Return the layout whose panels fill a picture.

        Args:
            view: The view, which determines the size of the text.
            rows: The number of rows.
            columns: The number of columns.
            whole: The size of the picture, in pixels.
            has_headings: Whether there are headings above the columns.

        Raises:
            SpecError: If the panels do not fit.
        """
        text = em(view, Panel(whole.width, whole.height)) if view.labels else 0
        head, gap, below = round(TITLE_EMS * text), max(4, round(GAP_EMS * text)), round(FOOT_EMS * text)
        top = head if has_headings else 0
        width = (whole.width - gap) // columns - gap
        height = (whole.height - below - top - gap) // rows - gap - head
        if min(width, height) < MIN_SIDE:
            raise SpecError(f"{rows} × {columns} panels do not fit into {whole} pixels. Choose a larger size.")
        return cls(Panel(width, height), top, head, gap)

    @property
    def size(self) -> PictureSize:
        """Return the size of each panel."""
        return PictureSize(width=self.panel.width, height=self.panel.height)

    def corner(self, place: Place) -> tuple[int, int]:
        """Return the upper left corner (left, top) of a panel."""
        row, column = place
        top = self.top + self.gap + self.head + row * (self.panel.height + self.gap + self.head)
        return self.gap + column * (self.panel.width + self.gap), top


def render_table(table: PanelTable, view: ViewSpec, size: PictureSize) -> RGBA:
    """Render a table of panels.

    Args:
        table: The table.
        view: The view of the whole picture: its theme, background and text.
        size: The size of the picture, in pixels.

    Returns:
        The picture, (height, width, 4).

    Raises:
        SpecError: If the panels do not fit.
    """
    whole, layout = Panel(size.width, size.height), layout_of(table, view, size)
    picture = np.empty((size.height, size.width, 4), np.uint8)
    picture[:] = paper(view)
    for place, cell in table.cells:
        panel = render_panel(cell.scene, cell.stage, cell.view, layout.panel, enlarged=ENLARGED)
        frame_panel(picture, panel, *layout.corner(place), view)
    if view.labels:
        for left, top, side, color in swatches(table, view, size):
            picture[top : top + side, left : left + side] = (*color, 255)
    canvas = Canvas(picture, Projection(view, whole))
    if view.labels:
        canvas.draw_layer(write(view, whole, table_labels(table, view, size, text_width(em(view, whole)))))
        canvas.draw_layer(foot(view, whole, shared_keys(table)))
    found = canvas.picture()
    return found if view.background == "solid" else lifted(found, SURROUNDINGS[view.theme].background)


def layout_of(table: PanelTable, view: ViewSpec, size: PictureSize) -> TableLayout:
    """Return the layout of a table in a picture of a size in pixels. Raises `SpecError` if the panels do not fit."""
    return TableLayout.of(view, len(table.rows), len(table.rows[0]), size, has_headings=bool(table.headings))


def table_labels(table: PanelTable, view: ViewSpec, size: PictureSize, length: Callable[[str], float]) -> list[Label]:
    """Return the headings, the titles with their results, and the note of a table.

    Args:
        table: The table.
        view: The view, which determines the size and color of the text.
        size: The size of the picture, in pixels.
        length: Returns the width of a text in pixels.
    """
    layout, text, color = (
        layout_of(table, view, size),
        em(view, Panel(size.width, size.height)),
        SURROUNDINGS[view.theme].title,
    )
    width, labels = layout.panel.width, list[Label]()
    for column, heading in enumerate(table.headings):
        left, _ = layout.corner((0, column))
        labels.append(Label(left + width / 2, layout.top - 0.4 * text, fitted(heading, length, width), "ms"))
    for place, cell, span in table.titles():
        left, top = layout.corner(place)
        indent = 0 if cell.style is None else (SWATCH_EMS + SWATCH_GAP_EMS) * text
        room = span * (width + layout.gap) - layout.gap - length(cell.result) - RESULT_GAP_EMS * text
        title, start = fitted(cell.title, length, room - indent), left + indent
        labels.append(Label(start, top - 0.5 * text, title, "ls", color=color))
        labels.append(Label(start + length(title) + RESULT_GAP_EMS * text, top - 0.5 * text, cell.result, "ls"))
    room = size.width - 2 * layout.gap - len(shared_keys(table)) * KEY_WIDTH * text
    foot_top = size.height - (FOOT_EMS - 0.4) * text
    lines = wrapped(table.note, length, room)
    return labels + [Label(layout.gap, foot_top + n * LINE_EMS * text, line, "lt") for n, line in enumerate(lines)]


def swatches(table: PanelTable, view: ViewSpec, size: PictureSize) -> Iterator[tuple[int, int, int, Color]]:
    """Yield the left and upper edge, the side and the color of the square before each title, in pixels."""
    layout, text = layout_of(table, view, size), em(view, Panel(size.width, size.height))
    side = max(1, round(SWATCH_EMS * text))
    for place, cell, _ in table.titles():
        if cell.style is not None:
            left, top = layout.corner(place)
            yield left, round(top - 0.5 * text) - side, side, entrant_color(cell.style, view.theme)


def shared_keys(table: PanelTable) -> tuple[Key, ...]:
    """Return the legend entries for all panels; the ends of a color scale that differs between them are words."""
    found = dict[tuple[str, str], list[Key]]()
    for _, cell in table.cells:
        for key in keys(cell.scene, cell.stage, cell.view):
            found.setdefault((key.shape, key.caption.partition(":")[0]), []).append(key)
    return tuple(_shared(*each) for each in found.values())


def _shared(first: Key, *others: Key) -> Key:
    if all(key == first for key in others):
        return first
    caption = first.caption if all(key.caption == first.caption for key in others) else first.caption.partition(":")[0]
    return replace(first, caption=caption, ends=("low", *first.ends[1:-1], "high") if first.ends else ())


def wrapped(text: str, length: Callable[[str], float], room: float) -> list[str]:
    """Return a text in lines that are at most `room` wide, in the units of `length`, unless a word is wider."""
    lines = list[str]()
    for word in text.split():
        if lines and length(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
