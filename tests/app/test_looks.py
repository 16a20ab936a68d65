"""What the window looks like: its icons, in both themes."""

import numpy as np
import pytest
from PyQt6.QtCore import QSize
from PyQt6.QtGui import QAction, QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QAbstractButton, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app import icons
from flowviz.app.icons import GLYPHS, icon
from tests.app.conftest import Window

SIDE = 32


def choose(window: Window, title: str) -> None:
    (action,) = [action for action in window.main.findChildren(QAction) if action.text().replace("&", "") == title]
    action.trigger()


def drawn(picture: QPixmap) -> np.ndarray:
    """Its pixels, (height, width, RGBA)."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    bits = image.constBits()
    assert bits is not None
    return np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(image.height(), image.width(), 4)


def ink(name: str, mode: QIcon.Mode = QIcon.Mode.Normal) -> float:
    """How light what is drawn of an icon is, 0 to 255."""
    pixels = drawn(icon(name).pixmap(QSize(SIDE, SIDE), mode))
    return float(pixels[pixels[..., 3] == 255][:, :3].mean())


@pytest.fixture
def drawing_icons(window: Window, qtbot: QtBot) -> None:
    """The library of icons has been loaded: soon after the window came up."""
    window.main.grab()
    qtbot.waitUntil(lambda: icons._Library.fonts is not None)


@pytest.mark.usefixtures("drawing_icons")
def test_every_icon_is_another_picture_or_of_the_same_thing() -> None:
    pictures = {name: drawn(icon(name).pixmap(SIDE, SIDE)).tobytes() for name in GLYPHS}
    assert all(any(picture) for picture in pictures.values())
    assert len(set(pictures.values())) == len(set(GLYPHS.values()))


@pytest.mark.usefixtures("drawing_icons")
def test_icons_follow_the_theme_and_show_what_is_disabled(window: Window) -> None:
    choose(window, "Dark")
    assert ink("play") > ink("play", QIcon.Mode.Disabled) > 60
    choose(window, "Light")
    assert ink("play") < ink("play", QIcon.Mode.Disabled) < 200


def test_a_button_without_words_has_an_icon_a_name_and_a_tooltip(window: Window) -> None:
    for button in window.main.findChildren(QAbstractButton):
        name = button.objectName()
        if name and not name.startswith("qt_") and not button.text():
            assert not button.icon().isNull(), button.objectName()
            assert button.accessibleName(), button.objectName()
            assert button.toolTip(), button.objectName()


def test_what_is_used_often_has_an_icon(window: Window) -> None:
    for name in ("train", "pause", "stop"):
        assert not window.find(QPushButton, f"{name}Button").icon().isNull()
    assert not window.find(QToolButton, "playButton").icon().isNull()
    for name in ("new", "open", "save", "export", "gallery", "shortcuts"):
        assert not window.find(QAction, f"{name}Action").icon().isNull(), name
