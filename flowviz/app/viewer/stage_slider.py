"""The stage slider, below the pictures of the stages, and the title of the stage."""

from PyQt6.QtCore import QEvent
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from flowviz.app.state.view import ViewState
from flowviz.app.widgets.jump_slider import JumpSlider


class StageSlider(QWidget):
    """Slider over the stages of the flow."""

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._view = view
        self._titles: list[str] = [""]  # such as "7 of 19 · Coupling: moves points up and down"
        self._is_showing = False
        self.slider = JumpSlider()
        self.slider.setObjectName("layerScrubber")
        self.slider.setAccessibleName("Layer")
        self.slider.setAccessibleDescription("Stage of the flow: 0 is the base, the last one the target")
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(1)
        self.slider.valueChanged.connect(self._request)

        self.label = QLabel()  # the window places it where there is room
        self.label.setObjectName("stageLabel")
        self.label.setAccessibleName("Name of the stage")

        self.setFocusProxy(self.slider)
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self.slider)
        view.changed.connect(self._show)

    def set_titles(self, titles: list[str]) -> None:
        """Set the titles of the stages, such as "7 of 19 · Coupling: moves points up and down"."""
        if titles == self._titles:
            return
        self._titles = titles
        self._is_showing = True
        self.slider.setMaximum(len(titles) - 1)
        self._is_showing = False
        self._widen_label()
        self._show()
        self._align()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._align()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._widen_label()
        super().changeEvent(event)

    def _show(self) -> None:
        stage = min(self._view.value.stage, len(self._titles) - 1)
        self._is_showing = True
        self.slider.setValue(stage)
        self._is_showing = False
        self.label.setText(_term(self._titles[stage]))
        self.label.setToolTip(self._titles[stage])

    def _request(self, stage: int) -> None:
        if not self._is_showing:
            self._view.set_stage(stage)

    def _widen_label(self) -> None:
        """Keep room for the longest title, so that nothing moves from stage to stage."""
        metrics = self.fontMetrics()
        self.label.setMinimumWidth(
            max((metrics.horizontalAdvance(_term(title)) for title in self._titles), default=0) + 8
        )

    def _align(self) -> None:
        """Place each position of the handle below the middle of its stage's picture in the strip."""
        margin = max(0, round((self.width() / max(len(self._titles), 1) - self.slider.handle().width()) / 2))
        self._layout.setContentsMargins(margin, 0, margin, 0)


def _term(title: str) -> str:
    """Return the title without the description of what the stage does."""
    return title.partition(":")[0]
