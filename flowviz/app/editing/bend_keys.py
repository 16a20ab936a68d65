"""The keys that bend a layer, in the plot of its curves and in the cloud."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent

from flowviz.app.editing.cloud_bending import CloudBending
from flowviz.app.editing.curve_bending import CurveBending

NUDGES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
WIDTHS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}
SELECTIONS = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
REMOVALS = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
UNUSED = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def press_key(
    event: QKeyEvent,
    bends: CloudBending | CurveBending,
    add: Callable[[int], bool],
    nudge: Callable[[int, int], object],
) -> bool:
    """Bend a layer as a key says.

    Args:
        event: The press of the key.
        bends: The bends of the layer.
        add: Adds a bend to the curve with a number, for the keys 1 to 5, and returns whether there is one.
        nudge: Moves the selected bend right and up by a number of steps, for the arrow keys.

    Returns:
        Whether the key has done something.
    """
    key = event.key()
    if event.modifiers() & UNUSED:
        return False
    if Qt.Key.Key_1 <= key <= Qt.Key.Key_5:
        return add(key - Qt.Key.Key_1)
    if key in SELECTIONS:
        bends.select_next(SELECTIONS[Qt.Key(key)])
    elif bends.selected is None:
        return False
    elif key in NUDGES:
        nudge(*NUDGES[Qt.Key(key)])
    elif key in WIDTHS:
        bends.widen(WIDTHS[Qt.Key(key)])
    elif key in REMOVALS:
        bends.remove()
    else:
        return False
    return True
