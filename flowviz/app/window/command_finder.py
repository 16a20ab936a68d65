"""The command palette, which finds entries of menus, controls of panels and numbers, and the shortcut sheet."""

import re
from collections.abc import Callable, Iterator
from functools import cache, partial

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMainWindow, QWidget

from flowviz.app.commands.catalog import Command, commands_of
from flowviz.app.commands.control_commands import ControlCommands, new_command
from flowviz.app.commands.palette import CommandPalette, ShortcutSheet
from flowviz.app.desktop.existing import existing
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.training.controls import BUDGET, MAX_BUDGETS
from flowviz.app.widgets.motion import Dissolve

NUMBER = re.compile(r"(?<!\S)\d+(\.\d+)?$")  # the last typed word


class CommandFinder:
    """Opens the command palette and the shortcut sheet of a window."""

    def __init__(
        self,
        window: QMainWindow,
        request: RequestState,
        view: ViewState,
        train: QAction,
        motion: Dissolve,
        leave_page: Callable[[], object],
        leave_presentation: Callable[[], object],
        *panels: QWidget,
    ) -> None:
        """Prepare to find commands.

        Args:
            window: The window.
            request: Its request, whose budget can be typed.
            view: Its view, whose stage can be typed.
            train: Starts a training, or starts it over; its title says which.
            motion: Lets the palette appear.
            leave_page: Leaves the start page, which hides the cloud and the panels.
            leave_presentation: Leaves the mode that hides the panels.
            panels: The panels whose controls can be found.
        """
        self._window, self._request, self._view = window, request, view
        self._train, self._motion, self._leave_page = train, motion, leave_page
        self._controls = ControlCommands(window, (leave_page, leave_presentation), *panels)

    @property
    def commands(self) -> list[Command]:
        """Return the commands of the menus."""
        return list(commands_of(existing(self._window.menuBar())))

    def open_palette(self) -> None:
        """Open the command palette, or close it if it is open."""
        opened = self._window.findChildren(CommandPalette)
        for palette in opened:
            palette.reject()
        if not opened:
            self._motion.dissolve(
                CommandPalette(self.commands, partial(self._more, cache(self._controls.all)), self._window).open_above
            )

    def open_sheet(self) -> None:
        """Open the list of all commands and their shortcuts."""
        for sheet in self._window.findChildren(ShortcutSheet):
            sheet.close()  # its commands may be outdated
        sheet = ShortcutSheet(self.commands, self._window)
        sheet.show()
        sheet.activateWindow()  # some window managers do not

    def _more(self, control_commands: Callable[[], list[Command]], typed: str) -> list[Command]:
        number = found.group() if (found := NUMBER.search(typed)) else ""
        whole = self._with_number(int(number)) if number.isdigit() else ()
        entering = [*whole, *(self._controls.entering(number) if number else ())]
        # The budget box comes before "Restart for …", which would discard the training.
        return [*sorted(entering, key=lambda command: not command.title.startswith(BUDGET)), *control_commands()]

    def _with_number(self, number: int) -> Iterator[Command]:
        for unit, most in MAX_BUDGETS.items():
            if 1 <= number <= most:
                amount, enabled = f"{number} {unit if number > 1 else unit.removesuffix('s')}", self._train.isEnabled()
                tip = f"Train a new flow on this target for {amount}" if enabled else self._train.toolTip()
                yield new_command(
                    f"{self._train.iconText()} for {amount}",
                    "Train",
                    tip,
                    partial(self._train_for, unit, number),
                    enabled=enabled,
                )
        if number <= self._view.value.last_stage:
            tip = f"Show the cloud at stage {number}"
            yield new_command(f"Go to Stage {number}", "Layers", tip, partial(self._show_stage, number))

    def _train_for(self, unit: str, amount: int) -> None:
        self._request.set_budget(unit, amount)
        self._train.trigger()

    def _show_stage(self, stage: int) -> None:
        self._leave_page()
        self._view.open_stage(stage)
