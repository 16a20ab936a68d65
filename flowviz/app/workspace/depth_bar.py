"""The bar below the clouds: their depth, the tools, the selection and the camera."""

from collections.abc import Mapping
from time import perf_counter

from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from flowviz.app.pane import view_bar
from flowviz.app.state.binding import Binding
from flowviz.app.state.view import Tool
from flowviz.app.style.icons import icon
from flowviz.app.threads.delay import repeated
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.app.workspace.entrants import Compared, ComparedState
from flowviz.app.workspace.shared_view import SharedView, SharedViewState

TICKS = 960  # positions of the slider: a multiple of the most common numbers of stages
PLAY_SECONDS = 4.0  # from the base to the target
FRAME_PERIOD_MS = 33
SPACING = 6  # pixels
EVERYWHERE = ", which stand out in all clouds; hold Shift to add, Alt to remove"
TOOLS: Mapping[Tool, str] = {
    "move": "Drag to pan all clouds; turn the wheel to zoom",
    "rectangle": f"Drag to select particles{EVERYWHERE}",
    "lasso": f"Draw around particles to select them{EVERYWHERE}",
}


class DepthBar(QWidget):
    """Slider for the depth in all flows, a button that plays them, and buttons for tools, selection and camera."""

    def __init__(self, compared: ComparedState, shared: SharedViewState) -> None:
        super().__init__()
        self._compared, self._shared = compared, shared
        self.slider = DepthSlider()
        self.play_button = _tool_button(
            "playDepthButton", "play", "Play", "Play from the base to the target in all clouds"
        )
        self._fit = _tool_button("fitCloudsButton", "fitthecloud", "Fit", "Show all particles of all clouds")
        self._clear = _tool_button("clearParticlesButton", "deselect", "Clear", "Deselect all particles")
        self._ticks = repeated(self, self._advance, FRAME_PERIOD_MS)
        self._started = 0.0
        self._group = QButtonGroup(self)
        self._tools = {tool: self._tool(tool) for tool in TOOLS}
        self._lay_out()
        self._connect()
        self._show_view(shared.value)
        self._fit_steps(compared.value)

    @property
    def buttons(self) -> list[QToolButton]:
        """Return the buttons to the right of the slider."""
        return [*self._tools.values(), self._clear, self._fit]

    def step(self, steps: int) -> None:
        """Go forward, or back if negative, by a number of stages of the deepest flow."""
        self._ticks.stop()
        self._shared.set_depth(self._shared.value.depth + steps / max(self._compared.value.deepest, 1))

    def play(self) -> None:
        """Play from the base to the target, or stop playing."""
        if self._ticks.isActive():
            self._ticks.stop()
            return
        depth = self._shared.value.depth
        self._started = perf_counter() - (0.0 if depth >= 1 else depth) * PLAY_SECONDS
        self._ticks.start()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        base, target = QLabel("Base"), QLabel("Target")
        base.setBuddy(self.slider)
        layout.addWidget(self.play_button)
        layout.addWidget(base)
        layout.addWidget(self.slider, stretch=1)
        layout.addWidget(target)
        for button in self.buttons:
            layout.addWidget(button)

    def _connect(self) -> None:
        shared = self._shared
        self._depth: Binding[SharedView, int] = Binding(
            shared, lambda value: round(value.depth * TICKS), self.slider.setValue, self._choose
        )
        self.slider.valueChanged.connect(self._depth.request)
        self.play_button.clicked.connect(lambda: self.play())
        self._fit.clicked.connect(lambda: shared.follow())
        self._clear.clicked.connect(lambda: shared.clear_selection())
        shared.changed.connect(lambda _, new: self._show_view(new))
        self._compared.changed.connect(lambda _, new: self._fit_steps(new))

    def _choose(self, ticks: int) -> None:
        self._ticks.stop()
        self._shared.set_depth(ticks / TICKS)

    def _advance(self) -> None:
        depth = (perf_counter() - self._started) / PLAY_SECONDS
        deepest = max(self._compared.value.deepest, 1)
        self._shared.set_depth(round(depth * deepest) / deepest if self._shared.value.jumps else depth)
        if depth >= 1:
            self._ticks.stop()

    def _show_view(self, view: SharedView) -> None:
        self._tools[view.tool].setChecked(True)
        self._fit.setEnabled(view.frame is not None)
        self._clear.setEnabled(view.selection is not None)

    def _fit_steps(self, compared: Compared) -> None:
        """Let arrow keys move by one stage of the deepest flow."""
        step = max(round(TICKS / max(compared.deepest, 1)), 1)
        if step != self.slider.singleStep():
            self.slider.setSingleStep(step)
            self.slider.setPageStep(step)
            self.slider.setTickInterval(step)

    def _tool(self, tool: Tool) -> QToolButton:
        entry = view_bar.TOOLS[tool]
        tip = f"{TOOLS[tool]} ({entry.key})"
        button = _tool_button(f"{tool}CloudsButton", tool, entry.title.replace("&", ""), tip)
        button.setShortcut(str(entry.key))
        button.setCheckable(True)
        self._group.addButton(button)
        button.clicked.connect(lambda: self._shared.set_tool(tool))
        return button


class DepthSlider(JumpSlider):
    """Slider for the depth in all flows."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("depthSlider")
        self.setAccessibleName("Depth")
        self.setAccessibleDescription(
            "How far the particles have moved through the flow: from the base, on the left, to the target, on the right"
        )
        self.setToolTip(
            "How far the particles have moved through each flow, from its first to its last layer (arrow keys)"
        )
        self.setRange(0, TICKS)
        self.setTickPosition(JumpSlider.TickPosition.TicksBelow)


def _tool_button(object_name: str, icon_name: str, text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(object_name)
    button.setIcon(icon(icon_name))
    button.setText(text)
    button.setAccessibleName(text)
    button.setToolTip(tip)
    return button
