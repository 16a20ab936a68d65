"""The live preview of an export, with a slider through its pictures."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtWidgets import QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from flowviz.app.export.preview_image import PreviewImage
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import WIDE
from flowviz.app.threads.delay import delayed, repeated
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.widgets.controls import checkable, code_box, flat, lay_out, named, row_widget, slider
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.exporting.comparison_figure import ComparisonFigure
from flowviz.exporting.export import Export
from flowviz.exporting.web_page import WebPage
from flowviz.specs import ExportSpec
from flowviz.specs.export_kinds import FILMS

DEBOUNCE_MS = 60
BUSY_DELAY_MS = 400  # before "Drawing…" appears
MIN_PERIOD_MS = 33  # between two pictures of an animation
STAGES_PER_SECOND = 3
MAX_TEXT = 100_000  # characters, which a text box shows at once
WIDEST_POSITION = "00,000 of 00,000"


class ExportPreview(QWidget):
    """Shows one picture of an export, its text, or why there is none; draws in a thread what was requested last."""

    def __init__(self) -> None:
        super().__init__()
        self._export: Export | ComparisonFigure | WebPage | None = None
        self._spec = ExportSpec()
        self._share, self._rate = 1.0, float(STAGES_PER_SECOND)
        self._background = LatestWorker(lambda notice: self._show_sentence(notice.text))
        self._debounce = delayed(self, self._request, DEBOUNCE_MS)
        self._image = PreviewImage(self._debounce.start)
        self._text = code_box("exportText", "Preview of the text", "The content of the file")
        self._problem = WrappingLabel("exportProblem", "Why there is no preview")
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._problem.setMargin(WIDE)
        self._shown = QStackedWidget()
        for page in (self._image, self._text, self._problem):
            self._shown.addWidget(page)
        self._play = checkable(flat(named(QToolButton(), "exportPlay", "Play the preview")), self._set_playing)
        self._play.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._slider = slider("exportSlider", "Previewed picture", "Choose the picture to preview", 0, 0, 0)
        self._slider.valueChanged.connect(self._take_position)
        self._position = named(QLabel(), "exportPlaceWords", "Position of the previewed picture")
        self._position.setMinimumWidth(self._position.fontMetrics().horizontalAdvance(WIDEST_POSITION))
        self._busy_delay = delayed(self, self._image.note.show, BUSY_DELAY_MS)
        self._ticks = repeated(self, self._step)
        self._lay_out()
        self._set_playing(False)

    def show_export(self, export: Export | ComparisonFigure | WebPage, spec: ExportSpec) -> None:
        """Preview an export, at the same share of the way as the last one."""
        self._shown.setCurrentWidget(self._image)
        self._export, self._spec = export, spec
        count = export.count if spec.what in FILMS | {"stages"} else 1
        self._rate = spec.fps if spec.what in FILMS else STAGES_PER_SECOND
        self._ticks.setInterval(max(MIN_PERIOD_MS, round(1000 / self._rate)))
        self._navigation.setVisible(count > 1)
        if count == 1:
            self._play.setChecked(False)
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, count - 1)
            self._slider.setValue(round(self._share * (count - 1)))
        self._show_position()
        self._debounce.start()

    def show_text(self, text: Callable[[], str]) -> None:
        """Preview the beginning of the text that a function returns; it is called in the thread of the preview."""
        self._clear()
        self._play.setChecked(False)
        self._navigation.hide()
        self._background.ask("preview", lambda: text()[:MAX_TEXT], self._show_text)

    def show_problem(self, sentence: str) -> None:
        """Show why nothing can be exported."""
        self._clear()
        self._show_sentence(sentence)

    def close_thread(self) -> None:
        """Stop drawing."""
        for timer in (self._ticks, self._debounce, self._busy_delay):
            timer.stop()
        self._background.close()

    def _lay_out(self) -> None:
        self._navigation = row_widget(self._play, self._slider, self._position, stretched=self._slider)
        lay_out(QVBoxLayout(self), self._shown, self._navigation)

    def _take_position(self, picture: int) -> None:
        self._share = picture / max(self._slider.maximum(), 1)
        self._show_position()
        self._request()

    def _show_position(self) -> None:
        number = self._slider.value()
        if isinstance(self._export, Export) and self._spec.what == "stages":
            self._position.setText(Path(self._export.names()[number]).stem)
        else:
            self._position.setText(f"{number + 1:,} of {self._slider.maximum() + 1:,}")

    def _set_playing(self, playing: bool) -> None:
        self._play.setIcon(icon("pause" if playing else "play"))
        self._play.setToolTip("Pause" if playing else "Play the preview")
        self._play.setAccessibleName(self._play.toolTip())
        if playing:
            self._ticks.start()
        else:
            self._ticks.stop()

    def _step(self) -> None:
        """Go to the picture that is due next, and from the last to the first."""
        steps = max(1, round(self._rate * self._ticks.interval() / 1000))
        self._slider.setValue((self._slider.value() + steps) % (self._slider.maximum() + 1))

    def _request(self) -> None:
        if self._export is None:
            return
        draw = partial(self._export.preview, self._share, self._image.fitted_size(self._spec.pixels))
        self._background.ask("preview", draw, partial(self._show, self._spec))
        if not self._busy_delay.isActive():
            self._busy_delay.start()

    def _clear(self) -> None:
        """Forget the export that was previewed."""
        self._export = self._image.image = None
        self._debounce.stop()
        self._background.drop()
        self._end_busy()

    def _show(self, spec: ExportSpec, pixels: NDArray[np.uint8]) -> None:
        self._end_busy()
        self._image.show_pixels(pixels, spec.seen.view.theme, spec.pixels)
        self._shown.setCurrentWidget(self._image)

    def _show_text(self, text: str) -> None:
        self._text.setPlainText(text)
        self._shown.setCurrentWidget(self._text)

    def _show_sentence(self, sentence: str) -> None:
        self._end_busy()
        self._problem.setText(sentence)
        self._shown.setCurrentWidget(self._problem)

    def _end_busy(self) -> None:
        self._busy_delay.stop()
        self._image.note.hide()
