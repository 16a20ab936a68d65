"""The stage slider below the strip, and the label with the position of the stage."""

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from flowviz.app.state.binding import Binding
from flowviz.app.state.view import ViewState
from flowviz.app.style import tokens
from flowviz.app.widgets.controls import lay_out, named
from flowviz.app.widgets.font_follower import FontFollower
from flowviz.app.widgets.jump_slider import JumpSlider


class StageSlider(FontFollower, QWidget):
    """Slider over the stages of the flow.

    Attributes:
        slider: The slider itself.
        label: Number or time of the current stage, for the window to place where there is room.
    """

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._titles = self._positions = [""]
        self.slider = named(
            JumpSlider(),
            "layerScrubber",
            "Layer",
            description="Stage of the flow: 0 is the base, the last one the target",
        )
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.label = named(QLabel(), "stageLabel", "Position of the stage")
        self.setFocusProxy(self.slider)
        # The margins are as wide as the window while there is one stage, and must not keep it from becoming narrower.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._layout = lay_out(QHBoxLayout(self), self.slider)
        self._stage = Binding(view, lambda value: value.stage, self._show_stage, view.set_stage)
        self.slider.valueChanged.connect(self._stage.request)

    def set_stages(self, positions: list[str], titles: list[str]) -> None:
        """Set the position of each stage, such as "Stage 7 of 19", and its title."""
        self._positions, self._titles = positions, titles
        self.fit_font()
        self._stage.refresh()

    def align(self, first: float) -> None:
        """Align the ends with the pictures of the first and the last stage, given the distance of both from an edge."""
        margin = max(0, round(first - self.slider.handle().width() / 2))
        self._layout.setContentsMargins(margin, 0, margin, 0)

    def _show_stage(self, stage: int) -> None:
        last = len(self._titles) - 1
        stage = min(stage, last)
        self.slider.setMaximum(last)
        self.slider.setValue(stage)
        self.label.setText(self._positions[stage])
        self.label.setToolTip(self._titles[stage])

    def fit_font(self) -> None:
        """Reserve room for the longest position, so that nothing moves from stage to stage."""
        widths = map(self.fontMetrics().horizontalAdvance, self._positions)
        self.label.setMinimumWidth(max(widths) + tokens.GAP)
