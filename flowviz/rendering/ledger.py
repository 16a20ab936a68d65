"""The picture of a ledger: a bar for each stage, which begins where the one above ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from flowviz.records.ledger import Entry, Ledger, limits_for
from flowviz.records.measured import not_comparable
from flowviz.rendering.annotate import Label, Measure, em, fitted, text_width
from flowviz.rendering.colors import CURVES, SURROUNDINGS, Color, Surroundings
from flowviz.rendering.drawing import Box, Drawing, Line, segment
from flowviz.rendering.pixels import render_drawing
from flowviz.rendering.plot import Interval, axis_ticks
from flowviz.rendering.projection import Panel
from flowviz.rendering.raster import RGBA
from flowviz.specs import PictureSize, ViewSpec

MIN_ROW_EMS, MAX_ROW_EMS = 1.3, 4.0  # distance between two rows
HEAD_EMS, FOOT_EMS, PAD_EMS = 3.4, 2.0, 0.6  # for the lines above the rows, for the numbers below, and between columns
MAX_TITLE_SHARE = 0.6  # share of the width
LAST_ROWS = 2  # after those of the stages and the units: the subtotal of the stages, and the sum
SUBTOTAL, SUM = "Σ log|det J|", "sum"
MIN_SCALE_SHARE = 0.4  # of the width, for the bars beside their titles
STACKED_ROW_EMS = 1.9  # smallest distance between two rows with bars below their titles
BAR = 0.62  # share of the height of a row, or of its half below the title
MARGIN = 0.03  # share of the scale, beyond each of its ends
NUMBER = "-00.00"  # takes as much room as any usual number, so that nothing moves while numbers change
SUM_DECIMALS = 3
UNKNOWN = "unknown"


def ledger_height(ledger: Ledger, text: float, width: int) -> int:
    """Return the height in pixels at which every stage has a row, without lines above, in a picture of a width.

    `text` is 1 em in pixels.
    """
    left, right = _ends_beside_words(ledger.entries, text, text_width(text), width)
    row_ems = MIN_ROW_EMS if right - left >= MIN_SCALE_SHARE * width else STACKED_ROW_EMS
    return ceil(text * (PAD_EMS + FOOT_EMS + row_ems * (len(ledger.entries) + LAST_ROWS))) + 1


def _ends_beside_words(entries: Sequence[Entry], text: float, length: Measure, width: int) -> Interval:
    """Return the horizontal ends of the scale between the titles and the numbers of lines."""
    words = [*(entry.title for entry in entries), SUBTOTAL, SUM]
    titles = min(max(map(length, words)), MAX_TITLE_SHARE * width)
    return titles + 2 * PAD_EMS * text, width - length(NUMBER) - 2 * PAD_EMS * text


def ledger_sentences(ledger: Ledger) -> tuple[str, str]:
    """Return the formula of a ledger, and its sum in words."""
    base = "log N(z)" if ledger.base == "normal" else "log p_base(z)"
    formula = f"log p(x) = {base} - sum of log|det J|"
    inexact = ", inexact, because steps fold over" if ledger.is_inexact and ledger.is_known else ""
    if not ledger.is_mean:
        return formula, f"log p(x): {_in_nats(ledger.total)}{inexact}"
    if ledger.unknown:
        share = ledger.unknown / (ledger.count + ledger.unknown)
        others = f"the means are those of the other {ledger.count:,} validation points{inexact}"
        return f"mean of {formula}", f"NLL: {not_comparable(share)}; {others}"
    return f"mean of {formula}", f"NLL: {_in_nats(-ledger.total)}, of {ledger.count:,} validation points{inexact}"


def _in_nats(nats: float) -> str:
    return f"{number(nats, SUM_DECIMALS)} nats" if np.isfinite(nats) else UNKNOWN


def number(nats: float, decimals: int = 2) -> str:
    """Return a number of nats as text, or "unknown"."""
    return f"{round(nats, decimals) + 0.0:.{decimals}f}" if np.isfinite(nats) else UNKNOWN


def render_ledger(
    ledger: Ledger,
    view: ViewSpec,
    size: PictureSize,
    limits: Interval | None = None,
    stage: int | None = None,
    *,
    headed: bool = True,
) -> RGBA:
    """Render a ledger, (height, width, 4).

    Args:
        ledger: The ledger.
        view: The view, of which the picture uses the theme, the background, the text height, and the switches for axes
            and labels.
        size: The size of the picture, in pixels.
        limits: The lowest and the highest sum on the scale for most points. They are doubled until the ledger
            fits. None for those of a nat on both sides.
        stage: The stage whose row is marked.
        headed: Whether to write the formula and the sum above the rows.
    """
    return render_drawing(draw_ledger(ledger, view, size, limits, stage, headed=headed), view, size)


def draw_ledger(
    ledger: Ledger,
    view: ViewSpec,
    size: PictureSize,
    limits: Interval | None = None,
    stage: int | None = None,
    *,
    headed: bool = True,
    length: Measure | None = None,
) -> Drawing:
    """Return the drawing of a ledger; see `render_ledger`. `length` returns the width of a text."""
    layout, colors = _Layout.of(ledger, view, size, limits, headed=headed, length=length), SURROUNDINGS[view.theme]
    rows = [*layout.entries, Entry(SUBTOTAL, ledger.log_det, np.nan), Entry(SUM, ledger.total, 0.0)]
    marked = [place for place, entry in enumerate(rows) if stage is not None and _is_about(entry, stage)]
    found = Drawing(tuple(Box(0, layout.top + p * layout.row, layout.width, layout.row, colors.grid) for p in marked))
    found += _head(ledger, layout, colors) if headed and view.labels else Drawing()
    found += _scale(layout, colors, has_numbers=view.axes)
    for place, entry in enumerate(rows):
        is_last = place >= len(layout.entries)
        found += Drawing(_bar(layout, place, entry, colors.title if is_last else _color(entry, view)))
        if view.labels:
            found += _words(layout, place, entry, colors.title if is_last or place in marked else None)
    return found + Drawing(lines=tuple(_connectors(layout, colors)))


def row_at(ledger: Ledger, view: ViewSpec, size: PictureSize, y: float) -> Entry | None:
    """Return the line at a vertical position in pixels of a picture without lines above, or None beside them."""
    layout = _Layout.of(ledger, view, size, None, headed=False)
    place = floor((y - layout.top) / layout.row)
    return layout.entries[place] if 0 <= place < len(layout.entries) else None


@dataclass(frozen=True)
class _Layout:
    """The rows of a picture, and its places in pixels.

    Attributes:
        entries: The lines above the subtotal and the sum.
        text: 1 em.
        length: Returns the width of a text.
        width: The width of the picture.
        top: The top of the first row.
        row: The height of a row.
        stacked: Whether the bars are below their titles and numbers, because there is too little room between them.
        left: The left end of the scale.
        right: The right end of the scale.
        limits: The sums at the ends of the scale.
    """

    entries: tuple[Entry, ...]
    text: float
    length: Measure
    width: int
    top: float
    row: float
    stacked: bool
    left: float
    right: float
    limits: Interval

    @classmethod
    def of(
        cls,
        ledger: Ledger,
        view: ViewSpec,
        size: PictureSize,
        limits: Interval | None,
        *,
        headed: bool,
        length: Measure | None = None,
    ) -> "_Layout":
        text = em(view, Panel(size.width, size.height))
        top = text * (HEAD_EMS if headed and view.labels else PAD_EMS)
        room = size.height - top - text * (FOOT_EMS if view.axes else PAD_EMS)
        others = LAST_ROWS + bool(ledger.of_units)
        entries = ledger.grouped(max(int(room / (MIN_ROW_EMS * text)) - others, 2))
        row = min(room / (len(entries) + LAST_ROWS), MAX_ROW_EMS * text)
        pad, length = PAD_EMS * text, length or text_width(text)
        left, right = _ends_beside_words(entries, text, length, size.width)
        is_narrow = right - left < MIN_SCALE_SHARE * size.width
        stacked = view.labels and is_narrow and row >= STACKED_ROW_EMS * text
        if stacked or not view.labels:
            left, right = pad, size.width - pad
        right = max(right, left + 1)
        return cls(entries, text, length, size.width, top, row, stacked, left, right, limits_for(ledger, limits))

    def x(self, nats: float) -> float:
        """Return the horizontal position of a sum."""
        low, high = self.limits
        share = (nats - low) / (high - low) * (1 - 2 * MARGIN) + MARGIN
        return self.left + share * (self.right - self.left)

    def words_middle(self, place: int) -> float:
        """Return the vertical position of the title and the number of a row."""
        return self.top + (place + (0.3 if self.stacked else 0.5)) * self.row

    def bar_middle(self, place: int) -> float:
        """Return the vertical position of the middle of a bar."""
        return self.top + (place + (0.75 if self.stacked else 0.5)) * self.row

    @property
    def bar_height(self) -> float:
        """Return the height of the bars."""
        return BAR * self.row / (2 if self.stacked else 1)


def _color(entry: Entry, view: ViewSpec) -> Color:
    if entry.stages in {None, (0, 0)}:
        return SURROUNDINGS[view.theme].label
    return CURVES[view.theme]["validation" if entry.nats >= 0 else "loss"]


def _head(ledger: Ledger, layout: _Layout, colors: Surroundings) -> Drawing:
    pad = PAD_EMS * layout.text
    lines = [fitted(line, layout.length, layout.width - 2 * pad) for line in ledger_sentences(ledger)]
    tops = (pad, pad + 1.4 * layout.text)
    labels = (Label(pad, top, line, "lt", color=colors.title) for top, line in zip(tops, lines, strict=True))
    return Drawing(labels=tuple(labels))


def _scale(layout: _Layout, colors: Surroundings, *, has_numbers: bool) -> Drawing:
    """Return vertical lines at round sums, with their numbers below, and one at 0."""
    height = (len(layout.entries) + LAST_ROWS) * layout.row

    def upright(nats: float, color: Color) -> Box:
        return Box(layout.x(nats), layout.top, 1, height, color)

    if not has_numbers:
        return Drawing((upright(0, colors.axis),))
    ticks = axis_ticks(layout.limits, layout.right - layout.left, layout.length)
    places = zip(ticks.values, ticks.texts, strict=True)
    below = layout.top + height + 0.4 * layout.text
    return Drawing(
        (*(upright(value, colors.grid) for value in ticks.values), upright(0, colors.axis)),
        labels=tuple(Label(layout.x(value), below, text, "mt") for value, text in places),
    )


def _is_about(entry: Entry, stage: int) -> bool:
    return entry.stages is not None and entry.stages[0] <= stage <= entry.stages[1]


def _words(layout: _Layout, place: int, entry: Entry, color: Color | None) -> Drawing:
    """Return the title and the number of a line."""
    middle, pad = layout.words_middle(place), PAD_EMS * layout.text
    room = layout.width - layout.length(NUMBER) - pad if layout.stacked else layout.left
    title = fitted(entry.title, layout.length, room - 2 * pad)
    nats = Label(layout.width - pad, middle, number(entry.nats), "rm", color=color)
    return Drawing(labels=(Label(pad, middle, title, "lm", color=color), nats))


def _bar(layout: _Layout, place: int, entry: Entry, color: Color) -> tuple[Box, ...]:
    """Return the bar of a line, or none if a number is unknown."""
    if not np.isfinite(entry.after):
        return ()
    start, end = sorted((layout.x(entry.before), layout.x(entry.after)))
    top = layout.bar_middle(place) - layout.bar_height / 2
    return (Box(start, top, max(end - start, 1), layout.bar_height, color),)


def _connectors(layout: _Layout, colors: Surroundings) -> Sequence[Line]:
    """Return a line from the end of each bar to the beginning of the next one, past the subtotal, which has none."""
    reach, found = layout.bar_height / 2, list[Line]()
    for place, entry in enumerate(layout.entries):
        if np.isfinite(entry.after):
            x, y = layout.x(entry.after), layout.bar_middle(place)
            rows = LAST_ROWS if place == len(layout.entries) - 1 else 1
            found.append(segment(x, y + reach, x, y + rows * layout.row - reach, colors.label))
    return found
