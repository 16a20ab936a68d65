"""The ring around the focused widget."""

from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from flowviz.app.window.keyboard import FocusRing, FocusRings
from tests.app.conftest import Window


def test_focus_ring_surrounds_the_focused_widget(window: Window, qtbot: QtBot) -> None:
    slider = window.find(QSlider, "layerScrubber")
    slider.setFocus()
    ring = window.main.findChild(FocusRing)
    assert ring is not None
    assert ring.isVisible()
    assert ring.geometry() == QRect(slider.mapTo(window.main, QPoint()), slider.size())
    window.main.resize(window.main.width() - 40, window.main.height() - 30)
    qtbot.waitUntil(lambda: ring.geometry() == QRect(slider.mapTo(window.main, QPoint()), slider.size()))


def test_focus_ring_does_not_cover_the_text_of_a_label(window: Window, qtbot: QtBot) -> None:
    rings, label = FocusRings(window.main), QLabel("Text", window.main)
    label.setGeometry(50, 50, 100, 30)
    label.show()
    rings.watch(None, label)
    [ring] = [ring for ring in window.main.findChildren(FocusRing) if ring.widget() is label]
    assert ring.mask().intersected(label.geometry().translated(-ring.pos())).isEmpty()


def test_focus_ring_is_hidden_when_its_widget_is_deleted(window: Window, qtbot: QtBot) -> None:
    rings, gone = FocusRings(window.main), QLineEdit(window.main)
    gone.show()
    rings.watch(None, gone)
    rings.watch(gone, None)  # as when another program gets the focus
    with qtbot.waitSignal(gone.destroyed):
        gone.deleteLater()
    window.main.resize(1100, 750)
    QApplication.processEvents()
    assert gone not in [ring.widget() for ring in window.main.findChildren(FocusRing)]
