"""The view bar above the cloud: what is drawn, and the tools of the mouse. The menus share its actions."""

from collections.abc import Mapping
from functools import partial

from PyQt6.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent
from PyQt6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from flowviz.app.commands.actions import make_checkable
from flowviz.app.state.binding import bind, bind_checked, bind_choice
from flowviz.app.state.view import Tool, View, ViewState
from flowviz.app.style.icons import icon
from flowviz.app.widgets.choice_words import COLORS, DIRECTIONS, MARKS
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.rendering.projection import can_split, is_split
from flowviz.specs.view import Mark

BESIDE = "Be&side", "Ctrl+5", "Show density, grid and velocity beside the particles; turn one of them on first"
OVERVIEW = "&Overview", "Ctrl+6", "Show all stages in one figure; click a stage to open it"
FOLLOW = "Follo&w the Cloud", "Ctrl+9", "Following frames the cloud at every stage; Fixed keeps what is visible"
NOT_COMPARING = ". Not available in a comparison, which shows all clouds alike"
FOLLOWING, FIXED = "Following", "Fixed"
TOOLS: Mapping[Tool, tuple[str, str, str]] = {
    "move": ("&Pan", "Ctrl+Shift+M", "Drag to pan; turn the wheel to zoom"),
    "rectangle": ("&Rectangle", "Ctrl+Shift+R", "Drag or click to select; hold Shift to add, Alt to remove"),
    "lasso": ("&Lasso", "Ctrl+Shift+L", "Draw around particles to select them; hold Shift to add, Alt to remove"),
    "probe": ("Pro&be", "Ctrl+Shift+P", "Follow the point under the mouse through all stages"),
    "bend": (
        "Ben&d",
        "Ctrl+Shift+D",
        "Drag points to bend what this layer does there; the wheel sets the width",
    ),
}
MAX_LINES = 2  # of buttons with text; a narrower bar shows icons only, and no labels
GROUP_SPACING, LABEL_SPACING = 10, 6  # pixels
FILLED = 0.9  # share of a line that its buttons can fill
ICON, TEXT = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon


class ViewBar(QWidget):
    """Combo boxes and buttons that show and change how the flow is drawn."""

    fit_requested = pyqtSignal()
    stage_fit_requested = pyqtSignal()
    hold_requested = pyqtSignal()  # to keep what is visible

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._view, self._is_comparing = view, False
        self._direction = ChoiceBox("directionBox", "Direction", DIRECTIONS)
        self._color = ChoiceBox("colorBox", "Color by", COLORS)
        self.mark_actions = {mark: self._toggle(mark, f"{mark}Action", *texts) for mark, texts in MARKS.items()}
        self.mark_actions["target"].setIconText("Target")  # a short text for its button
        self.beside_action = self._toggle("beside", "besideAction", *BESIDE)
        self.overview_action = self._toggle("overview", "overviewAction", *OVERVIEW)
        self.tool_actions = self._create_tools()
        self.invert_action = self._command("invert", "&Invert Selection", "Ctrl+Shift+I", "Select all other particles")
        self.clear_action = self._command(
            "deselect", "&Clear Selection", "Ctrl+Shift+A", "Deselect all particles, as Esc does"
        )
        self.fit_action = self._command("fitthecloud", "&Fit the Cloud", "Ctrl+0", "Follow the cloud at every stage")
        self.fit_stage_action = self._command("fitthisstage", "Fit This &Stage", "Ctrl+Shift+0", "Zoom to this stage")
        self.follow_action = self._toggle("following", "followAction", *FOLLOW)
        self._lay_out()
        self._connect()
        self._bind()

    def set_comparing(self, comparing: bool) -> None:
        """Disable the actions that do not apply to several clouds, and say so."""
        self._is_comparing = comparing
        for action in (self.beside_action, self.overview_action, self.fit_stage_action, self.follow_action):
            tip = action.toolTip().removesuffix(NOT_COMPARING)
            action.setToolTip(tip + NOT_COMPARING if comparing else tip)
        self._enable(self._view.value)

    def _connect(self) -> None:
        view = self._view
        self.invert_action.triggered.connect(lambda: view.invert_selection())
        self.clear_action.triggered.connect(lambda: view.set_selection(None))
        self.fit_action.triggered.connect(lambda: self.fit_requested.emit())
        self.fit_stage_action.triggered.connect(lambda: self.stage_fit_requested.emit())

    def _bind(self) -> None:
        view = self._view
        bind_choice(view, lambda value: value.seen.direction, self._direction, view.set_direction)
        bind_choice(
            view,
            lambda value: value.seen.view.color_by,
            self._color,
            lambda color_by: view.update_view(color_by=color_by),
        )
        for mark, action in self.mark_actions.items():
            bind_checked(view, partial(_shows, mark), action, partial(view.set_mark, mark))
        bind_checked(
            view,
            lambda value: is_split(value.seen.view),
            self.beside_action,
            lambda beside: view.update_view(beside=beside),
        )
        bind_checked(
            view, lambda value: value.seen.overview, self.overview_action, lambda shown: view.update(overview=shown)
        )
        bind(
            view,
            lambda value: value.seen.fitted,
            self._show_following,
            self.follow_action.toggled,
            self.follow_action.isChecked,
            lambda follows: view.follow() if follows else self.hold_requested.emit(),
        )
        view.changed.connect(lambda _, value: self._enable(value))
        self._enable(view.value)

    def _enable(self, view: View) -> None:
        shows_stage = not view.seen.overview and not self._is_comparing
        self.beside_action.setEnabled(can_split(view.seen.view) and not self._is_comparing)
        self.overview_action.setEnabled(not self._is_comparing)
        self.clear_action.setEnabled(view.selection is not None)
        self.fit_stage_action.setEnabled(shows_stage)
        self.follow_action.setEnabled(shows_stage)

    def _show_following(self, follows: bool) -> None:
        self.follow_action.setChecked(follows)
        self.follow_action.setIconText(FOLLOWING if follows else FIXED)
        self.follow_action.setIcon(icon("following" if follows else "fixed"))

    def _create_tools(self) -> dict[Tool, QAction]:
        group, actions = QActionGroup(self), dict[Tool, QAction]()
        for tool, texts in TOOLS.items():
            actions[tool] = self._toggle(tool, f"{tool}Tool", *texts)
            actions[tool].setData(tool)
            group.addAction(actions[tool])

        def checked() -> Tool:
            action = group.checkedAction()
            assert action is not None
            tool: Tool = action.data()
            return tool

        bind(
            self._view,
            lambda value: value.tool,
            lambda tool: actions[tool].setChecked(True),
            group.triggered,
            checked,
            self._view.set_tool,
        )
        return actions

    def _toggle(self, icon_name: str, object_name: str, text: str, key: str, tip: str) -> QAction:
        action = self._command(icon_name, text, key, tip)
        action.setObjectName(object_name)
        make_checkable(action)
        return action

    def _command(self, icon_name: str, text: str, key: str, tip: str) -> QAction:
        action = QAction(icon(icon_name), text, self)
        action.setShortcut(QKeySequence(key))
        action.setToolTip(f"{tip} ({key})")
        return action

    def _lay_out(self) -> None:
        self._labels = _label("Direction", self._direction), _label("Color by", self._color)
        labeled = zip(self._labels, (self._direction, self._color), strict=True)
        boxes = [WrappingRow(LABEL_SPACING, label, box) for label, box in labeled]
        marks = [_button(action) for action in (*self.mark_actions.values(), self.beside_action)]
        tools = [_button(action) for action in self.tool_actions.values()]
        for tool, button in zip(self.tool_actions, tools, strict=True):
            button.setObjectName(f"{tool}Button")
        selection = [_button(action) for action in (self.invert_action, self.clear_action)]
        overview = [_button(self.overview_action)]
        frames = [_button(self.follow_action, FollowButton()), _button(self.fit_stage_action)]
        frames[1].setObjectName("fitStageButton")
        self._labeled = [*overview, *marks, frames[0]]
        groups = [WrappingRow(3, *buttons) for buttons in (frames, tools, selection, overview, marks)]
        self._selection = groups[2]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._row = WrappingRow(GROUP_SPACING, *boxes, *groups)
        layout.addWidget(self._row)
        self._set_style(TEXT)

    def _set_style(self, style: Qt.ToolButtonStyle) -> None:
        for button in self._labeled:
            button.setToolButtonStyle(style)

    def _choose_style(self) -> None:
        """Show less before the bar takes room from the cloud: the Select menu has the buttons that are hidden last."""
        for style, labeled, complete in (
            (TEXT, True, True), (TEXT, False, True), (ICON, True, True), (ICON, False, True), (ICON, False, False),
        ):  # fmt: skip
            self._set_style(style)
            self._show_labels(labeled)
            self._selection.setHidden(not complete)
            if self._row.sizeHint().width() <= MAX_LINES * FILLED * self.width():
                return

    def _show_labels(self, shown: bool) -> None:
        for label in self._labels:
            label.setHidden(not shown)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._choose_style()
        self._row.rearrange()  # before the first picture
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._choose_style()


def _shows(mark: Mark, view: View) -> bool:
    return mark in view.seen.view.marks


def _label(text: str, box: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(box)
    return label


class FollowButton(QToolButton):
    """Button with room for either of its texts, so that what is beside it does not move."""

    def sizeHint(self) -> QSize:
        size, metrics = super().sizeHint(), self.fontMetrics()
        spare = metrics.horizontalAdvance(FOLLOWING) - metrics.horizontalAdvance(self.text())
        return QSize(size.width() + (0 if self.toolButtonStyle() == ICON else spare), size.height())


def _button(action: QAction, button: QToolButton | None = None) -> QToolButton:
    button = button or QToolButton()
    button.setDefaultAction(action)
    name = action.text().replace("&", "")
    button.setObjectName(f"{name.split()[0].lower()}Button")
    button.setAccessibleName(name)
    return button
