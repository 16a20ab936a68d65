"""Vertical lines in the loss plot that mark changes, with labels at their upper or lower ends."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont, QFontMetrics

from flowviz.app.style.tokens import GAP
from flowviz.records import Mark
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs.view import Theme

RIGHT_OF_LINE, LEFT_OF_LINE = (0, 0), (1, 0)  # anchors at the upper end of a vertical line
MIN_LABEL_WIDTH = 3  # in line heights


class Label(NamedTuple):
    """The text of a label, shortened to fit, and its anchor, which decides the side of the line."""

    text: str
    anchor: tuple[int, int]


class ChangeLines:
    """Lines at the steps of changes. Their labels never overlap; only the last one is sure to have a text."""

    def __init__(self, plot: pg.PlotItem, *, at_top: bool, style: Qt.PenStyle) -> None:
        self._plot, self._at_top, self._style = plot, at_top, style
        self._changes: Sequence[Mark] = ()
        self._lines: list[Any] = []
        self._color: Any = SURROUNDINGS["light"].label
        self._font = QFont()

    @property
    def is_shown(self) -> bool:
        """Return whether there are lines."""
        return bool(self._changes)

    def show(self, changes: Sequence[Mark]) -> None:
        """Show changes, in the order of their steps. Call `place` next."""
        self._changes = changes
        for line in self._lines[len(changes) :]:
            self._plot.removeItem(line)
        self._lines = self._lines[: len(changes)]
        for change in changes[len(self._lines) :]:
            options = {"position": 1.0 if self._at_top else 0.0, "movable": False}
            line = pg.InfiniteLine(change.step, 90, label="", labelOpts=options)
            self._paint(line)
            self._plot.addItem(line, ignoreBounds=True)
            self._lines.append(line)

    def place(self, left: float, right: float) -> None:
        """Move the lines and their labels, for an axis of steps from `left` to `right`."""
        width, metrics = self._plot.getViewBox().width(), QFontMetrics(self._font)
        positions = [(change.step - left) / (right - left) * width for change in self._changes]
        labels = fitted_labels([change.label for change in self._changes], positions, width, metrics)
        for line, change, label in zip(self._lines, self._changes, labels, strict=True):
            line.setValue(change.step)
            line.setToolTip(change.sentences)
            line.label.setToolTip(change.sentences)
            text = label.text.replace("{", "{{").replace("}", "}}")
            if text != line.label.format:
                line.label.setFormat(text)
            anchor = label.anchor[0], 0 if self._at_top else 1
            line.label.anchors = [anchor, anchor]
            line.label.updatePosition()

    def set_appearance(self, font: QFont, theme: Theme) -> None:
        """Set the font and the theme. Call `place` next, because the labels depend on the font."""
        self._color, self._font = SURROUNDINGS[theme].label, font
        for line in self._lines:
            self._paint(line)

    def _paint(self, line: Any) -> None:
        line.setPen(pg.mkPen(self._color, width=1, style=self._style))
        line.label.setColor(self._color)
        line.label.setFont(self._font)


def fitted_labels(
    titles: Sequence[str], positions: Sequence[float], width: float, metrics: QFontMetrics
) -> list[Label]:
    """Return a label for each vertical line, such that no labels overlap. Only the last one is sure to have a text.

    Args:
        titles: The full text of each label, from left to right.
        positions: The horizontal position of each line, in pixels.
        width: The width of the plot, in pixels.
        metrics: The metrics of the font.
    """
    labels: list[Label] = []
    limit = width
    for title, position in zip(reversed(titles), reversed(positions), strict=True):
        room, needed = limit - position, metrics.horizontalAdvance(title) + GAP
        if room >= min(needed, MIN_LABEL_WIDTH * metrics.height()):
            labels.append(Label(_elided(title, room, metrics), RIGHT_OF_LINE))
            limit = position
        elif not labels:
            labels.append(Label(_elided(title, position, metrics), LEFT_OF_LINE))
            limit = position - needed
        else:
            labels.append(Label("", RIGHT_OF_LINE))
            limit = position
    return labels[::-1]


def _elided(title: str, room: float, metrics: QFontMetrics) -> str:
    return metrics.elidedText(title, Qt.TextElideMode.ElideRight, int(room - GAP))
