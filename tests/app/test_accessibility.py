"""Names and descriptions of all controls, for screen readers."""

from collections.abc import Iterator
from operator import attrgetter

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
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.stage_strip import StageStrip
from flowviz.app.training.loss_plot import LossPlot
from tests.app.conftest import Window

pytestmark = pytest.mark.shared_window

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
INTERNAL = QScrollBar, QMenuBar


def controls(top: QWidget) -> Iterator[QWidget]:
    """Yield the widgets that take the focus or have a value, except for internal ones of Qt."""
    for widget in top.findChildren(QWidget):
        is_control = isinstance(widget, WITH_VALUES) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        if is_control and not isinstance(widget, INTERNAL) and not _is_inside(widget):
            yield widget


def _is_inside(widget: QWidget) -> bool:
    """Return whether a widget is a part of another control, such as the text of a number box."""
    parent = widget.parentWidget()
    names = {"QComboBoxPrivateContainer", "QFrame", "CloudCanvas", "GraphicsView", "PlotWidget"}
    assert parent is not None
    kind = parent.metaObject()
    return (
        widget.objectName().startswith("qt_")
        or isinstance(parent, QLineEdit)
        or (kind is not None and kind.className() in names)
        or type(parent).__name__ in names
    )


def name_of(widget: QWidget) -> str:
    """Return the name that Qt tells a screen reader."""
    text = widget.text().replace("&", "") if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def description_of(widget: QWidget) -> str:
    """Return the description that Qt tells a screen reader, which falls back to the tooltip."""
    return widget.accessibleDescription() or widget.toolTip()


def undescribed(top: QWidget) -> list[str]:
    """Return the controls without a name or a description."""
    problems = []
    for widget in controls(top):
        name, description = name_of(widget), description_of(widget)
        if not name or not description or "&" in widget.accessibleName():
            parent = type(widget.parentWidget()).__name__
            problems.append(f"{type(widget).__name__} {widget.objectName()} in {parent}: {name}, {description}")
    return problems


def test_every_control_in_the_window_has_a_name_and_a_description(window: Window) -> None:
    assert undescribed(window.main) == []


@pytest.mark.parametrize("opener", ["export", "finder.open_sheet", "finder.open_palette"])
def test_every_control_in_a_dialog_has_a_name_and_a_description(window: Window, qtbot: QtBot, opener: str) -> None:
    attrgetter(opener)(window.main)()
    (dialog,) = window.main.findChildren(QDialog)
    assert list(controls(dialog))
    assert undescribed(dialog) == []
    dialog.close()


def test_controls_of_the_export_dialog_have_distinct_names(window: Window) -> None:
    window.main.export()
    dialog = window.main.findChild(ExportDialog)
    assert dialog is not None
    names = [name_of(widget) for widget in controls(dialog) if widget.isVisible()]
    assert sorted(names) == sorted(set(names))
    dialog.close()


def test_name_of_the_play_button_follows_its_state(window: Window) -> None:
    play = window.find(QToolButton, "playButton")
    assert name_of(play) == "Play"
    play.click()
    assert name_of(play) == "Stop playing"
    play.click()
    assert name_of(play) == "Play"
