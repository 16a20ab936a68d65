"""The layer scrubber: a slider over the stages, with the name of the one chosen, and a play button."""

from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QMouseEvent, QPainter, QPalette, QPixmap, QPolygonF
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSlider, QStyle, QStyleOptionSlider, QToolButton, QWidget

ICON_SIDE = 16  # pixels


class Scrubber(QWidget):
    """Announces the stage that is chosen, by mouse or key, and the play button."""

    stage_chosen = pyqtSignal(int)
    play_toggled = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._titles: list[str] = []
        self._play = QToolButton()
        self._play.setObjectName("playButton")
        self._play.setAutoRaise(True)
        self._play.clicked.connect(lambda: self.play_toggled.emit())
        self._playing = False

        self._slider = StageSlider()
        self._slider.setObjectName("layerScrubber")
        self._slider.setAccessibleName("Layer")
        self._slider.setAccessibleDescription("The stage of the flow: 0 is the base, the last one the target")
        self._slider.setPageStep(1)
        self._slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self._slider.setTickInterval(1)
        self._slider.valueChanged.connect(self._choose)

        self._label = QLabel()
        self._label.setObjectName("stageLabel")
        self._label.setAccessibleName("Name of the stage")

        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._play)
        layout.addWidget(self._slider, stretch=1)
        layout.addWidget(self._label)
        self.show_playing(False)

    def set_titles(self, titles: list[str]) -> None:
        """The titles of the stages, such as "7 of 19 · real_nvp"."""
        if titles == self._titles:
            return
        self._titles = titles
        self._slider.setMaximum(len(titles) - 1)
        widest = max(self._label.fontMetrics().horizontalAdvance(title) for title in titles)
        self._label.setMinimumWidth(widest + 8)
        self._label.setText(titles[self._slider.value()])

    def set_stage(self, stage: int) -> None:
        """Choose a stage."""
        self._slider.setValue(stage)

    def step(self, stages: int) -> None:
        """Go so many stages on, or back, as far as they go."""
        self._slider.setValue(self._slider.value() + stages)

    def show_playing(self, playing: bool) -> None:
        """Show what the play button will do."""
        self._playing = playing
        self._play.setIcon(_icon(playing, self.palette().color(QPalette.ColorRole.ButtonText)))
        self._play.setToolTip("Stop playing (Ctrl+Space)" if playing else "Play through the layers (Ctrl+Space)")
        self._play.setAccessibleName("Stop playing" if playing else "Play")

    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.show_playing(self._playing)
        super().changeEvent(event)

    def _choose(self, stage: int) -> None:
        self._label.setText(self._titles[stage])
        self.stage_chosen.emit(stage)


def _icon(playing: bool, color: QColor) -> QIcon:
    """Two bars while it plays, else a triangle. Drawn, since the icons of Fusion are dark in both themes."""
    picture = QPixmap(4 * ICON_SIDE, 4 * ICON_SIDE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(picture.width(), picture.height())
    if playing:
        painter.fillRect(QRectF(0.2, 0.15, 0.2, 0.7), color)
        painter.fillRect(QRectF(0.6, 0.15, 0.2, 0.7), color)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([QPointF(0.2, 0.1), QPointF(0.9, 0.5), QPointF(0.2, 0.9)]))
    painter.end()
    return QIcon(picture)


class StageSlider(QSlider):
    """A slider that goes where it is clicked, rather than one page in that direction."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        style, option = self.style(), QStyleOptionSlider()
        assert event is not None
        assert style is not None
        self.initStyleOption(option)
        complex_control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
        handle = style.subControlRect(complex_control, option, part, self)
        if event.button() == Qt.MouseButton.LeftButton and not handle.contains(event.position().toPoint()):
            x, width = event.position().x() - handle.width() / 2, self.width() - handle.width()
            self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), round(x), width))
        super().mousePressEvent(event)  # the handle is under the mouse now: a drag may follow
