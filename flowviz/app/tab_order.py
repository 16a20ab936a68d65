"""The way that the Tab key takes."""

from itertools import pairwise

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget


def order_tabs(*places: QWidget) -> None:
    """Let the Tab key go through all that is in these places, one after the other, in the order in which it is laid."""
    inside = [widget for place in places for widget in (place, *place.findChildren(QWidget))]
    for before, after in pairwise(widget for widget in inside if widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
        QWidget.setTabOrder(before, after)
