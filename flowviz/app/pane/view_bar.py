"""The view bar above the cloud, which chooses what is drawn. The menus and the tool palette share its actions."""

from collections.abc import Callable, Mapping
from functools import partial

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from flowviz.app.commands.actions import Entry, add_choices, create_action, enable_unless, fill_menu
from flowviz.app.state.known import Known, color_choice, colors_of
from flowviz.app.state.view import Tool, View, ViewState
from flowviz.app.style.tokens import GAP, TIGHT
from flowviz.app.widgets.choice_words import COLORS, MARKS, VELOCITIES, color_choices
from flowviz.app.widgets.controls import ChoiceBox, action_button, label_of, lay_out, menu_button, tool_button
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.form import bind_control
from flowviz.app.widgets.sticky_menu import StickyMenu
from flowviz.rendering.projection import can_split, is_split
from flowviz.specs.explanations import DIRECTION_TITLES
from flowviz.specs.view import Mark

BESIDE = Entry(
    "beside", "Be&side", None, "Show density, grid and velocity beside the particles; turn one of them on first",
    "Ctrl+5", checked=False,
)  # fmt: skip
OVERVIEW = Entry(
    "overview", "&Overview", None, "Show all stages in one figure; click a stage to open it", "Ctrl+6", checked=False
)
FOLLOW = Entry(
    "follow", "Follo&w the Cloud", None, "Frame the cloud at every stage; click again to keep what is visible",
    "Ctrl+9", checked=True,
)  # fmt: skip
FIT = Entry("fitthecloud", "&Fit the Cloud", None, "Follow the cloud at every stage", "Ctrl+0")
FIT_STAGE = Entry("fitthisstage", "Fit This &Stage", None, "Zoom to this stage", "Ctrl+Shift+0")
ZOOM = Entry(
    "fittheselection", "&Fit the Selection", None, "Zoom to the selected particles at this stage", "Ctrl+Shift+9"
)
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
SHOW, SHOW_TIP = "Show ▾", "Choose what is drawn"
ICON, TEXT = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon


class ViewBar(QWidget):
    """Combo boxes and buttons that show and change how the flow is drawn."""

    def __init__(self, view: ViewState, hold: Callable[[], object]) -> None:
        """Create a bar that changes a view, and that calls `hold` to keep what is visible of the cloud."""
        super().__init__()
        self._view, self._hold, self._tips = view, hold, dict[QAction, str]()
        self._sizes = list[int]()  # widths for which the style has been chosen
        self._keeps_labels = False
        self._direction = ChoiceBox("directionBox", "Direction", DIRECTION_TITLES)
        self._color = ChoiceBox("colorBox", "Color by", COLORS)
        marks = {mark: Entry(mark, text, None, tip, key, checked=False) for mark, (text, key, tip) in MARKS.items()}
        self.mark_actions = {mark: self._action(entry) for mark, entry in marks.items()}
        self.velocity_menu = StickyMenu("Velocity &Of", self)
        self._velocities = add_choices(
            self.velocity_menu,
            "velocity",
            VELOCITIES,
            lambda of: view.update_view(velocity=of),
            "Velocity field of flow matching that the arrows show",
        )
        self._tips |= {action: action.toolTip() for action in self._velocities.values()}
        self.beside_action, self.overview_action = self._action(BESIDE), self._action(OVERVIEW)
        self.tool_actions = {tool: self._action(entry) for tool, entry in TOOLS.items()}
        self.invert_action = self._action(
            Entry("invert", "&Invert Selection", view.invert_selection, "Select all other particles", "Ctrl+Shift+I")
        )
        self.clear_action = self._action(
            Entry(
                "deselect", "&Clear Selection", partial(view.set_selection, None),
                "Deselect all particles, as Esc does", "Ctrl+Shift+A",
            )
        )  # fmt: skip
        self.zoom_action = self._action(ZOOM)
        self.fit_action, self.fit_stage_action = self._action(FIT), self._action(FIT_STAGE)
        self.follow_action = self._action(FOLLOW)
        self.follow_action.setIconText("Follow")
        self._lay_out()
        self._bind()

    def keep_labels(self, keeps: bool) -> None:
        """Set whether the bar wraps rather than hides labels, because the text of a lesson names them."""
        self._keeps_labels = keeps
        self._choose_style()

    def _bind(self) -> None:
        view = self._view
        bind_control(view, lambda value: value.seen.direction, self._direction, view.set_direction)
        view.watch(lambda value: (value.known, value.offered), self._offer)  # first, so the box has what it is to show
        bind_control(
            view,
            lambda value: color_choice(value.seen.view.color_by, value.seen.view.column),
            self._color,
            lambda choice: view.update_view(**colors_of(choice)),
        )
        for mark, action in self.mark_actions.items():
            bind_control(view, partial(_shows, mark), action, partial(view.set_mark, mark))
        view.watch(lambda value: value.seen.view.marks, lambda _: self._choose_style())
        tools = QActionGroup(self)
        for tool, action in self.tool_actions.items():
            action.setObjectName(f"{tool}Tool")
            action.setData(tool)
            tools.addAction(action)
        tools.triggered.connect(lambda action: view.set_tool(action.data()))
        bind_control(
            view,
            lambda value: is_split(value.seen.view),
            self.beside_action,
            lambda beside: view.update_view(beside=beside),
        )
        bind_control(
            view, lambda value: value.seen.overview, self.overview_action, lambda shown: view.update(overview=shown)
        )
        bind_control(
            view,
            lambda value: value.seen.fitted,
            self.follow_action,
            lambda follows: view.follow() if follows else self._hold(),
        )
        view.watch(lambda value: value, self._show_view)

    def _offer(self, known: tuple[Known, Known]) -> None:
        """Offer what can be shown of the flow, or of one of several flows, and say why the rest is disabled."""
        own, offered = known
        self._color.offer(color_choices(offered.columns))
        for box in (self._color, self._direction):
            for number in range(box.count()):
                box.disable_choice(box.itemData(number), offered.problems.get(box.itemData(number), ""))
        for name, action in (*self.mark_actions.items(), *self._velocities.items()):
            enable_unless(action, offered.problems.get(name, ""), self._tips[action])
        for tool, action in self.tool_actions.items():
            enable_unless(action, own.problems.get(tool, ""), self._tips[action])

    def _show_view(self, view: View) -> None:
        """Check the tool and the velocity, and enable what can be done."""
        self.tool_actions[view.tool].setChecked(True)
        self._velocities[view.seen.view.velocity].setChecked(True)
        shows_stage = not view.seen.overview
        self.beside_action.setEnabled(can_split(view.seen.view))
        self.clear_action.setEnabled(view.selection is not None)
        self.zoom_action.setEnabled(shows_stage and view.selection is not None)
        self.fit_stage_action.setEnabled(shows_stage)
        self.follow_action.setEnabled(shows_stage)

    def _action(self, entry: Entry) -> QAction:
        """Return an action whose tooltip names its shortcut, for its button."""
        action = create_action(entry, self)
        self._tips[action] = f"{entry.tip} ({entry.key})"
        action.setToolTip(self._tips[action])
        return action

    def _lay_out(self) -> None:
        labeled = {label_of(box): box for box in (self._direction, self._color)}
        self._labels = list(labeled)
        marks, frames = StickyMenu("Show", self), StickyMenu("Fit", self)
        fill_menu(marks, *self.mark_actions.values(), None, self.velocity_menu.menuAction(), self.beside_action)
        fill_menu(frames, self.fit_action, self.fit_stage_action)
        self._show = menu_button(tool_button("showButton", "Show", SHOW_TIP, "show", SHOW), marks)
        follow = menu_button(action_button(self.follow_action, "followButton"), frames)
        follow.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._buttons = [self._show, follow, action_button(self.overview_action, "overviewButton")]
        boxes = [WrappingRow(TIGHT, label, box) for label, box in labeled.items()]
        # the buttons share a line, so that none is alone in the second one
        self._row = WrappingRow(GAP, *boxes, WrappingRow(GAP, *self._buttons))
        lay_out(QVBoxLayout(self), self._row)

    def _choose_style(self) -> None:
        """Name the marks, and show less before the bar wraps onto a second line, which takes room from the cloud."""
        marks = [action.text().replace("&", "") for action in self.mark_actions.values() if action.isChecked()]
        shown = ", ".join(marks) or "nothing"
        self._show.setToolTip(f"{SHOW_TIP}; now: {shown}")
        named = f"Show: {shown} ▾"
        styles = (TEXT, True, named), (TEXT, True, SHOW), (TEXT, False, SHOW), (ICON, False, SHOW)
        for style, labeled, text in styles[:2] if self._keeps_labels else styles:
            self._show.setText(text)
            for button in self._buttons:
                button.setToolButtonStyle(style)
            for label in self._labels:
                label.setHidden(not labeled)
            if self._row.sizeHint().width() <= self.width():
                break
        self._row.rearrange()  # before the first picture

    def event(self, event: QEvent | None) -> bool:
        """Choose the style again when the size of the bar or of one of its texts has changed."""
        if event is not None and event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest}:
            sizes = [self.width(), *(part.sizeHint().width() for part in (self._direction, self._color, *self._labels))]
            if sizes != self._sizes:
                self._sizes = sizes
                self._choose_style()
        return super().event(event)


def _shows(mark: Mark, view: View) -> bool:
    return mark in view.seen.view.marks
