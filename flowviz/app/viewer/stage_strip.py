"""The stage strip: a small picture of each stage, and a bar for its share of the total stretching."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

from flowviz.app.state.view import View, ViewState

MIN_SIDE, MAX_SIDE = 26, 96  # side of a picture, in logical pixels
GAP, BAR_HEIGHT, FRAME = 4, 18, 4  # logical pixels


class StageStrip(QWidget):
    """Row of small pictures; a click on one goes to its stage."""

    side_changed = pyqtSignal()

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._view = view
        self.setObjectName("stageStrip")
        self.setAccessibleName("Small pictures of all stages")
        self.setAccessibleDescription("The bars below show each stage's share of the total stretching")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._titles: list[str] = [""]
        self._shares: NDArray[np.float64] = np.zeros(1)
        self._height_limit: int | None = None  # pixels
        self._pictures: list[QImage] = []
        self._pixels: NDArray[np.uint8] | None = None
        view.changed.connect(self._on_view_changed)

    @property
    def side(self) -> int:
        """The side of a picture in device pixels."""
        return round(self._side() * self.devicePixelRatioF())

    def limit_height(self, height: int | None) -> None:
        """Show the pictures alone, as large as a height in pixels allows. None shows the bars again."""
        if height != self._height_limit:
            self._height_limit = height
            self._update_side()

    def set_stages(self, titles: list[str], shares: NDArray[np.float64]) -> None:
        """Set the titles of the stages and their shares (stages,) of the total stretching."""
        if titles == self._titles and np.array_equal(shares, self._shares):
            return
        has_other_length = len(titles) != len(self._titles)
        self._titles, self._shares = titles, shares
        if has_other_length:
            self._pictures = []
            self._update_side()
        self.update()

    def show_pictures(self, pictures: NDArray[np.uint8]) -> None:
        """Show a picture of each stage: RGBA pixels (stages, side, side, 4)."""
        self._pixels = np.ascontiguousarray(pictures)  # QImage does not own its pixels
        _, height, width, _ = self._pixels.shape
        self._pictures = [
            QImage(picture.data, width, height, QImage.Format.Format_RGBX8888) for picture in self._pixels
        ]
        self.update()

    @property
    def _stage(self) -> int:
        return self._view.value.stage

    def _on_view_changed(self, old: View, new: View) -> None:
        if old.stage != new.stage:
            self.update()

    def _side(self) -> int:
        """Return the side of a picture: small enough for all of them to fit, but not below the minimum."""
        room = self.width() // len(self._titles) - GAP
        if self._height_limit is not None:
            return max(min(max(room, MIN_SIDE), self._height_limit - FRAME), 1)
        return min(max(room, MIN_SIDE), MAX_SIDE)

    def _pitch(self) -> float:
        """Return the distance between neighboring pictures: an equal share of the width if all of them fit."""
        return max(self.width() / len(self._titles), self._side() + GAP)

    def _scroll_offset(self) -> float:
        """Return how far the strip is scrolled, so that the current picture is as close to the middle as possible."""
        overflow = self._pitch() * len(self._titles) - self.width()
        return min(max((self._stage + 0.5) * self._pitch() - self.width() / 2, 0), max(overflow, 0))

    def _place(self, stage: int) -> QRect:
        """Return the rectangle of a stage's picture."""
        left = round((stage + 0.5) * self._pitch() - self._scroll_offset() - self._side() / 2)
        return QRect(QPoint(left, 1), QSize(self._side(), self._side()))

    def _stage_at(self, x: float) -> int | None:
        for stage in range(len(self._titles)):
            place = self._place(stage)
            if place.left() - GAP / 2 <= x < place.right() + 1 + GAP / 2:
                return stage
        return None

    def _update_side(self) -> None:
        bars = BAR_HEIGHT if self._height_limit is None else 0
        self.setFixedHeight(self._side() + bars + FRAME)
        self.side_changed.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        accent, frame = (self.palette().color(role) for role in (QPalette.ColorRole.Accent, QPalette.ColorRole.Mid))
        largest = max(float(self._shares.max()), 1e-9)
        for stage in range(len(self._titles)):
            place = self._place(stage)
            if stage < len(self._pictures):
                painter.drawImage(place, self._pictures[stage])
            is_current = stage == self._stage
            painter.setPen(QPen(accent if is_current else frame, 2 if is_current else 1))
            painter.drawRect(place)
            if self._height_limit is not None:
                continue
            height = round((BAR_HEIGHT - 2) * float(self._shares[stage]) / largest)
            painter.fillRect(QRect(place.left(), self.height() - height, place.width() + 1, height), accent)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._update_side()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            stage = self._stage_at(event.position().x())
            if stage is not None:
                self._view.set_stage(stage)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is None:
            return
        stage = self._stage_at(event.position().x())
        if stage is None:
            QToolTip.hideText()
        else:
            text = f"{self._titles[stage]}: {self._shares[stage]:.0%} of the total stretching"
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
