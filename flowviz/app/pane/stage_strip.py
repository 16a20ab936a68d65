"""The stage strip: a small picture of each stage, its edits, and a bar for its share of the total stretching."""

from collections.abc import Callable, Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QPointF, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QContextMenuEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PyQt6.QtWidgets import QToolTip, QWidget

from flowviz import rendering
from flowviz.app.editing.edit_mark import draw_edit
from flowviz.app.state.edits import EditsState
from flowviz.app.state.view import ViewState
from flowviz.app.style.tokens import HAIRLINE, LINE, TIGHT, UNIT
from flowviz.app.widgets.controls import named
from flowviz.app.widgets.images import image_of
from flowviz.specs.shares import percent

MIN_SIDE, MAX_SIDE = 5 * TIGHT, 12 * UNIT  # side of a picture, in logical pixels
STEP_SIDE = 6 * UNIT  # of the picture of a step of an integrator: only as many steps as fit have one
MAX_IN_PRESENTATION = 8  # pictures of steps beside each other
GAP, BAR_HEIGHT, FRAME = TIGHT, 2 * UNIT, TIGHT  # logical pixels between, below and around the pictures
ABOUT = "The bars below show each stage's share of the total stretching"


class StageStrip(QWidget):
    """Row of small pictures; a click on one goes to its stage.

    The steps of an integrator, of which neighbors look alike, have a bar each, but only as many pictures as fit.
    """

    side_changed = pyqtSignal()
    menu_requested = pyqtSignal(int, QPoint)  # stage, and where on the screen

    def __init__(self, view: ViewState, edits: EditsState, align: Callable[[float], object]) -> None:
        """Create a strip of the base alone.

        Args:
            view: The view, whose stage is marked and chosen.
            edits: The edits of the layers.
            align: Aligns a slider with the strip, given the distance of the first stage from the left edge, which is
                that of the last one from the right edge.
        """
        super().__init__()
        self._view, self._edits, self._align = view, edits, align
        named(self, "stageStrip", "Small pictures of all stages")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("isFilled", True)  # for the ring around it
        self._titles: list[str] = [""]
        self._shares: NDArray[np.float64] = np.zeros(1)
        self._height_limit: int | None = None  # pixels
        self._is_thinned = False
        self._pictures: dict[int, QImage] = {}
        self._show_stage()
        view.observe(lambda value: value.stage, lambda _: self._show_stage())
        edits.observe(lambda value: (value.disabled, value.layers.keys()), lambda _: self.update())

    @property
    def side(self) -> int:
        """Return the side of a picture in device pixels."""
        return round(self._side() * self.devicePixelRatioF())

    def limit_height(self, height: int | None) -> None:
        """Show the pictures alone, as large as a height in pixels allows. None shows the bars again."""
        if height != self._height_limit:
            self._height_limit = height
            self._update_side()

    @property
    def pictured(self) -> tuple[int, ...]:
        """Return the stages with a picture; those of an integrator include the first and the last one."""
        last = len(self._titles) - 1
        if not self._is_thinned or not last:
            return tuple(range(last + 1))
        return rendering.spaced_stages(last, ceil((self._side() + GAP) / self._pitch()))

    def set_stages(self, titles: list[str], shares: NDArray[np.float64], *, thinned: bool = False) -> None:
        """Set the stages.

        Args:
            titles: The titles of the stages.
            shares: Their shares (stages,) of the total stretching, NaN if they are not known yet.
            thinned: Whether to leave out pictures for which there is no room.
        """
        has_other_stages = len(titles) != len(self._titles) or thinned != self._is_thinned
        self._titles, self._shares, self._is_thinned = titles, shares, thinned
        if has_other_stages:
            self._pictures = {}
            self._update_side()
        self._show_stage()

    def show_pictures(self, stages: Sequence[int], pictures: NDArray[np.uint8]) -> None:
        """Show a picture of each of the stages: RGBA pixels (stages, side, side, 4)."""
        self._pictures = {stage: image_of(picture) for stage, picture in zip(stages, pictures, strict=True)}
        self.update()

    @property
    def _stage(self) -> int:
        return self._view.value.stage

    def _show_stage(self) -> None:
        """Draw the strip at the current stage, whose title screen readers read."""
        title = self._titles[min(self._stage, len(self._titles) - 1)]
        self.setAccessibleDescription(f"{title}. {ABOUT}" if title else ABOUT)
        self.update()

    def _side(self) -> int:
        """Return the side of a picture: small enough for all of them to fit, but not below the minimum."""
        room = self.width() // len(self._titles) - GAP
        if self._height_limit is not None:
            room = self.width() // MAX_IN_PRESENTATION if self._is_thinned else max(room, MIN_SIDE)
            return max(min(room, self._height_limit - FRAME), 1)
        return STEP_SIDE if self._is_thinned else min(max(room, MIN_SIDE), MAX_SIDE)

    def _pitch(self) -> float:
        """Return the distance between neighboring stages; a few pictures are as close as their width allows."""
        whole, count = self._side() + GAP, len(self._titles)
        if self._is_thinned:
            return max(self.width() - whole, 1) / max(count - 1, 1)
        return max(self.width() / count, whole) if whole >= self.width() // count else whole

    def _left(self) -> float:
        """Return where the pictures begin: a few are centered, and many are scrolled to the current one."""
        room = self.width() - self._pitch() * len(self._titles)
        wanted = self.width() / 2 - (self._stage + 0.5) * self._pitch()  # so that the current one is in the middle
        return room / 2 if room > 0 else min(max(wanted, room), 0)

    def _center(self, stage: int) -> float:
        """Return the horizontal position of a stage."""
        if self._is_thinned:
            return (self._side() + GAP) / 2 + stage * self._pitch()
        return self._left() + (stage + 0.5) * self._pitch()

    def _place(self, stage: int) -> QRect:
        """Return the rectangle of a stage's picture."""
        left = round(self._center(stage) - self._side() / 2)
        return QRect(QPoint(left, 1), QSize(self._side(), self._side()))

    def _bar(self, stage: int) -> QRect:
        """Return the rectangle of the bar of a stage's share."""
        shares = np.nan_to_num(self._shares)
        height = round((BAR_HEIGHT - 2) * float(shares[stage]) / max(float(shares.max()), 1e-9))
        width = min(self._side() + 1, max(floor(self._pitch()) - 1, 1)) if self._is_thinned else self._side() + 1
        return QRect(round(self._center(stage) - width / 2), self.height() - height, width, height)

    def _stage_at(self, point: QPointF) -> int | None:
        """Return the stage whose picture is at a point, or the nearest one between and below those of an integrator."""

        def distance(stage: int) -> float:
            return abs(self._center(stage) - point.x())

        shown = min(self.pictured, key=distance)
        is_on_bars = self._is_thinned and point.y() > self._place(shown).bottom()
        if distance(shown) <= (self._side() + GAP) / 2 and not is_on_bars:
            return shown
        return min(range(len(self._titles)), key=distance) if self._is_thinned else None

    def _update_side(self) -> None:
        bars = BAR_HEIGHT if self._height_limit is None else 0
        self.setFixedHeight(self._side() + bars + FRAME)
        self.side_changed.emit()
        share = self.width() / len(self._titles)
        self._align(self._center(0) if self._is_thinned or self._pitch() < share else share / 2)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        roles = QPalette.ColorRole.Accent, QPalette.ColorRole.Mid, QPalette.ColorRole.Text
        accent, frame, text = (self.palette().color(role) for role in roles)
        edits = self._edits.value
        shown = min(self.pictured, key=lambda stage: abs(stage - self._stage))
        for stage in self.pictured:
            place = self._place(stage)
            if stage in self._pictures:
                painter.drawImage(place, self._pictures[stage])
            if not self._view.seen.view.marks:  # an empty frame would look as if its picture were missing
                painter.setPen(text)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(stage))
            if edit := edits.layers.get(stage):
                draw_edit(painter, place, edit, self.palette())
            is_current = stage == shown
            painter.setPen(QPen(accent if is_current else frame, LINE if is_current else HAIRLINE))
            painter.drawRect(place)
        if self._height_limit is None:
            for stage in range(len(self._titles)):
                painter.fillRect(self._bar(stage), frame if stage in edits.disabled else accent)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._update_side()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            stage = self._stage_at(event.position())
            if stage is not None:
                self._view.set_stage(stage)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        assert event is not None
        is_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        stage = self._stage if is_keyboard else self._stage_at(QPointF(event.pos()))
        if stage is not None:
            where = self.mapToGlobal(self._place(stage).center()) if is_keyboard else event.globalPos()
            self.menu_requested.emit(stage, where)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        stage = self._stage_at(event.position())
        if stage is None:
            QToolTip.hideText()
        else:
            share = self._shares[stage]
            text = self._titles[stage] + ("" if np.isnan(share) else f": {percent(share)} of the total stretching")
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
