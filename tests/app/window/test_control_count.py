"""The number of controls that a user sees at once."""

from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from flowviz.app.main_window import MainWindow
from tests.app.conftest import settle
from tests.app.window.layouts import OpenWindow

CONTROLS = QAbstractButton, QComboBox, QAbstractSpinBox, QAbstractSlider, QLineEdit, QPlainTextEdit, QTextEdit
MAX_ON_START_PAGE, MAX_IN_WINDOW = 15, 38


def controls(main: MainWindow) -> list[str]:
    """Return the visible controls, enabled or not, without scroll bars and the text fields of boxes."""
    found = [widget for kind in CONTROLS for widget in main.findChildren(kind)]
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in found
        if not widget.visibleRegion().isEmpty() and not isinstance(widget, QScrollBar) and not is_part_of_box(widget)
    ]


def is_part_of_box(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return parent is not None and (isinstance(parent, QComboBox | QAbstractSpinBox) or is_part_of_box(parent))


def test_start_page_has_few_controls(open_window: OpenWindow) -> None:
    main = open_window().main
    main.resize(1366, 768)
    main.welcome.show()
    settle(main)
    found = controls(main)
    assert "WordBox startWord" in found
    assert len(found) <= MAX_ON_START_PAGE, found


def test_window_has_few_controls_after_skip(open_window: OpenWindow) -> None:
    main = open_window().main
    main.resize(1366, 768)
    main.welcome.show()
    settle(main)
    skip = main.findChild(QPushButton, "startLeaveButton")
    assert skip is not None
    skip.click()
    settle(main)
    found = controls(main)
    assert "JumpSlider layerScrubber" in found
    assert len(found) <= MAX_IN_WINDOW, found
