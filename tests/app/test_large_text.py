"""With a text size of 150%, no text is cut off in a window of 1280 x 800."""

from collections.abc import Iterator

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QToolButton,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.existing import existing
from flowviz.app.document.content import Loaded
from flowviz.app.main_window import MainWindow
from flowviz.app.notices.message_box import CANCEL, Answer, ask
from flowviz.app.pane.readout import Readout, Score
from flowviz.app.style.appearance import TEXT_SIZES
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.widgets.labels import FittingLabel
from flowviz.projects import example
from tests.app.conftest import Window

WITH_TEXT = QLabel, QAbstractButton, QAbstractSpinBox, QComboBox, QGroupBox, QLineEdit


@pytest.fixture
def large(window: Window) -> Iterator[Window]:
    """A window whose text size was increased while it was open."""
    font = QApplication.font()
    window.main.appearance.choose_text_size(150)
    window.main.resize(1280, 800)
    QApplication.processEvents()
    yield window
    QApplication.setFont(font)


def cut_off(top: QWidget) -> list[str]:
    """Return the visible widgets that are too small for their text."""
    visible = [widget for widget in top.findChildren(QWidget) if isinstance(widget, WITH_TEXT) and widget.isVisible()]
    checked = [widget for widget in visible if not widget.objectName().startswith("qt_")]  # not parts of other widgets
    return [f"{_name(widget)} {_missing(widget)}" for widget in checked if any(side > 0 for side in _missing(widget))]


def _name(widget: QWidget) -> str:
    return widget.objectName() or f"{type(widget).__name__} {getattr(widget, 'text', str)()!r}"


def _missing(widget: QWidget) -> tuple[int, int]:
    """Return the width and height that a widget lacks, in pixels."""
    minimum = widget.minimumSizeHint()
    height = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else minimum.height()
    return minimum.width() - widget.width(), height - widget.height()


def check_text(top: QWidget, qtbot: QtBot) -> None:
    """Check that no text is cut off, as soon as the layout has settled."""

    def nothing_is_cut_off() -> None:
        assert cut_off(top) == []

    QApplication.processEvents()
    qtbot.waitUntil(nothing_is_cut_off)


def test_no_text_in_the_window_is_cut_off(large: Window, qtbot: QtBot) -> None:
    large.main.welcome.leave()
    for name in ("flowOptionsButton", "fontOptionsButton"):
        large.find(QToolButton, name).click()
    for kind in ("image", "shape", "drawing", "points", "mix", "text"):
        large.find(QToolButton, f"{kind}Source").click()
        check_text(large.main, qtbot)
    for action in ("overviewAction", "besideAction"):
        large.find(QAction, action).trigger()
    check_text(large.main, qtbot)


@pytest.mark.parametrize("percent", TEXT_SIZES.values())
def test_number_box_is_as_high_as_the_combo_box_beside_it(window: Window, percent: int) -> None:
    font = QApplication.font()
    window.main.appearance.choose_text_size(percent)
    number, unit = (window.find(QWidget, name).sizeHint().height() for name in ("budgetAmount", "budgetUnit"))
    QApplication.setFont(font)
    assert number == unit


def is_as_wide_as_its_panel(dock: QDockWidget) -> bool:
    """Return whether a panel shows the whole width of its contents."""
    widget = dock.widget()
    panel = widget if isinstance(widget, QScrollArea) else dock.findChild(QScrollArea)  # which may have a footer
    assert panel is not None
    content, view = panel.widget(), panel.viewport()
    assert content is not None
    assert view is not None
    return dock.rect().contains(panel.geometry()) and content.width() <= view.width()


def left(widget: QWidget, top: QWidget) -> int:
    return widget.mapTo(top, widget.rect().topLeft()).x()


def test_panels_show_the_whole_width_of_their_contents_in_a_small_window(large: Window, qtbot: QtBot) -> None:
    large.main.session.show_project(example("two_moons").project())
    large.main.resize(1024, 700)
    large.find(QToolButton, "flowOptionsButton").click()
    docks = [dock for dock in large.main.findChildren(QDockWidget) if not dock.isHidden()]
    center = large.find(QWidget, "center")
    qtbot.waitUntil(lambda: all(map(is_as_wide_as_its_panel, docks)))
    qtbot.waitUntil(lambda: all(dock.x() > 0 or dock.geometry().right() < left(center, large.main) for dock in docks))
    assert large.main.width() == 1024


def test_sentence_about_a_layer_is_not_cut_off_in_a_small_window(large: Window, qtbot: QtBot) -> None:
    large.main.session.show_project(example("brad").project())
    large.main.resize(1024, 700)
    readout, score = large.find(Readout, "readout"), large.find(Score, "score")
    qtbot.waitUntil(lambda: "legible" in score.text())
    for stage in range(large.main.view.value.last_stage + 1):
        large.main.view.set_stage(stage)
        qtbot.waitUntil(lambda: not readout.drawn_text.endswith("…"))
        assert ": " in readout.drawn_text, "it does not say what the layer does"
    assert "%" in score.drawn_text
    assert large.main.width() == 1024


def test_nothing_of_a_comparison_is_cut_off_on_a_laptop(large: Window, qtbot: QtBot) -> None:
    large.main.resize(1366, 768)
    large.main.comparisons.document.show(Loaded(example("three_flows").comparison()))
    panel = large.find(QWidget, "targetPreview").parentWidget()
    title = large.find(FittingLabel, "comparisonPlotTitle")
    assert panel is not None
    qtbot.waitUntil(lambda: panel.visibleRegion().boundingRect() == panel.rect())
    qtbot.waitUntil(lambda: large.find(LossPlot, "lossPlot").graph.height() >= 5 * title.fontMetrics().lineSpacing())
    assert not title.drawn_text.endswith("…")


def test_description_of_a_command_is_not_cut_off(large: Window, qtbot: QtBot) -> None:
    large.main.finder.open_sheet()
    commands = large.find(QTreeWidget, "commandList")
    last = commands.columnCount() - 1
    qtbot.waitUntil(lambda: commands.columnWidth(last) >= commands.sizeHintForColumn(last))


def test_no_text_on_the_start_page_is_cut_off(large: Window, qtbot: QtBot) -> None:
    large.main.welcome.show()
    check_text(large.main, qtbot)
    gallery = large.find(QListWidget, "startGallery")
    items = [existing(gallery.item(row)) for row in range(gallery.count())]
    lengths = [gallery.fontMetrics().horizontalAdvance(item.text()) for item in items]
    assert all(gallery.visualItemRect(item).width() >= length for item, length in zip(items, lengths, strict=True))


def test_no_text_in_a_dialog_is_cut_off(large: Window, qtbot: QtBot) -> None:
    large.main.welcome.leave()
    main = large.main
    for show in (
        main.export,
        main.finder.open_sheet,
        main.finder.open_palette,
        lambda: ask_something(main),
    ):
        show()
        QApplication.processEvents()
        (dialog,) = [dialog for dialog in main.findChildren(QDialog) if dialog.isVisible()]
        check_text(dialog, qtbot)
        dialog.close()
        qtbot.waitUntil(lambda: not any(dialog.isVisible() for dialog in main.findChildren(QDialog)))


def ask_something(main: MainWindow) -> None:
    ask(main, "anyBox", "Save the changes to 'Untitled'?", "Unsaved changes will be lost.", Answer("&Save", CANCEL))
