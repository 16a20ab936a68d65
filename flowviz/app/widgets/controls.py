"""Controls of panels and dialogs: a combo box of values, and factories for Qt's controls."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QFontDatabase, QKeySequence, QShortcut, QStandardItemModel
from PyQt6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QSplitter,
    QToolButton,
    QWidget,
)

from flowviz.app.desktop.existing import existing
from flowviz.app.desktop.settings import settings, stored_flag
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import GAP
from flowviz.specs.fields import SpecField

FOCUSED = Qt.ShortcutContext.WidgetShortcut  # of keys: the widget itself has the focus
OPENER = "opener"  # property of a widget that is hidden at first: the button that shows it
Control = TypeVar("Control", bound=QWidget)
Button = TypeVar("Button", bound=QAbstractButton)
Tool = TypeVar("Tool", bound=QToolButton)
Layout = TypeVar("Layout", bound=QBoxLayout)
Part = QWidget | QLayout | int


class ChoiceBox(QComboBox):
    """Combo box for choosing one of a few values."""

    chosen = pyqtSignal(object)  # the value

    def __init__(self, object_name: str, name: str, choices: Mapping[Any, str]) -> None:
        """Create a combo box for `choices`, which maps values to texts; the first one is selected."""
        super().__init__()
        named(self, object_name, name, name)
        self.offer(choices)
        self.currentIndexChanged.connect(lambda: self.chosen.emit(self.value))

    @property
    def value(self) -> Any:
        """Return the selected value."""
        return self.currentData()

    def choose(self, value: object) -> None:
        """Select a value."""
        self.setCurrentIndex(self.findData(value))

    def offer(self, choices: Mapping[Any, str]) -> None:
        """Offer other values, without a signal; the selected one stays selected, or else the first one is."""
        if [(self.itemData(number), self.itemText(number)) for number in range(self.count())] == list(choices.items()):
            return
        had_choices, selected = self.count() > 0, self.value
        with QSignalBlocker(self):
            self.clear()
            for value, text in choices.items():
                self.addItem(text, value)
            self.setCurrentIndex(max(self.findData(selected), 0) if had_choices else 0)

    def limit_width(self, characters: int) -> None:
        """Size the box for a number of characters instead of its longest text."""
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(characters)

    def describe_choices(self, tips: Mapping[Any, str]) -> None:
        """Set tooltips of values."""
        for value, tip in tips.items():
            self.setItemData(self.findData(value), tip, Qt.ItemDataRole.ToolTipRole)

    def disable_choice(self, value: object, reason: str) -> None:
        """Disable a value for a reason, which becomes its tooltip; enable it if the reason is empty."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        item = existing(model.item(self.findData(value)))
        item.setEnabled(not reason)
        item.setToolTip(reason)


class DisclosureButton(QToolButton):
    """Button that shows or hides widgets.

    Its chevron points down while they are visible. The choice is saved in the settings.
    """

    def __init__(self, object_name: str, text: str, name: str, tip: str, key: str, *disclosed: QWidget) -> None:
        """Create a button that is named `name` for screen readers; the `disclosed` widgets are hidden at first."""
        super().__init__()
        named(self, object_name, name, tip).setText(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCheckable(True)
        self._disclosed = disclosed
        for widget in disclosed:
            widget.setProperty(OPENER, self)
        self.setChecked(stored_flag(key, default=False))
        self._show(self.isChecked())
        self.toggled.connect(self._show)
        self.toggled.connect(lambda shown: settings().setValue(key, shown))

    def _show(self, shown: bool) -> None:
        for widget in self._disclosed:
            widget.setVisible(shown)
        self.setIcon(icon("opened" if shown else "closed", is_on_highlight=False))


class HelpButton(DisclosureButton):
    """Button that shows and hides the explanations of a panel."""

    def __init__(self, panel: str, *explanations: QWidget) -> None:
        name, tip = f"Explanations of the {panel}", "Show or hide explanations"
        super().__init__(f"{panel}HelpButton", "?", name, tip, f"explanations/{panel}", *explanations)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)


def discard(widget: QWidget) -> None:
    """Remove a widget from its layout at once, and delete it soon."""
    widget.setParent(None)
    widget.deleteLater()


def named(widget: Control, object_name: str, name: str, tip: str = "", description: str = "") -> Control:
    """Give a widget an object name, a tooltip, and a name and a description for screen readers, and return it."""
    widget.setObjectName(object_name)
    widget.setAccessibleName(name.replace("&", ""))
    widget.setAccessibleDescription(description)
    widget.setToolTip(tip)
    return widget


def begin_dialog(dialog: QDialog, object_name: str, title: str) -> None:
    """Name a dialog, and delete it when it is closed."""
    dialog.setObjectName(object_name)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)


def accept_buttons(dialog: QDialog, object_name: str, text: str, tip: str) -> QDialogButtonBox:
    """Return the buttons of a dialog: Cancel, and one with the given name, text and tooltip, which accepts it."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, dialog)
    named(existing(buttons.button(QDialogButtonBox.StandardButton.Ok)), object_name, text, tip).setText(text)
    existing(buttons.button(QDialogButtonBox.StandardButton.Cancel)).setToolTip("Close without changing anything")
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons


def describe(widget: Control, object_name: str, field: SpecField) -> Control:
    """Give a widget the title and the description of a field, and return it."""
    return named(widget, object_name, field.title, field.description)


def choice_box(object_name: str, field: SpecField, choices: Mapping[Any, str]) -> ChoiceBox:
    """Return a combo box for the values of a field, with its title and description."""
    return describe(ChoiceBox(object_name, field.title, choices), object_name, field)


def label_of(widget: QWidget, text: str | None = None) -> QLabel:
    """Return a label, by default with the accessible name of a widget, whose buddy the widget is."""
    label = QLabel(widget.accessibleName() if text is None else text)
    label.setBuddy(widget)
    return label


def button(
    object_name: str,
    text: str,
    tip: str,
    icon_name: str = "",
    *,
    run: Callable[[], object] | None = None,
    is_filled: bool = False,
) -> QPushButton:
    """Return a push button that calls `run`, and is never the default button of a dialog.

    A button that the style sheet fills with the color of selections needs an icon for this color: `is_filled`.
    """
    created = on_click(named(QPushButton(text), object_name, text, tip), run)
    if icon_name:
        created.setIcon(icon(icon_name, is_on_highlight=is_filled))
    created.setAutoDefault(False)
    return created


def on_click(clicked: Button, run: Callable[[], object] | None) -> Button:
    """Let a button call a function, if there is one, and return the button."""
    if run is not None:
        clicked.clicked.connect(lambda: run())
    return clicked


def checkable(created: Button, run: Callable[[bool], object] = lambda _: None) -> Button:
    """Let a button stay pressed after a click, call a function with whether it is, and return the button."""
    created.setCheckable(True)
    created.toggled.connect(run)
    return created


def exclusive(created: Button, run: Callable[[], object] | None = None) -> Button:
    """Let a button stay pressed until one beside it is, call a function on a click, and return the button."""
    created.setCheckable(True)
    created.setAutoExclusive(True)
    return on_click(created, run)


def rename(changed: QAbstractButton, text: str) -> None:
    """Give a button another text, which is its name for screen readers, too."""
    changed.setText(text)
    changed.setAccessibleName(text.replace("&", ""))


def tool_button(
    object_name: str, name: str, tip: str, icon_name: str, text: str = "", *, run: Callable[[], object] | None = None
) -> QToolButton:
    """Return a tool button that calls `run`, with an icon and, if it has one, a text beside it."""
    created = on_click(named(QToolButton(), object_name, name, tip), run)
    created.setIcon(icon(icon_name))
    if text:
        created.setText(text)
        created.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return created


def flat(created: Tool) -> Tool:
    """Draw a tool button without a frame until the pointer is above it, and return it."""
    created.setAutoRaise(True)
    return created


def code_box(object_name: str, name: str, tip: str = "") -> QPlainTextEdit:
    """Return a read-only text box with a monospaced font."""
    box = named(QPlainTextEdit(), object_name, name, tip)
    box.setReadOnly(True)
    box.setTabChangesFocus(True)
    box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    return box


def menu_button(created: QToolButton, menu: QMenu) -> QToolButton:
    """Let a tool button open a menu, and return the button."""
    created.setMenu(menu)
    created.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return created


def action_button(action: QAction, object_name: str) -> QToolButton:
    """Return a tool button for an action, which is also in a menu."""
    created = QToolButton()
    created.setDefaultAction(action)
    return named(created, object_name, action.text(), action.toolTip())


def share_out(splitter: QSplitter, parts: Mapping[QWidget, int]) -> None:
    """Add widgets to a splitter, with sizes in the given proportions."""
    splitter.setChildrenCollapsible(False)
    for number, (widget, share) in enumerate(parts.items()):
        splitter.addWidget(widget)
        splitter.setStretchFactor(number, share)
    splitter.setSizes([100 * share for share in parts.values()])


def add_key(
    widget: QWidget,
    keys: str,
    run: Callable[[], object],
    context: Qt.ShortcutContext = Qt.ShortcutContext.WindowShortcut,
) -> QShortcut:
    """Let keys call a function while the window of a widget is active, or in another context, such as `FOCUSED`."""
    shortcut = QShortcut(QKeySequence(keys), widget, context=context)
    shortcut.activated.connect(lambda: run())
    return shortcut


def slider(object_name: str, name: str, tip: str, least: int, most: int, value: int) -> QSlider:
    """Return a horizontal slider from `least` to `most`."""
    created = named(QSlider(Qt.Orientation.Horizontal), object_name, name, tip)
    created.setRange(least, most)
    created.setValue(value)
    return created


def check_box(object_name: str, text: str, tip: str) -> QCheckBox:
    """Return a check box."""
    return named(QCheckBox(text), object_name, text, tip)


def lay_out(
    layout: Layout,
    *parts: Part,
    stretched: Part | None = None,
    margin: int | tuple[int, int, int, int] = 0,
    spacing: int = GAP,
) -> Layout:
    """Fill a layout, and return it. The extra room goes to the `stretched` part.

    Args:
        layout: The layout.
        parts: Widgets, layouts, and numbers, which stand for additional room in pixels.
        stretched: The part that takes the extra room. None if all take some.
        margin: Width of the margins in pixels: of all edges, or of the left, top, right and bottom one.
        spacing: Distance between the parts in pixels.
    """
    layout.setContentsMargins(*(margin if isinstance(margin, tuple) else (margin, margin, margin, margin)))
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part, stretch=1 if part is stretched else 0)
        elif isinstance(part, QLayout):
            layout.addLayout(part, stretch=1 if part is stretched else 0)
        else:
            layout.addSpacing(part)
    return layout


def row(*widgets: QWidget, stretched: QWidget | None = None) -> QHBoxLayout:
    """Return a row of widgets. The extra width goes to the `stretched` widget, or else to the end of the row."""
    layout = lay_out(QHBoxLayout(), *widgets, stretched=stretched)
    if stretched is None:
        layout.addStretch()
    return layout


def row_widget(*widgets: QWidget, stretched: QWidget | None = None) -> QWidget:
    """Return a widget that holds a row of widgets, without margins."""
    line, content = row(*widgets, stretched=stretched), QWidget()
    content.setLayout(line)
    return content
