"""Page to draw the target: a canvas and its tools."""

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

MIN_BRUSH, MAX_BRUSH = 6, 120  # diameter in pixels of the drawing


class DrawingPage(Page):
    """Page with a canvas, whose undo and redo buttons trigger the actions of the Edit menu."""

    undo_requested = pyqtSignal()
    redo_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__("drawingPage")
        self.canvas = Canvas()
        self._spec: DrawingSpec | None = None
        self._latest_edit = ""
        self._traced: NDArray[np.uint8] | None = None
        self._brush = slider("brushSize", "Brush", "Brush size", MIN_BRUSH, MAX_BRUSH, BRUSH)
        self._brush.valueChanged.connect(self._set_brush)
        self._eraser = _tool("eraser", "Eraser", "Eraser")
        self._eraser.setCheckable(True)
        self._eraser.toggled.connect(self._set_erases)
        self._trace = _tool("trace", "Trace", "Show the previous target faintly, to trace it")
        self._trace.setCheckable(True)
        self._trace.toggled.connect(self._update_traced)
        self._clear = _tool("clear", "Clear", "Clear the canvas")
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
        self.canvas.changed.connect(self._on_drawing_changed)

    def spec(self) -> DrawingSpec:
        if self._spec is None:
            raise SpecError("Draw something with the mouse, a pen or a finger.")
        return self._spec

    def contents(self) -> dict[str, Any]:
        return {"drawing": (self._latest_edit, self._spec)}

    def show_contents(self, contents: Mapping[str, Any]) -> None:
        self._latest_edit, self._spec = contents["drawing"]
        self.canvas.show_png(self._spec.png if self._spec else b"")

    def show_spec(self, darkness: NDArray[np.uint8]) -> None:
        """Replace the drawing by a picture (rows, columns), from 0 for empty to 255 for black."""
        self.canvas.show_drawing(alpha_image(darkness))

    def set_traced(self, shades: NDArray[np.uint8]) -> None:
        """Set the picture (rows, columns) that the Trace button shows behind the drawing."""
        self._traced = shades
        self._update_traced()

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_theme(theme)

    def show_undo(self, title: str) -> None:
        """Offer to undo the edit of this title, or nothing for an empty title."""
        _offer(self._undo, title)

    def show_redo(self, title: str) -> None:
        """Offer to redo the edit of this title, or nothing for an empty title."""
        _offer(self._redo, title)

    def _on_drawing_changed(self, edit: str) -> None:
        self._latest_edit = edit
        self._spec = DrawingSpec(png=self.canvas.png())
        self.changed.emit()

    def _set_brush(self, size: int) -> None:
        self.canvas.brush = size

    def _set_erases(self, erases: bool) -> None:
        self.canvas.erases = erases

    def _update_traced(self) -> None:
        traced = self._traced if self._trace.isChecked() else None
        self.canvas.show_traced(None if traced is None else alpha_image(traced))


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
