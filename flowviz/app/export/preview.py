"""A live preview of an export: the picture, and the way through those that are written."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from flowviz.app.export.preview_image import ExportPicture
from flowviz.app.notices.notice import Notice
from flowviz.app.style.icons import icon
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.widgets.controls import row
from flowviz.exporting.export import Export
from flowviz.specs import ExportSpec
from flowviz.specs.export import FILMS
from flowviz.specs.view import Theme

DEBOUNCE_MS = 60
PATIENCE_MS = 400  # before it is said that a picture takes its time
LEAST_PERIOD_MS = 33  # between two pictures of what plays
STAGES_PER_SECOND = 3


class ExportPreview(QWidget):
    """Draws in a thread; while it draws, the latest wish waits and all before are forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self._export: Export | None = None
        self._spec = ExportSpec()
        self._count, self._share, self._rate = 1, 1.0, float(STAGES_PER_SECOND)
        self._background = LatestWorker()
        self._background.failed.connect(self._take_failure)
        self._picture = ExportPicture()
        self._picture.resized.connect(self._ask_soon)
        self._play = _play_button()
        self._play.toggled.connect(self._set_playing)
        self._slider = _slider()
        self._slider.valueChanged.connect(self._take_place)
        self._words = QLabel()
        self._words.setObjectName("exportPlaceWords")
        self._words.setAccessibleName("The picture that is previewed")
        self._words.setMinimumWidth(self._words.fontMetrics().horizontalAdvance("00,000 of 00,000"))
        self._debounce = self._timer(DEBOUNCE_MS, self._ask)
        self._patience = self._timer(PATIENCE_MS, lambda: self._picture.set_busy(True))
        self._ticks = QTimer(self)
        self._ticks.timeout.connect(self._step)
        self._lay_out()
        self._set_playing(False)

    def show_export(self, export: Export, spec: ExportSpec) -> None:
        """Preview this one, at the same place as the one before."""
        self._export, self._spec = export, spec
        self._count = export.count if spec.what in FILMS | {"stages"} else 1
        self._rate = spec.fps if spec.what in FILMS else STAGES_PER_SECOND
        self._ticks.setInterval(max(LEAST_PERIOD_MS, round(1000 / self._rate)))
        self._ways.setVisible(self._count > 1)
        if self._count == 1:
            self._play.setChecked(False)
        self._slider.blockSignals(True)
        self._slider.setRange(0, self._count - 1)
        self._slider.setValue(round(self._share * (self._count - 1)))
        self._slider.blockSignals(False)
        self._say_place()
        self._ask_soon()

    def show_problem(self, sentence: str) -> None:
        """Say why nothing can be written."""
        self._export = None
        self._debounce.stop()
        self._background.drop()
        self._end_waiting()
        self._picture.show_sentence(sentence)

    def close_thread(self) -> None:
        """Draw no more."""
        for timer in (self._ticks, self._debounce, self._patience):
            timer.stop()
        self._background.close()

    def _lay_out(self) -> None:
        self._ways = QWidget()
        line = row(self._play, self._slider, self._words, stretched=self._slider)
        line.setContentsMargins(0, 0, 0, 0)
        self._ways.setLayout(line)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._picture, stretch=1)
        layout.addWidget(self._ways)

    def _take_place(self, picture: int) -> None:
        self._share = picture / max(self._count - 1, 1)
        self._say_place()
        self._ask()

    def _say_place(self) -> None:
        number = self._slider.value()
        if self._export is not None and self._spec.what == "stages":
            self._words.setText(Path(self._export.names()[number]).stem)
        else:
            self._words.setText(f"{number + 1:,} of {self._count:,}")

    def _set_playing(self, playing: bool) -> None:
        self._play.setIcon(icon("pause" if playing else "play"))
        self._play.setToolTip("Stop playing" if playing else "Play what is written")
        self._play.setAccessibleName(self._play.toolTip())
        (self._ticks.start if playing else self._ticks.stop)()

    def _step(self) -> None:
        """On to the next picture that a display can show; from the last one to the first."""
        steps = max(1, round(self._rate * self._ticks.interval() / 1000))
        self._slider.setValue((self._slider.value() + steps) % self._count)

    def _ask_soon(self) -> None:
        self._debounce.start()

    def _ask(self) -> None:
        if self._export is not None:
            size, theme = self._picture.room(self._spec.pixels), self._spec.seen.view.theme
            drawn = partial(self._export.preview, self._share, size)
            self._background.ask("preview", drawn, partial(self._show, theme))
            if not self._patience.isActive():
                self._patience.start()

    def _show(self, theme: Theme, pixels: NDArray[np.uint8]) -> None:
        self._end_waiting()
        self._picture.show_pixels(pixels, theme)

    def _take_failure(self, notice: Notice) -> None:
        self._end_waiting()
        self._picture.show_sentence(notice.text)

    def _end_waiting(self) -> None:
        self._patience.stop()
        self._picture.set_busy(False)

    def _timer(self, milliseconds: int, run: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(run)
        return timer


def _play_button() -> QToolButton:
    found = QToolButton()
    found.setObjectName("exportPlay")
    found.setAutoRaise(True)
    found.setCheckable(True)
    found.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return found


def _slider() -> QSlider:
    found = QSlider(Qt.Orientation.Horizontal)
    found.setObjectName("exportSlider")
    found.setAccessibleName("Which picture is previewed")
    found.setToolTip("The way through all that is written")
    return found
