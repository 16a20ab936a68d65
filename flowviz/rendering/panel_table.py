"""Tables of panels, such as the figure of a comparison: rows and columns of small pictures with text around them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from flowviz.errors import SpecError
from flowviz.records import Scene
from flowviz.rendering.annotate import Label, Measure, em, fitted, text_width, wrapped
from flowviz.rendering.colors import SURROUNDINGS, entrant_color
from flowviz.rendering.drawing import Box, Drawing, Particles
from flowviz.rendering.legend import FOOT_EMS, KEY_WIDTH, MARGIN, Key, draw_foot, keys
from flowviz.rendering.pixels import render_drawing
from flowviz.rendering.raster import RGBA
from flowviz.rendering.sheet import PanelGrid
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import MIN_SIDE

MIN_GAP = 4  # pixels between panels
LINE_EMS = 1.4  # distance between two lines of the note
MIN_NOTE_EMS, NOTE_GAP_EMS = 16.0, 1.0  # minimum width of a note beside a legend, and the space below a note above one
FOOT_LINES = int(FOOT_EMS / LINE_EMS)  # of a note beside a legend
RESULT_GAP_EMS = 0.8  # between a title and its result
MIN_TITLE_EMS, SMALLEST_EMS = 4.0, 0.5  # width that titles keep beside their results, and the smallest text of both
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
        result: A text after the title, which is not shortened, but smaller where it would not fit.
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
        foot_ems: Height of the note and the legend in ems; see `foot_height`.
    """

    rows: tuple[tuple[Cell | None, ...], ...]
    headings: tuple[str, ...] = ()
    note: str = ""
    foot_ems: float = FOOT_EMS

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


def table_grid(
    view: ViewSpec, rows: int, columns: int, whole: PictureSize, *, has_headings: bool, foot_ems: float = FOOT_EMS
) -> PanelGrid:
    """Return the layout of a table whose panels fill a picture.

    Args:
        view: The view, which determines the size of the text.
        rows: The number of rows.
        columns: The number of columns.
        whole: The size of the picture, in pixels.
        has_headings: Whether there are headings above the columns.
        foot_ems: Height of the note and the legend below the panels, in ems.

    Raises:
        SpecError: If the panels do not fit.
    """
    text = em(view, whole) if view.labels else 0

    def filling(size: PictureSize) -> PanelGrid:
        return PanelGrid.filling(
            size, rows, columns, text, min_gap=MIN_GAP, has_headings=has_headings, foot_ems=foot_ems
        )

    found = filling(whole)
    if min(found.panel) < MIN_SIDE:
        larger = (whole.scaled(1 + step / 20) for step in range(1, 200))
        needed = next((size for size in larger if min(filling(size).panel) >= MIN_SIDE), None)
        such = f", such as {needed.words}" if needed is not None else " or smaller text"
        raise SpecError(f"{rows} × {columns} panels do not fit into {whole.words}. Choose a larger size{such}.")
    return found


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
    return render_drawing(draw_table(table, view, size, text_width(em(view, size))), view, size)


def draw_table(table: PanelTable, view: ViewSpec, size: PictureSize, length: Measure) -> Drawing:
    """Return the drawing of a table; see `render_table`. `length` returns the width of a text in pixels."""
    layout = layout_of(table, view, size)
    panels = tuple(
        Particles(cell.scene, cell.stage, cell.view, *layout.corner(*place), layout.panel)
        for place, cell in table.cells
    )
    if not view.labels:
        return Drawing(panels=panels)
    labels = tuple(table_labels(table, view, size, length))
    foot = draw_foot(view, size, shared_keys(table))
    return Drawing(tuple(_swatches(table, view, size)), panels, labels=labels) + foot


def layout_of(table: PanelTable, view: ViewSpec, size: PictureSize) -> PanelGrid:
    """Return the layout of a table in a picture of a size in pixels. Raises `SpecError` if the panels do not fit."""
    rows, columns = len(table.rows), len(table.rows[0])
    return table_grid(view, rows, columns, size, has_headings=bool(table.headings), foot_ems=table.foot_ems)


def foot_height(note: str, keys: int, width_ems: float, length: Measure) -> float:
    """Return the height in ems of a note and a legend: beside each other or, in a narrow picture, below each other.

    Args:
        note: The note.
        keys: The number of entries of the legend.
        width_ems: The width of the picture, in ems.
        length: Returns the width of a text in ems.
    """
    beside = width_ems - keys * KEY_WIDTH
    if beside >= MIN_NOTE_EMS and len(wrapped(note.split(), length, beside - 2 * MARGIN)) <= FOOT_LINES:
        return FOOT_EMS
    lines = len(wrapped(note.split(), length, width_ems - 2 * MARGIN))
    return max(FOOT_EMS, lines * LINE_EMS + NOTE_GAP_EMS + FOOT_EMS * ceil(keys / max(width_ems // KEY_WIDTH, 1)))


def table_labels(table: PanelTable, view: ViewSpec, size: PictureSize, length: Measure) -> list[Label]:
    """Return the headings, the titles with their results, and the note of a table.

    Args:
        table: The table.
        view: The view, which determines the size and color of the text.
        size: The size of the picture, in pixels.
        length: Returns the width of a text in pixels.
    """
    layout, text, color = layout_of(table, view, size), em(view, size), SURROUNDINGS[view.theme].title
    width, labels = layout.panel.width, list[Label]()
    for column, heading in enumerate(table.headings):
        left, _ = layout.corner(0, column)
        heading = heading if length(heading) <= width else heading.partition(" of ")[0]  # as in "25% of the layers"
        labels.append(Label(left + width / 2, layout.top - 0.4 * text, fitted(heading, length, width), "ms"))
    ems = _title_ems(table, layout, text, length)
    for place, cell, span in table.titles():
        left, top = layout.corner(*place)
        room = _title_room(cell, span, layout, text) - ems * length(cell.result)
        title, start = fitted(cell.title, length, room / ems), left + _indent(cell, text)
        labels.append(Label(start, top - 0.5 * text, title, "ls", ems, color=color))
        start += ems * length(title) + RESULT_GAP_EMS * text
        labels.append(Label(start, top - 0.5 * text, cell.result, "ls", ems))
    beside = 0 if table.foot_ems > FOOT_EMS else len(shared_keys(table))
    room = size.width - 2 * layout.gap - beside * KEY_WIDTH * text
    foot_top = size.height - (table.foot_ems - 0.4) * text
    lines = wrapped(table.note.split(), length, room)
    return labels + [Label(layout.gap, foot_top + n * LINE_EMS * text, line, "lt") for n, line in enumerate(lines)]


def _title_ems(table: PanelTable, layout: PanelGrid, text: float, length: Measure) -> float:
    """Return the size of the titles and results in ems: smaller than 1 if the results would not fit otherwise."""
    sizes = [
        _title_room(cell, span, layout, text) / (min(length(cell.title), MIN_TITLE_EMS * text) + length(cell.result))
        for _, cell, span in table.titles()
        if cell.result
    ]
    return max(SMALLEST_EMS, min([1.0, *sizes]))


def _title_room(cell: Cell, span: int, layout: PanelGrid, text: float) -> float:
    """Return the width in pixels of a title and its result, without the space between them."""
    return span * (layout.panel.width + layout.gap) - layout.gap - _indent(cell, text) - RESULT_GAP_EMS * text


def _indent(cell: Cell, text: float) -> float:
    """Return the width in pixels of the square before a title, and of the space after it."""
    return 0.0 if cell.style is None else (SWATCH_EMS + SWATCH_GAP_EMS) * text


def _swatches(table: PanelTable, view: ViewSpec, size: PictureSize) -> Iterator[Box]:
    """Yield the square before each title."""
    layout, text = layout_of(table, view, size), em(view, size)
    side = max(1, round(SWATCH_EMS * text))
    for place, cell, _ in table.titles():
        if cell.style is not None:
            left, top = layout.corner(*place)
            yield Box(left, round(top - 0.5 * text) - side, side, side, entrant_color(cell.style, view.theme))


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
    return replace(first, caption=caption, ends=("low", *first.ends[1:-1], "high") if first.ends else (), zero=None)
