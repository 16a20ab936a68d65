"""A drawing as the target: a canvas and its tools."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QToolButton

from flowviz.app.style.icons import icon
from flowviz.app.target.canvas import BRUSH, Canvas
from flowviz.app.target.page import Page
from flowviz.app.target.preview import alpha_image
from flowviz.app.widgets.controls import row, slider
from flowviz.errors import SpecError
from flowviz.specs import DrawingSpec
from flowviz.specs.view import Theme

THINNEST, THICKEST = 6, 120  # pixels of what is drawn


class DrawingPage(Page):
    """Announces what is drawn, and the buttons for undo and redo, which do what those of the menu do."""

    undo_requested = pyqtSignal()
    redo_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__("drawingPage")
        self.canvas = Canvas()
        self._spec: DrawingSpec | None = None
        self._done = ""  # what was done last
        self._traced: NDArray[np.uint8] | None = None
        self._brush = slider("brushSize", "Brush", "Size of the brush", THINNEST, THICKEST, BRUSH)
        self._brush.valueChanged.connect(self._take_brush)
        self._eraser = _tool("eraser", "Eraser", "Rub out in place of drawing")
        self._eraser.setCheckable(True)
        self._eraser.toggled.connect(self._take_eraser)
        self._trace = _tool("trace", "Trace", "Show the last target faintly behind, to draw over it")
        self._trace.setCheckable(True)
        self._trace.toggled.connect(self._show_traced)
        self._clear = _tool("clear", "Clear", "Take everything away")
        self._clear.setObjectName("clearDrawingButton")
        self._clear.clicked.connect(self.canvas.clear)
        self._undo, self._redo = _tool("undo", "Undo", ""), _tool("redo", "Redo", "")
        self._undo.clicked.connect(lambda: self.undo_requested.emit())
        self._redo.clicked.connect(lambda: self.redo_requested.emit())
        self.show_undo("")
        self.show_redo("")
        self.column.addWidget(self.canvas)
        tools = row(self._brush, self._eraser, self._undo, self._redo, self._trace, self._clear, stretched=self._brush)
        self.column.addLayout(tools)
        self.canvas.changed.connect(self._take_drawing)

    def spec(self) -> DrawingSpec:
        if self._spec is None:
            raise SpecError("Draw something: with the mouse, a pen, or a finger.")
        return self._spec

    def contents(self) -> dict[str, Any]:
        return {"drawing": (self._done, self._spec)}

    def show_contents(self, contents: Mapping[str, Any]) -> None:
        self._done, self._spec = contents["drawing"]
        self.canvas.show_png(self._spec.png if self._spec else b"")

    def show_spec(self, darkness: NDArray[np.uint8]) -> None:
        """Show a drawing, from how dark each of its pixels is, (rows, columns), in place of the present one."""
        self.canvas.show_drawing(alpha_image(darkness))

    def set_traced(self, shades: NDArray[np.uint8]) -> None:
        """What can be traced: the picture (rows, columns) of a target."""
        self._traced = shades
        self._show_traced()

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_theme(theme)

    def show_undo(self, title: str) -> None:
        """Offer to undo what has this title; nothing, where there is nothing to undo."""
        _offer(self._undo, title)

    def show_redo(self, title: str) -> None:
        """Offer to redo what has this title; nothing, where there is nothing to redo."""
        _offer(self._redo, title)

    def _take_drawing(self, done: str) -> None:
        self._done = done
        self._spec = DrawingSpec(png=self.canvas.png())
        self.changed.emit()

    def _take_brush(self, size: int) -> None:
        self.canvas.brush = size

    def _take_eraser(self, erases: bool) -> None:
        self.canvas.erases = erases

    def _show_traced(self) -> None:
        shown = self._trace.isChecked() and self._traced is not None
        self.canvas.show_traced(alpha_image(self._traced) if shown and self._traced is not None else None)


def _offer(button: QToolButton, title: str) -> None:
    button.setEnabled(bool(title))
    button.setToolTip(f"{button.accessibleName()} {title.replace('&&', '&')}".strip())


def _tool(name: str, title: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(f"{name}Button")
    button.setIcon(icon(name))
    button.setAccessibleName(title)
    button.setToolTip(tip)
    return button
