"""Theme, text size and motion, as the user chooses them."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import (
    QApplication,
    QLabel,
    QProgressBar,
    QSlider,
    QToolButton,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.commands.palette import CommandPalette, ShortcutSheet
from flowviz.app.desktop.settings import settings
from flowviz.app.export.dialog import ExportDialog
from flowviz.app.notices.message_box import CANCEL, Answer, ask
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.state.request import Request, RequestState
from flowviz.app.style.appearance import Appearance
from flowviz.app.style.theme import (
    COLORS,
    ON_HIGHLIGHT,
)
from flowviz.app.training.activity import Activity
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import example
from flowviz.specs.view import Theme
from tests.app.conftest import Window
from tests.app.style.test_icons import choose, drawn
from tests.app.style.test_theme import contrast
from tests.app.training.fakes import idle_commands


@pytest.fixture(autouse=True)
def own_font() -> Iterator[None]:
    """Restore the font of the application after a test with another text size."""
    font = QApplication.font()
    yield
    if QApplication.font() != font:
        QApplication.setFont(font)


def stored_appearance() -> Appearance:
    """Return the appearance at the next start of the program."""
    return Appearance()


def brightness(widget: QWidget) -> float:
    return float(np.median(drawn(widget.grab())[..., :3]))


def test_theme_button_switches_themes_and_the_choice_is_stored(window: Window, qtbot: QtBot) -> None:
    switch = window.find(QToolButton, "themeButton")
    choose(window, "Light")
    assert switch.accessibleName() == "Switch to the dark theme"
    switch.click()
    assert brightness(window.main) < 100
    assert switch.accessibleName() == "Switch to the light theme"
    assert stored_appearance().chosen_theme == "dark"
    switch.click()
    assert brightness(window.main) > 155
    assert stored_appearance().chosen_theme == "light"
    choose(window, "Follow System")
    assert stored_appearance().chosen_theme is None


@pytest.mark.parametrize("damaged", ["", "mauve", "150 %", b"\x00", ["dark"]])
def test_damaged_settings_give_the_default_appearance(damaged: object) -> None:
    for key in ("theme", "textSize", "reduceMotion"):
        settings().setValue(f"appearance/{key}", damaged)
    stored = stored_appearance()
    assert (stored.chosen_theme, stored.text_size, stored.is_motion_reduced.value) == (None, 100, False)


def test_stored_theme_and_motion_are_told_at_once_and_then_each_change() -> None:
    settings().setValue("appearance/theme", "dark")
    settings().setValue("appearance/reduceMotion", "True")
    stored, told = stored_appearance(), list[object]()
    stored.on_theme(told.append)
    stored.is_motion_reduced.watch(bool, told.append)
    assert told == ["dark", True]
    stored.reduce_motion(False)
    assert told[2:] == [False]


OPENED: dict[type[QWidget], Callable[[Window], object]] = {
    ExportDialog: lambda window: window.main.export(),
    ShortcutSheet: lambda window: window.main.finder.open_sheet(),
    CommandPalette: lambda window: window.main.finder.open_palette(),
}


def test_open_dialogs_and_tooltips_follow_the_theme(window: Window, qtbot: QtBot) -> None:
    for opened in OPENED.values():
        opened(window)
    box = ask(window.main, "anyBox", "Is it well?", "More.", Answer("&Yes", CANCEL))
    dialogs = [box, *(dialog for kind in OPENED for dialog in window.main.findChildren(kind))]
    assert len(dialogs) == 4
    for theme, bright in {"Dark": False, "Light": True}.items():
        choose(window, theme)
        for dialog in dialogs:
            assert (brightness(dialog) > 128) == bright, f"{type(dialog).__name__} in {theme}"
        tip = QToolTip.palette()
        assert (tip.color(QPalette.ColorRole.ToolTipBase).lightness() > 128) == bright
    for dialog in dialogs:
        dialog.close()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_text_of_the_train_button_is_readable_while_its_menu_is_open(window: Window, theme: str) -> None:
    choose(window, theme)
    button = window.find(QToolButton, "trainButton")
    button.setDown(True)
    fill = QColor(*drawn(button.grab())[button.height() // 4, button.width() // 4, :3].tolist())
    button.setDown(False)
    assert contrast(fill, QColor(*ON_HIGHLIGHT)) >= 4.5


def test_link_follows_the_theme(window: Window) -> None:
    window.main.session.show_project(example("two_moons").project())
    label = window.find(QLabel, "stageFormula")
    themes: dict[str, Theme] = {"Dark": "dark", "Light": "light"}
    for title, theme in themes.items():
        choose(window, title)
        assert (drawn(label.grab())[..., :3] == COLORS["link"][theme]).all(axis=2).any(), (
            "the link does not have the color of the theme"
        )


def test_text_size_is_applied_and_stored(window: Window) -> None:
    label = window.find(QLabel, "statusLabel")
    before = label.fontInfo().pointSizeF()
    choose(window, "Very Large (150%)")
    assert label.fontInfo().pointSizeF() == pytest.approx(1.5 * before, rel=0.05)
    assert stored_appearance().text_size == 150
    choose(window, "Normal (100%)")
    assert label.fontInfo().pointSizeF() == before


def seen_stages(cloud: CloudView, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a list to which each position that a cloud shows is added."""
    seen, show = list[float](), cloud.show_stage

    def record(stage: float) -> None:
        seen.append(stage)
        show(stage)

    monkeypatch.setattr(cloud, "show_stage", record)
    return seen


@pytest.mark.usefixtures("quick_playhead")
def test_reduced_motion_shows_only_whole_stages(window: Window, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    cloud, scrubber = window.find(CloudView, "cloudView"), window.find(QSlider, "layerScrubber")
    choose(window, "Reduce Motion")
    assert stored_appearance().is_motion_reduced.value
    seen = seen_stages(cloud, monkeypatch)
    scrubber.setValue(16)
    assert cloud.stage == 16, "the cloud glides although motion is reduced"
    seen.clear()
    window.find(QToolButton, "playButton").click()
    qtbot.waitUntil(lambda: cloud.stage == 19)
    assert seen == [17, 18, 19], "the cloud was between two stages"
    choose(window, "Reduce Motion")
    scrubber.setValue(17)
    qtbot.waitUntil(lambda: cloud.stage == 17)
    assert any(stage % 1 for stage in seen), "the cloud does not glide although motion is not reduced"


def test_reduced_motion_keeps_the_busy_bar_still(qtbot: QtBot) -> None:
    controls = TrainingControls(RequestState(Request()), idle_commands())
    qtbot.addWidget(controls)
    bar = controls.findChild(QProgressBar)
    assert bar is not None
    controls.show_activity(Activity(state=TrainingState.PREPARING))
    assert bar.maximum() == 0
    controls.reduce_motion(True)
    assert bar.maximum() > 0
