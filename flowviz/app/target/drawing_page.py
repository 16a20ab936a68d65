"""Page to draw the target: a canvas and its tools."""

from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QAction, QImage
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout

from flowviz import targets
from flowviz.app.state.binding import Binding
from flowviz.app.state.pages import DrawingContents
from flowviz.app.state.request import RequestState
from flowviz.app.style.tokens import TIGHT
from flowviz.app.target.canvas import BRUSH, Canvas
from flowviz.app.target.page import BLUR_STEPS, Page
from flowviz.app.target.preview import alpha_image
from flowviz.app.widgets.controls import checkable, label_of, lay_out, slider, tool_button
from flowviz.app.widgets.form import ControlSpec, control_of
from flowviz.errors import FlowvizError
from flowviz.specs import DrawingSpec
from flowviz.specs.fields import fields_of

MIN_BRUSH, MAX_BRUSH = 6, 120  # diameter in pixels of the drawing


class DrawingPage(Page):
    """Page with a canvas, whose undo and redo buttons trigger the actions of the Edit menu."""

    kind = "drawing"

    def __init__(self, request: RequestState) -> None:
        super().__init__(request)
        self.canvas = Canvas(self._request_drawing)
        self._traced: QImage | None = None
        self._brush = slider("brushSize", "Brush", "Brush size", MIN_BRUSH, MAX_BRUSH, BRUSH)
        self._brush.valueChanged.connect(partial(setattr, self.canvas, "brush"))
        self.setFocusProxy(self._brush)
        eraser = tool_button("eraserButton", "Eraser", "Eraser", "eraser")
        self._eraser = checkable(eraser, partial(setattr, self.canvas, "erases"))
        tip = "Show the previous target faintly, to trace it"
        self._trace = checkable(tool_button("traceButton", "Trace", tip, "trace"), lambda _: self._update_traced())
        self._clear = tool_button("clearDrawingButton", "Clear", "Clear the canvas", "clear", run=self.canvas.clear)
        self._undo = tool_button("undoButton", "Undo", "", "undo")
        self._redo = tool_button("redoButton", "Redo", "", "redo")
        self._blur = control_of(fields_of(DrawingSpec)["blur"], ControlSpec("drawingBlur", per_unit=BLUR_STEPS))
        self._lay_out()
        self.bind(blur=self._blur)
        self._drawing = Binding(request, self.contents, self._show_drawing, request.set_page)

    def _lay_out(self) -> None:
        tools = QGridLayout()  # beside the canvas, because a low window has no room for another row
        tools.setSpacing(TIGHT)
        for number, tool in enumerate((self._eraser, self._clear, self._undo, self._redo, self._trace)):
            tools.addWidget(tool, number // 2, number % 2)
        tools.setRowStretch(3, 1)
        drawing = lay_out(QHBoxLayout(), self.canvas, tools, stretched=self.canvas, spacing=TIGHT)
        sliders = lay_out(QHBoxLayout(), label_of(self._brush), self._brush, label_of(self._blur), self._blur)
        self.fill(drawing, sliders)

    def set_traced(self, shades: NDArray[np.uint8]) -> None:
        """Set the picture (rows, columns) that the Trace button shows behind the drawing."""
        self._traced = alpha_image(shades)
        self._update_traced()

    def set_actions(self, undo: QAction, redo: QAction) -> None:
        """Set the actions of the Edit menu that the buttons trigger."""
        self._undo.setDefaultAction(undo)
        self._redo.setDefaultAction(redo)

    def _request_drawing(self, step: str) -> None:
        drawn = DrawingSpec(png=self.canvas.png()), step
        self._drawing.request(replace(self.request.value.pages.drawing, drawn=drawn))

    def _show_drawing(self, contents: DrawingContents) -> None:
        ink = None
        if contents.drawing is not None:
            with suppress(FlowvizError):  # the builder of the target reports it
                ink = alpha_image(targets.darkness_of(contents.drawing.png, "The drawing"))
        self.canvas.show_drawing(ink)

    def _update_traced(self) -> None:
        self.canvas.show_traced(self._traced if self._trace.isChecked() else None)
