"""The strip: a small picture of each stage, and below each how much of the change of areas is its doing."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

LEAST_SIDE, LARGEST_SIDE = 26, 96  # pixels of a picture
GAP, BAR_HEIGHT = 4, 18


class StageStrip(QWidget):
    """Announces the stage whose picture is clicked, or gone to by key; and the side in pixels that pictures need."""

    stage_clicked = pyqtSignal(int)
    side_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("stageStrip")
        self.setAccessibleName("Small pictures of all stages")
        self.setAccessibleDescription("Bars below them show the share of each stage in the change of areas")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._titles: list[str] = [""]
        self._shares: NDArray[np.float64] = np.zeros(1)
        self._pictures: list[QImage] = []
        self._pixels: NDArray[np.uint8] | None = None
        self._stage = 0

    @property
    def side(self) -> int:
        """How large a picture is, in pixels of the display."""
        return round(self._side() * self.devicePixelRatioF())

    def set_stages(self, titles: list[str], shares: NDArray[np.float64]) -> None:
        """The titles of the stages and their shares (stages,) in the change of areas."""
        changed = len(titles) != len(self._titles)
        self._titles, self._shares = titles, shares
        if changed:
            self._pictures = []
            self._resize()
        self.update()

    def show_pictures(self, pictures: NDArray[np.uint8]) -> None:
        """Show a picture a stage, (stages, side, side, 4)."""
        self._pixels = np.ascontiguousarray(pictures)  # kept: QImage does not own its pixels
        _, height, width, _ = self._pixels.shape
        self._pictures = [
            QImage(picture.data, width, height, QImage.Format.Format_RGBX8888) for picture in self._pixels
        ]
        self.update()

    def show_stage(self, stage: int) -> None:
        """Frame the picture of the stage that is looked at."""
        self._stage = stage
        self.update()

    def _side(self) -> int:
        """The side of a picture, so that all fit; where they would be too small, only those near the chosen one do."""
        room = self.width() // len(self._titles) - GAP
        return min(max(room, LEAST_SIDE), LARGEST_SIDE)

    def _pitch(self) -> float:
        """From one picture to the next: its share of the width, if all fit."""
        return max(self.width() / len(self._titles), self._side() + GAP)

    def _hidden(self) -> float:
        """How much is out of sight on the left: the chosen picture is in the middle, where there are more beside it."""
        spare = self._pitch() * len(self._titles) - self.width()
        return min(max((self._stage + 0.5) * self._pitch() - self.width() / 2, 0), max(spare, 0))

    def _place(self, stage: int) -> QRect:
        """Where the picture of a stage is."""
        left = round((stage + 0.5) * self._pitch() - self._hidden() - self._side() / 2)
        return QRect(QPoint(left, 1), QSize(self._side(), self._side()))

    def _stage_at(self, x: float) -> int | None:
        for stage in range(len(self._titles)):
            place = self._place(stage)
            if place.left() - GAP / 2 <= x < place.right() + 1 + GAP / 2:
                return stage
        return None

    def _resize(self) -> None:
        self.setFixedHeight(self._side() + BAR_HEIGHT + 4)
        self.side_changed.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        accent, quiet = (self.palette().color(role) for role in (QPalette.ColorRole.Highlight, QPalette.ColorRole.Mid))
        largest = max(float(self._shares.max()), 1e-9)
        for stage in range(len(self._titles)):
            place = self._place(stage)
            if stage < len(self._pictures):
                painter.drawImage(place, self._pictures[stage])
            chosen = stage == self._stage
            painter.setPen(QPen(accent if chosen else quiet, 2 if chosen else 1))
            painter.drawRect(place)
            height = round((BAR_HEIGHT - 2) * float(self._shares[stage]) / largest)
            painter.fillRect(QRect(place.left(), self.height() - height, place.width() + 1, height), accent)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._resize()
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        last = len(self._titles) - 1
        stages = {
            Qt.Key.Key_Left: max(self._stage - 1, 0),
            Qt.Key.Key_Right: min(self._stage + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event.key() in stages:
            self.stage_clicked.emit(stages[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            stage = self._stage_at(event.position().x())
            if stage is not None:
                self.stage_clicked.emit(stage)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is None:
            return
        stage = self._stage_at(event.position().x())
        if stage is None:
            QToolTip.hideText()
        else:
            text = f"{self._titles[stage]}: {self._shares[stage]:.0%} of the change of areas"
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
