"""The way that the Tab key takes."""

from collections.abc import Iterator
from itertools import pairwise

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget


def order_tabs(*places: QWidget) -> None:
    """Let the Tab key go through all that is in these places, one after the other, in the order in which it is laid."""
    for before, after in pairwise(stop for place in places for stop in _stops(place)):
        QWidget.setTabOrder(before, after)


def _stops(place: QWidget) -> Iterator[QWidget]:
    """What takes the focus. Qt knows the order in what gives it to a part of itself; the list of a box lies apart."""
    gives_to = place.focusProxy()
    if gives_to is not None and place.isAncestorOf(gives_to):
        yield place
        return
    if gives_to is None and place.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield place
    for child in place.children():
        if isinstance(child, QWidget) and not child.isWindow():
            yield from _stops(child)
