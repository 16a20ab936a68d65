"""Icons in both themes."""

import numpy as np
import pytest
from PyQt6.QtCore import QRect, QSize
from PyQt6.QtGui import QAction, QIcon, QImage, QPixmap
from PyQt6.QtWidgets import (
    QAbstractButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from flowviz.app.commands.catalog import Command, commands_of
from flowviz.app.notices.message_box import CANCEL, ICON_SIDE, Answer, ask
from flowviz.app.pane.chip import Chip
from flowviz.app.style.icons import ENTRY_GLYPHS, GLYPHS, icon
from flowviz.app.widgets.labels import SIGN_SIDE, WarningLabel
from tests.app.conftest import Window

pytestmark = pytest.mark.shared_window

SIDE = 32


def choose(window: Window, title: str) -> None:
    (action,) = [action for action in window.main.findChildren(QAction) if action.text().replace("&", "") == title]
    action.trigger()


def all_commands(window: Window) -> list[Command]:
    bar = window.main.menuBar()
    assert bar is not None
    return list(commands_of(bar))


def drawn(picture: QPixmap) -> np.ndarray:
    """Return RGBA pixels of shape (height, width, 4)."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    bits = image.constBits()
    assert bits is not None
    return np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(image.height(), image.width(), 4)


def ink(name: str, mode: QIcon.Mode = QIcon.Mode.Normal) -> float:
    """Return the lightness of the glyph of an icon, 0 to 255."""
    pixels = drawn(icon(name).pixmap(QSize(SIDE, SIDE), mode))
    return float(pixels[pixels[..., 3] == 255][:, :3].mean())


@pytest.mark.usefixtures("qapp")
def test_different_glyphs_give_different_icons() -> None:
    pictures = {name: drawn(icon(name).pixmap(SIDE, SIDE)).tobytes() for name in GLYPHS}
    assert all(any(picture) for picture in pictures.values())
    assert len(set(pictures.values())) == len(set(GLYPHS.values()))


def test_icons_follow_the_theme_and_fade_when_disabled(window: Window) -> None:
    choose(window, "Dark")
    assert ink("play") > ink("play", QIcon.Mode.Disabled) > 60
    choose(window, "Light")
    assert ink("play") < ink("play", QIcon.Mode.Disabled) < 200


@pytest.mark.parametrize(("text", "name"), [("Is it well?", "question"), ("It is not.", "warning")])
def test_message_box_has_an_icon_of_the_window(window: Window, text: str, name: str) -> None:
    box = ask(window.main, "anyBox", text, "", Answer("&OK", CANCEL))
    assert drawn(box.iconPixmap()).tobytes() == drawn(icon(name).pixmap(ICON_SIDE)).tobytes()
    box.close()


def test_button_without_a_text_has_an_icon_a_name_and_a_tooltip(window: Window) -> None:
    for button in window.main.findChildren(QAbstractButton):
        name = button.objectName()
        is_empty_chip = isinstance(button, Chip)  # which is hidden
        if name and not name.startswith("qt_") and not button.text() and not is_empty_chip:
            assert not button.icon().isNull(), button.objectName()
            assert button.accessibleName(), button.objectName()
            assert button.toolTip(), button.objectName()


def test_frequent_commands_have_an_icon(window: Window) -> None:
    assert not window.find(QToolButton, "playButton").icon().isNull()
    for name in ("train", "stop", "new", "open", "save", "export", "gallery", "shortcuts"):
        assert not window.find(QAction, f"{name}Action").icon().isNull(), name


def test_each_icon_of_a_menu_entry_is_shown_by_an_entry(window: Window) -> None:
    names = {command.action.objectName() for command in all_commands(window) if not command.action.icon().isNull()}
    assert {f"{name}Action" for name in ENTRY_GLYPHS} - names == set()


def test_pause_has_an_icon_whatever_its_title(window: Window) -> None:
    (pause,) = [each for each in all_commands(window) if each.action.objectName() == "pauseAction"]
    assert not pause.action.icon().isNull()


def test_warning_has_an_icon(qtbot: QtBot) -> None:
    label = WarningLabel("anyProblem", "Anything")
    qtbot.addWidget(label)
    label.setText("Something is wrong.")
    label.resize(300, 40)
    sign = label.grab(QRect(0, 0, SIGN_SIDE, 40))
    assert np.ptp(drawn(sign)[..., :3]) > 100
    label.set_warns(False)
    assert label.contentsMargins().left() == 0
