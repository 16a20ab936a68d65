"""Commands that go to a control of a panel, choose one of its values, or enter a number."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QStandardItemModel
from PyQt6.QtWidgets import QCheckBox, QDoubleSpinBox, QMainWindow, QSpinBox, QWidget

from flowviz.app.commands.catalog import Command
from flowviz.app.commands.revealing import around, opener_of, reveal
from flowviz.app.desktop.existing import existing
from flowviz.app.widgets.controls import ChoiceBox

CONTROLS = ChoiceBox, QSpinBox, QDoubleSpinBox, QCheckBox
OTHER_MENU = "Cloud"  # for controls outside of panels


def new_command(title: str, menu: str, tip: str, run: Callable[[], object], *, enabled: bool = True) -> Command:
    """Return a command that is in no menu of the window."""
    action = QAction(title)
    action.triggered.connect(lambda: run())
    action.setEnabled(enabled)
    return Command(action, menu, title, "", tip)


class ControlCommands:
    """Makes commands from the controls of some panels that apply at the moment."""

    def __init__(self, window: QMainWindow, leaving: Sequence[Callable[[], object]], *panels: QWidget) -> None:
        """Make commands for controls in `panels`.

        Before a control is shown, the functions in `leaving` are called, to leave what covers it.
        """
        self._window, self._leaving, self._panels = window, leaving, panels

    def all(self) -> list[Command]:
        """Return commands that go to a control, or choose one of its values."""
        found = list[Command]()
        for control in self._controls():
            name, menu, tip = control.accessibleName(), _menu_of(control), control.toolTip()
            found.append(new_command(name, menu, tip, partial(self._reveal, control), enabled=control.isEnabled()))
            if isinstance(control, ChoiceBox):
                found += _choices(control, f"{menu} ▸ {name}")
        return found

    def entering(self, number: str) -> list[Command]:
        """Return commands that enter a number in a number box that allows it."""
        return [
            new_command(f"{box.accessibleName()}: {number}", _menu_of(box), box.toolTip(), enter)
            for box in self._controls()
            if box.isEnabled() and (enter := _entering(box, number)) is not None
        ]

    def _controls(self) -> Iterator[QWidget]:
        """Yield the controls that are visible, or become visible if their panels are opened."""
        for control in self._window.findChildren(CONTROLS):
            parents = list(around(control))
            for panel in self._panels:
                if panel in parents and not any(map(_is_left_out, (control, *parents[: parents.index(panel)]))):
                    yield control

    def _reveal(self, control: QWidget) -> None:
        """Reveal a control, and give it the focus."""
        for leave in self._leaving:
            leave()
        reveal(control)
        control.setFocus(Qt.FocusReason.ShortcutFocusReason)  # for which Qt selects the number in a box


def _choices(box: ChoiceBox, menu: str) -> Iterator[Command]:
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    for number in range(box.count()):
        item, choose = existing(model.item(number)), partial(box.setCurrentIndex, number)
        is_enabled = box.isEnabled() and item.isEnabled()
        yield new_command(item.text(), menu, item.toolTip() or box.toolTip(), choose, enabled=is_enabled)


def _entering(box: QWidget, number: str) -> Callable[[], object] | None:
    """Return a function that enters a number in a box, or None if the box does not allow the number."""
    if not isinstance(box, QDoubleSpinBox | QSpinBox) or not box.minimum() <= float(number) <= box.maximum():
        return None
    if isinstance(box, QDoubleSpinBox):
        return partial(box.setValue, float(number))
    return partial(box.setValue, int(number)) if number.isdigit() else None


def _is_left_out(widget: QWidget) -> bool:
    """Return whether a widget is hidden because it does not apply, rather than until a button shows it."""
    return widget.isHidden() and opener_of(widget) is None


def _menu_of(control: QWidget) -> str:
    return next((widget.windowTitle() for widget in around(control) if widget.windowTitle()), OTHER_MENU)
