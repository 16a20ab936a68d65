"""The view bar above the cloud: what is drawn, and the tools of the mouse. The menus share its actions."""

from collections.abc import Mapping
from functools import partial

from PyQt6.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QActionGroup, QResizeEvent
from PyQt6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from flowviz.app.commands.actions import Entry, create_action, enable_unless
from flowviz.app.state.binding import bind
from flowviz.app.state.known import Known, color_choice, colors_of
from flowviz.app.state.view import Tool, View, ViewState
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.choice_words import COLORS, DIRECTIONS, MARKS, color_choices
from flowviz.app.widgets.controls import ChoiceBox, label_of, named
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.form import bind_control
from flowviz.rendering.projection import can_split, is_split
from flowviz.specs.view import Mark

FOLLOWING, FIXED = "Following", "Fixed"
BESIDE = Entry(
    "beside", "Be&side", None, "Show density, grid and velocity beside the particles; turn one of them on first",
    "Ctrl+5", checked=False,
)  # fmt: skip
OVERVIEW = Entry(
    "overview", "&Overview", None, "Show all stages in one figure; click a stage to open it", "Ctrl+6", checked=False
)
FOLLOW = Entry(
    "follow", "Follo&w the Cloud", None, "Following frames the cloud at every stage; Fixed keeps what is visible",
    "Ctrl+9", checked=True,
)  # fmt: skip
FIT = Entry("fitthecloud", "&Fit the Cloud", None, "Follow the cloud at every stage", "Ctrl+0")
FIT_STAGE = Entry("fitthisstage", "Fit This &Stage", None, "Zoom to this stage", "Ctrl+Shift+0")
TOOLS: Mapping[Tool, Entry] = {
    "move": Entry(
        "move", "&Pan", None, "Drag to pan, as the middle button does with every tool", "Ctrl+Shift+M", checked=False
    ),
    "rectangle": Entry(
        "rectangle", "&Rectangle", None, "Drag or click to select; hold Shift to add, Alt to remove", "Ctrl+Shift+R",
        checked=False,
    ),
    "lasso": Entry(
        "lasso", "&Lasso", None, "Draw around particles to select them; hold Shift to add, Alt to remove",
        "Ctrl+Shift+L", checked=False,
    ),
    "probe": Entry(
        "probe", "Pro&be", None, "Follow the point under the mouse through all stages", "Ctrl+Shift+P", checked=False
    ),
    "bend": Entry(
        "bend", "Ben&d", None, "Drag points to bend what this layer does there; the wheel sets the width",
        "Ctrl+Shift+D", checked=False,
    ),
}  # fmt: skip
MAX_LINES = 2  # of buttons with text; a narrower bar shows icons only, and no labels
GROUP_SPACING, LABEL_SPACING = GAP, GAP  # pixels
FILLED = 0.9  # share of a line that its buttons can fill
ICON, TEXT = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon


class ViewBar(QWidget):
    """Combo boxes and buttons that show and change how the flow is drawn."""

    hold_requested = pyqtSignal()  # to keep what is visible

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._view, self._tips = view, dict[QAction, str]()
        self._direction = ChoiceBox("directionBox", "Direction", DIRECTIONS)
        self._color = ChoiceBox("colorBox", "Color by", COLORS)
        marks = {mark: Entry(mark, text, None, tip, key, checked=False) for mark, (text, key, tip) in MARKS.items()}
        self.mark_actions = {mark: self._action(entry) for mark, entry in marks.items()}
        self.mark_actions["target"].setIconText("Target")  # a short text for its button
        self.beside_action, self.overview_action = self._action(BESIDE), self._action(OVERVIEW)
        self.tool_actions = {tool: self._action(entry) for tool, entry in TOOLS.items()}
        self.invert_action = self._action(
            Entry("invert", "&Invert Selection", view.invert_selection, "Select all other particles", "Ctrl+Shift+I")
        )
        clear = partial(view.set_selection, None)
        self.clear_action = self._action(
            Entry("deselect", "&Clear Selection", clear, "Deselect all particles, as Esc does", "Ctrl+Shift+A")
        )
        self.fit_action, self.fit_stage_action = self._action(FIT), self._action(FIT_STAGE)
        self.fit_requested, self.stage_fit_requested = self.fit_action.triggered, self.fit_stage_action.triggered
        self.follow_action = self._action(FOLLOW)
        self._lay_out()
        self._bind()

    def _bind(self) -> None:
        view = self._view
        bind_control(view, lambda value: value.seen.direction, self._direction, view.set_direction)
        view.watch(lambda value: value.known, self._offer)  # first, so that the box has what it is to show
        bind_control(
            view,
            lambda value: color_choice(value.seen.view.color_by, value.seen.view.column),
            self._color,
            lambda choice: view.update_view(**colors_of(choice)),
        )
        for mark, action in self.mark_actions.items():
            bind_control(view, partial(_shows, mark), action, partial(view.set_mark, mark))
        tools = QActionGroup(self)
        for tool, action in self.tool_actions.items():
            action.setObjectName(f"{tool}Tool")
            tools.addAction(action)
            bind_control(view, partial(_has_tool, tool), action, partial(self._choose_tool, tool))
        bind_control(
            view,
            lambda value: is_split(value.seen.view),
            self.beside_action,
            lambda beside: view.update_view(beside=beside),
        )
        bind_control(
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
        view.watch(lambda value: value, self._enable)

    def _choose_tool(self, tool: Tool, chosen: bool) -> None:
        if chosen:
            self._view.set_tool(tool)

    def _offer(self, known: Known) -> None:
        """Offer what can be shown of the flow, and say why the rest is disabled."""
        self._color.offer(color_choices(known.columns))
        for box in (self._color, self._direction):
            for number in range(box.count()):
                box.disable_choice(box.itemData(number), known.problems.get(box.itemData(number), ""))
        for name, action in (*self.mark_actions.items(), *self.tool_actions.items()):
            enable_unless(action, known.problems.get(name, ""), self._tips[action])

    def _enable(self, view: View) -> None:
        shows_stage = not view.seen.overview
        self.beside_action.setEnabled(can_split(view.seen.view))
        self.clear_action.setEnabled(view.selection is not None)
        self.fit_stage_action.setEnabled(shows_stage)
        self.follow_action.setEnabled(shows_stage)

    def _show_following(self, follows: bool) -> None:
        self.follow_action.setChecked(follows)
        self.follow_action.setIconText(FOLLOWING if follows else FIXED)
        self.follow_action.setIcon(icon("following" if follows else "fixed"))

    def _action(self, entry: Entry) -> QAction:
        """Return an action whose tooltip names its shortcut, for its button."""
        action = create_action(entry, self)
        self._tips[action] = f"{entry.tip} ({entry.key})"
        action.setToolTip(self._tips[action])
        return action

    def _lay_out(self) -> None:
        labeled = {label_of(box): box for box in (self._direction, self._color)}
        self._labels = list(labeled)
        boxes = [WrappingRow(LABEL_SPACING, label, box) for label, box in labeled.items()]
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
            for label in self._labels:
                label.setHidden(not labeled)
            self._selection.setHidden(not complete)
            if self._row.sizeHint().width() <= MAX_LINES * FILLED * self.width():
                return

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


def _has_tool(tool: Tool, view: View) -> bool:
    return view.tool == tool


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
    return named(button, f"{name.split()[0].lower()}Button", name, action.toolTip())
