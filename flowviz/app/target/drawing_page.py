"""Page to draw the target: a canvas and its tools."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QToolButton

from flowviz import targets
from flowviz.app.commands.history import History
from flowviz.app.state.binding import Binding
from flowviz.app.state.pages import DrawingContents
from flowviz.app.state.request import Request, RequestState
from flowviz.app.style.icons import icon
from flowviz.app.target.canvas import BRUSH, Canvas
from flowviz.app.target.page import Page
from flowviz.app.target.preview import alpha_image
from flowviz.app.widgets.controls import row, slider
from flowviz.errors import FlowvizError
from flowviz.specs import DrawingSpec
from flowviz.specs.view import Theme

MIN_BRUSH, MAX_BRUSH = 6, 120  # diameter in pixels of the drawing


class DrawingPage(Page):
    """Page with a canvas, whose undo and redo buttons trigger the actions of the Edit menu."""

    kind = "drawing"
    undo_requested = pyqtSignal()
    redo_requested = pyqtSignal()

    def __init__(self, request: RequestState) -> None:
        super().__init__(request)
        self.canvas = Canvas()
        self._traced: NDArray[np.uint8] | None = None
        self._brush = slider("brushSize", "Brush", "Brush size", MIN_BRUSH, MAX_BRUSH, BRUSH)
        self._brush.valueChanged.connect(self._set_brush)
        self.setFocusProxy(self._brush)
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
        self._lay_out()
        binding = Binding(request, _drawing, self._show_drawing, request.set_page)
        self.canvas.changed.connect(lambda step: binding.request(self._contents(step)))

    def _lay_out(self) -> None:
        self.column.addWidget(self.canvas)
        tools = row(self._brush, self._eraser, self._undo, self._redo, self._trace, self._clear, stretched=self._brush)
        self.column.addLayout(tools)

    def set_traced(self, shades: NDArray[np.uint8]) -> None:
        """Set the picture (rows, columns) that the Trace button shows behind the drawing."""
        self._traced = shades
        self._update_traced()

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_theme(theme)

    def connect_history(self, history: History) -> None:
        """Let the buttons undo and redo the edits of a history."""
        history.stack.undoTextChanged.connect(self.show_undo)
        history.stack.redoTextChanged.connect(self.show_redo)
        self.undo_requested.connect(history.undo)
        self.redo_requested.connect(history.redo)

    def show_undo(self, title: str) -> None:
        """Offer to undo the edit of this title, or nothing for an empty title."""
        _offer(self._undo, title)

    def show_redo(self, title: str) -> None:
        """Offer to redo the edit of this title, or nothing for an empty title."""
        _offer(self._redo, title)

    def _contents(self, step: str) -> DrawingContents:
        return DrawingContents((DrawingSpec(png=self.canvas.png()), step))

    def _show_drawing(self, contents: DrawingContents) -> None:
        png = contents.drawing.png if contents.drawing else b""
        if not png:
            self.canvas.show_png(b"")
        elif png != self.canvas.png():
            self._show_png(png)

    def _show_png(self, png: bytes) -> None:
        """Show a drawing, fitted into the canvas unless it was made on one."""
        try:
            ink = alpha_image(targets.darkness_of(png, "The drawing"))
        except FlowvizError:  # the builder of the target reports it
            self.canvas.show_png(b"")
            return
        if QImage.fromData(png).convertToFormat(QImage.Format.Format_Alpha8) == ink:
            self.canvas.show_png(png)  # exactly, because undo compares the bytes
        else:
            self.canvas.show_drawing(ink)

    def _set_brush(self, size: int) -> None:
        self.canvas.brush = size

    def _set_erases(self, erases: bool) -> None:
        self.canvas.erases = erases

    def _update_traced(self) -> None:
        traced = self._traced if self._trace.isChecked() else None
        self.canvas.show_traced(None if traced is None else alpha_image(traced))


def _drawing(request: Request) -> DrawingContents:
    return request.pages.drawing


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
