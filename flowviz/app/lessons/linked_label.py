"""Text of a lesson with links: to controls of the window, to explanations of terms, and to pages of the web."""

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QAction, QCursor
from PyQt6.QtWidgets import QToolTip, QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.lessons.terms import TERMS

LINKED, SELECTABLE = Qt.TextInteractionFlag.TextBrowserInteraction, Qt.TextInteractionFlag.TextSelectableByMouse
NONE = Qt.TextInteractionFlag.NoTextInteraction
PARAGRAPH = f'<p style="margin: {GAP}px 0">'  # as far apart as the parts of a step


class LinkedLabel(WrappingLabel):
    """Label whose links the Tab key visits. A tooltip explains the term under the pointer."""

    def __init__(self, object_name: str, accessible_name: str) -> None:
        super().__init__(object_name, accessible_name)
        self.setAccessibleDescription("The text can be selected and copied; Tab leads to its links")
        self.linkHovered.connect(self._explain)

    def setText(self, text: str | None) -> None:
        super().setText((text or "").replace("<p>", PARAGRAPH))
        self.setTextInteractionFlags(LINKED if "<a " in (text or "") else SELECTABLE if text else NONE)

    def has_control(self, name: str) -> bool:
        """Return whether the window has a control or a command with an object name."""
        top = existing(self.window())  # the window of a panel that floats is its own
        return control_named(top.parentWidget() or top, name) is not None

    def _explain(self, address: str) -> None:
        QToolTip.showText(QCursor.pos(), TERMS.get(address.removeprefix("term:"), ""), self)


def control_named(window: QWidget, name: str) -> QObject | None:
    """Return the control or the command of a window with an object name. None if there is none."""
    return window.findChild((QWidget, QAction), name)
