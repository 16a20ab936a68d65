"""What is shown of the flow, and what the mouse does: the bar above the cloud, whose actions the menus share."""

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent
from PyQt6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from flowviz.app.commands.actions import let_check
from flowviz.app.style.icons import icon
from flowviz.app.viewer.cloud_view import Tool
from flowviz.app.widgets.choice_words import COLORS, DIRECTIONS, MARKS
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.specs import Seen
from flowviz.specs.view import Mark

TOOLS: Mapping[Tool, tuple[str, str, str]] = {
    "move": ("&Move", "Ctrl+Shift+M", "Drag to pan; click a particle to select it"),
    "rectangle": ("&Rectangle", "Ctrl+Shift+R", "Drag to select; Shift adds, Alt takes away"),
    "lasso": ("&Lasso", "Ctrl+Shift+L", "Draw around particles to select them; Shift adds, Alt takes away"),
    "probe": ("Pro&be", "Ctrl+Shift+P", "Follow the point under the mouse through all stages"),
}
WORDS_FROM = 75  # characters of width: then the words of the buttons have room
WITH_WORDS = Qt.ToolButtonStyle.ToolButtonTextBesideIcon


class ViewBar(QWidget):
    """Announces what is chosen."""

    marks_chosen = pyqtSignal(object)  # frozenset of Mark
    color_chosen = pyqtSignal(object)
    direction_chosen = pyqtSignal(object)
    tool_chosen = pyqtSignal(str)
    beside_toggled = pyqtSignal(bool)
    overview_toggled = pyqtSignal(bool)
    selection_inverted = pyqtSignal()
    selection_cleared = pyqtSignal()
    fit_requested = pyqtSignal()
    stage_fit_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._direction = ChoiceBox("directionBox", "Direction", DIRECTIONS)
        self._direction.chosen.connect(self.direction_chosen)
        self._color = ChoiceBox("colorBox", "Color by", COLORS)
        self._color.chosen.connect(self.color_chosen)
        self.mark_actions = {mark: self._toggle(mark, f"{mark}Action", *texts) for mark, texts in MARKS.items()}
        self.mark_actions["points"].setChecked(True)
        for action in self.mark_actions.values():
            action.toggled.connect(lambda: self.marks_chosen.emit(self.marks()))
        self.beside_action = self._toggle(
            "beside", "besideAction", "Be&side", "Ctrl+5", "Density and grid beside the points"
        )
        self.beside_action.toggled.connect(self.beside_toggled)
        self.overview_action = self._toggle(
            "overview",
            "overviewAction",
            "&Overview",
            "Ctrl+6",
            "All stages in one figure, without their densities; click one to go there",
        )
        self.overview_action.toggled.connect(self.overview_toggled)
        self.tool_actions = self._tools()
        self.invert_action = self._command("invert", "&Invert Selection", "Ctrl+Shift+I", "Select all the others")
        self.invert_action.triggered.connect(lambda: self.selection_inverted.emit())
        self.clear_action = self._command("deselect", "&Clear Selection", "Ctrl+Shift+A", "Select nothing")
        self.clear_action.triggered.connect(lambda: self.selection_cleared.emit())
        self.fit_action = self._command(
            "fitthecloud",
            "&Fit the Cloud",
            "Ctrl+0",
            "Follow the cloud again: as wide at each stage as it is there",
        )
        self.fit_action.triggered.connect(lambda: self.fit_requested.emit())
        self.fit_stage_action = self._command(
            "fitthisstage", "Fit This &Stage", "Ctrl+Shift+0", "Show the cloud of this stage as large as it goes"
        )
        self.fit_stage_action.triggered.connect(lambda: self.stage_fit_requested.emit())
        self._lay_out()

    def marks(self) -> frozenset[Mark]:
        """What is to be drawn."""
        return frozenset(mark for mark, action in self.mark_actions.items() if action.isChecked())

    def show_seen(self, seen: Seen) -> None:
        """Choose what was chosen before: direction, color, marks, beside, overview."""
        self._direction.choose(seen.direction)
        self._color.choose(seen.view.color_by)
        for mark, action in self.mark_actions.items():
            action.setChecked(mark in seen.view.marks)
        self.beside_action.setChecked(seen.view.beside)
        self.show_overview(seen.overview)

    def show_tool(self, tool: Tool) -> None:
        """Choose a tool."""
        self.tool_actions[tool].trigger()

    def show_overview(self, shown: bool) -> None:
        """Choose the overview, or a single stage."""
        self.overview_action.setChecked(shown)

    def set_selected(self, count: int) -> None:
        """How many particles are selected."""
        self.clear_action.setEnabled(count > 0)

    def _tools(self) -> dict[Tool, QAction]:
        group, actions = QActionGroup(self), dict[Tool, QAction]()
        for tool, texts in TOOLS.items():
            action = self._toggle(tool, f"{tool}Tool", *texts)
            action.triggered.connect(lambda _, tool=tool: self.tool_chosen.emit(tool))
            group.addAction(action)
            actions[tool] = action
        actions["move"].setChecked(True)
        return actions

    def _toggle(self, icon_name: str, object_name: str, text: str, key: str, tip: str) -> QAction:
        action = self._command(icon_name, text, key, tip)
        action.setObjectName(object_name)
        let_check(action)
        return action

    def _command(self, icon_name: str, text: str, key: str, tip: str) -> QAction:
        action = QAction(icon(icon_name), text, self)
        action.setShortcut(QKeySequence(key))
        action.setToolTip(f"{tip} ({key})")
        return action

    def _lay_out(self) -> None:
        chosen = [
            WrappingRow(6, _label(text, box), box)
            for text, box in (("Direction", self._direction), ("Color by", self._color))
        ]
        marks = [_button(action) for action in (*self.mark_actions.values(), self.beside_action)]
        tools = [_button(action) for action in self.tool_actions.values()]
        selection = [_button(action) for action in (self.invert_action, self.clear_action)]
        overview = [_button(self.overview_action)]
        self._worded = overview + marks
        fits = [_button(action) for action in (self.fit_action, self.fit_stage_action)]
        fits[1].setObjectName("fitStageButton")
        groups = [WrappingRow(3, *buttons) for buttons in (tools, selection, fits, overview, marks)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(WrappingRow(12, *chosen, *groups))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Where the words would take four lines, the icons say it."""
        has_words = self.width() > WORDS_FROM * self.fontMetrics().averageCharWidth()
        for button in self._worded:
            button.setToolButtonStyle(WITH_WORDS if has_words else Qt.ToolButtonStyle.ToolButtonIconOnly)
        super().resizeEvent(event)


def _label(text: str, box: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(box)
    return label


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    name = action.text().replace("&", "")
    button.setObjectName(f"{name.split()[0].lower()}Button")
    button.setAccessibleName(name)
    return button
