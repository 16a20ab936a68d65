"""What a screen reader says of everything that can be used, and has a value."""

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QLineEdit,
    QMenuBar,
    QProgressBar,
    QScrollBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.export.dialog import ExportDialog
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.stage_strip import StageStrip
from tests.app.conftest import Window

WITH_VALUES = (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QProgressBar,
    CloudView,
    LossPlot,
    StageStrip,
)
OF_QT = QScrollBar, QMenuBar


def controls(top: QWidget) -> Iterator[QWidget]:
    """All that takes the focus or has a value, but for what Qt has made inside of them."""
    for widget in top.findChildren(QWidget):
        is_control = isinstance(widget, WITH_VALUES) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        if is_control and not isinstance(widget, OF_QT) and not _is_inside(widget):
            yield widget


def _is_inside(widget: QWidget) -> bool:
    """The list of a box, the line of a number, the view of a list, the buttons of a panel's title."""
    above = widget.parentWidget()
    names = {"QComboBoxPrivateContainer", "QFrame", "GraphicsView", "Plot"}
    assert above is not None
    kind = above.metaObject()
    return (
        widget.objectName().startswith("qt_")
        or isinstance(above, QLineEdit)
        or (kind is not None and kind.className() in names)
        or type(above).__name__ in names
    )


def name_of(widget: QWidget) -> str:
    """As Qt tells it to a screen reader."""
    text = widget.text().replace("&", "") if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def description_of(widget: QWidget) -> str:
    """As Qt tells it to a screen reader: where there is none, the tooltip is."""
    return widget.accessibleDescription() or widget.toolTip()


def silent(top: QWidget) -> list[str]:
    """Controls of which nobody is told what they are, or what they are for."""
    found = []
    for widget in controls(top):
        name, description = name_of(widget), description_of(widget)
        if not name or not description or "&" in widget.accessibleName():
            place = widget.parentWidget()
            found.append(
                f"{type(widget).__name__} {widget.objectName()} in {type(place).__name__}: {name}, {description}"
            )
    return found


def test_everything_in_the_window_has_a_name_and_a_description(window: Window) -> None:
    assert silent(window.main) == []


@pytest.mark.parametrize("shows", ["export", "show_gallery", "show_shortcuts", "find_command"])
def test_everything_in_a_dialog_has_a_name_and_a_description(window: Window, qtbot: QtBot, shows: str) -> None:
    getattr(window.main, shows)()
    (dialog,) = window.main.findChildren(QDialog)
    assert list(controls(dialog))
    assert silent(dialog) == []
    dialog.close()


def test_two_controls_that_are_seen_together_have_two_names(window: Window) -> None:
    window.main.export()
    dialog = window.main.findChild(ExportDialog)
    assert dialog is not None
    names = [name_of(widget) for widget in controls(dialog) if widget.isVisible()]
    assert sorted(names) == sorted(set(names))
    dialog.close()


def test_what_the_play_button_does_is_said_anew(window: Window) -> None:
    play = window.find(QToolButton, "playButton")
    assert name_of(play) == "Play"
    play.click()
    assert name_of(play) == "Stop playing"
