"""The layer scrubber: a slider over the stages, below their pictures, and the name of the one chosen."""

from PyQt6.QtCore import QEvent, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from flowviz.app.widgets.jump_slider import JumpSlider


class StageSlider(QWidget):
    """Announces the stage that is chosen, by mouse or key."""

    stage_chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self._titles: list[str] = []
        self._slider = JumpSlider()
        self._slider.setObjectName("layerScrubber")
        self._slider.setAccessibleName("Layer")
        self._slider.setAccessibleDescription("The stage of the flow: 0 is the base, the last one the target")
        self._slider.setPageStep(1)
        self._slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self._slider.setTickInterval(1)
        self._slider.valueChanged.connect(self._choose)

        self.label = QLabel()  # the window puts it where there is room
        self.label.setObjectName("stageLabel")
        self.label.setAccessibleName("Name of the stage")

        self.setFocusProxy(self._slider)
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self._slider)

    def set_titles(self, titles: list[str]) -> None:
        """The titles of the stages, such as "7 of 19 · real_nvp"."""
        if titles == self._titles:
            return
        self._titles = titles
        self._slider.setMaximum(len(titles) - 1)
        self._widen_label()
        self.label.setText(titles[self._slider.value()])
        self._align()

    def set_stage(self, stage: int) -> None:
        """Choose a stage."""
        self._slider.setValue(stage)

    def step(self, stages: int) -> None:
        """Go so many stages on, or back, as far as they go."""
        self._slider.setValue(self._slider.value() + stages)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._align()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._widen_label()
        super().changeEvent(event)

    def _widen_label(self) -> None:
        """Nothing moves when another stage has a longer title."""
        metrics = self.fontMetrics()
        self.label.setMinimumWidth(max((metrics.horizontalAdvance(title) for title in self._titles), default=0) + 8)

    def _align(self) -> None:
        """Put each place of the handle below the middle of its stage's picture in the strip."""
        margin = max(0, round((self.width() / max(len(self._titles), 1) - self._slider.handle().width()) / 2))
        self._layout.setContentsMargins(margin, 0, margin, 0)

    def _choose(self, stage: int) -> None:
        self.label.setText(self._titles[stage])
        self.stage_chosen.emit(stage)
