"""A drawing as the target: a canvas and its tools."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QToolButton

from flowviz.app.canvas import BRUSH, Canvas
from flowviz.app.icons import icon
from flowviz.app.page import Page, row, slider
from flowviz.app.preview import alpha_image
from flowviz.errors import SpecError
from flowviz.specs import DrawingSpec
from flowviz.specs.view import Theme

THINNEST, THICKEST = 6, 120  # pixels of what is drawn


class DrawingPage(Page):
    """Announces what is drawn."""

    def __init__(self) -> None:
        super().__init__("drawingPage")
        self.canvas = Canvas()
        self._spec: DrawingSpec | None = None
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
        strokes = self.canvas.strokes
        undo = self._history("Undo", "Ctrl+Z", strokes.undo)
        redo = self._history("Redo", "Ctrl+Shift+Z", strokes.redo)
        strokes.canUndoChanged.connect(undo.setEnabled)
        strokes.canRedoChanged.connect(redo.setEnabled)
        self.column.addWidget(self.canvas)
        tools = row(self._brush, self._eraser, undo, redo, self._trace, self._clear, stretched=self._brush)
        self.column.addLayout(tools)
        self.canvas.changed.connect(self._take_drawing)

    def spec(self) -> DrawingSpec:
        if self._spec is None:
            raise SpecError("Draw something here: with the mouse, a pen, or a finger.")
        return self._spec

    def show_spec(self, darkness: NDArray[np.uint8]) -> None:
        """Show a drawing, from how dark each of its pixels is, (rows, columns), in place of the present one."""
        self.canvas.show_drawing(alpha_image(darkness))

    def set_traced(self, shades: NDArray[np.uint8]) -> None:
        """What can be traced: the picture (rows, columns) of a target."""
        self._traced = shades
        self._show_traced()

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_theme(theme)

    def _take_drawing(self) -> None:
        self._spec = DrawingSpec(png=self.canvas.png())
        self.changed.emit()

    def _take_brush(self, size: int) -> None:
        self.canvas.brush = size

    def _take_eraser(self, erases: bool) -> None:
        self.canvas.erases = erases

    def _show_traced(self) -> None:
        shown = self._trace.isChecked() and self._traced is not None
        self.canvas.show_traced(alpha_image(self._traced) if shown and self._traced is not None else None)

    def _history(self, name: str, key: str, run: Callable[[], None]) -> QToolButton:
        """A button for undo or redo; its key works wherever the focus is on the page."""
        shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)
        button = _tool(name.lower(), name, f"{name} ({key})")
        button.setEnabled(False)
        button.clicked.connect(lambda: run())
        return button


def _tool(name: str, title: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(f"{name}Button")
    button.setIcon(icon(name))
    button.setAccessibleName(title)
    button.setToolTip(tip)
    return button
