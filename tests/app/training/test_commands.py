"""The commands of a training, and the button that runs the one that comes next, without a window."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.training.activity import Activity
from flowviz.app.training.commands import PrimaryButton
from flowviz.app.training.training_state import TrainingState
from tests.app.training.fakes import idle_commands

IDLE = Activity(can_train=True)
PREPARING, TRAINING, PAUSED, STOPPING = (
    replace(IDLE, state=TrainingState[name]) for name in ("PREPARING", "TRAINING", "PAUSED", "STOPPING")
)


class Shown:
    """A button, and its commands."""

    def __init__(self, qtbot: QtBot) -> None:
        self.commands = idle_commands()
        self.button = PrimaryButton("trainButton", self.commands)
        qtbot.addWidget(self.button)

    def menu(self) -> dict[str, bool]:
        """Return the visible entries of the menu, and whether they are enabled."""
        menu = self.button.menu()
        assert menu is not None
        menu.aboutToShow.emit()
        return {each.iconText(): each.isEnabled() for each in menu.actions() if each.isVisible()}


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


@pytest.mark.parametrize(
    ("activity", "text", "enabled", "menu"),
    [
        (IDLE, "Train", True, {"Pause": False, "Stop and Keep": False}),
        (replace(IDLE, can_resume=True), "Train", True, {"Resume": True, "Stop and Keep": False}),
        (replace(IDLE, can_extend=True), "Train", True, {"Extend": True, "Stop and Keep": False}),
        (PREPARING, "Pause", True, {"Restart": True, "Stop and Keep": True}),
        (TRAINING, "Pause", True, {"Restart": True, "Stop and Keep": True}),
        (PAUSED, "Resume", True, {"Restart": True, "Stop and Keep": True}),
        (STOPPING, "Pause", False, {"Restart": True, "Stop and Keep": False}),
        (replace(IDLE, untrainable="It is recorded."), "Train", False, {"Pause": False, "Stop and Keep": False}),
        (replace(IDLE, scope="all"), "Train All", True, {"Pause": False, "Stop and Keep": False}),
        (replace(TRAINING, scope="all"), "Pause", True, {"Restart All": True, "Stop and Keep": True}),
        (replace(IDLE, scope="selected"), "Train", True, {"Train All": True, "Pause": False, "Stop and Keep": False}),
        (
            replace(TRAINING, scope="selected", is_elsewhere=True),
            "Train",
            True,
            {"Train All": True, "Pause": True, "Stop and Keep": True},
        ),
    ],
)
def test_button_has_the_command_that_comes_next(
    shown: Shown, activity: Activity, text: str, enabled: bool, menu: dict[str, bool]
) -> None:
    shown.commands.show_activity(activity)
    assert (shown.button.text(), shown.button.accessibleName()) == (text, text)
    assert shown.button.isEnabled() == enabled
    assert shown.menu() == menu


def test_click_runs_the_command_once(shown: Shown) -> None:
    run = list[str]()
    for name in ("train", "pause"):
        getattr(shown.commands, name).triggered.connect(lambda _, name=name: run.append(name))
    for activity in (IDLE, TRAINING, PAUSED, IDLE):
        shown.commands.show_activity(activity)
        shown.button.click()
    assert run == ["train", "pause", "pause", "train"]
