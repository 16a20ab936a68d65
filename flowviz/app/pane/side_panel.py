"""The panels beside the cloud: columns of widgets that scroll when they are too tall."""

from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QLayout, QVBoxLayout, QWidget

from flowviz.app.style.tokens import GAP, TIGHT, UNIT
from flowviz.app.widgets.controls import lay_out, named
from flowviz.app.widgets.scroll_column import VerticalArea

MIN_WIDTH = 25 * UNIT  # pixels


class SidePanel(VerticalArea):
    """Panel with a column of widgets that scrolls vertically; its width is independent of its contents."""

    def __init__(self, object_name: str, name: str) -> None:
        super().__init__()
        named(self, object_name, name)
        self.setMinimumWidth(MIN_WIDTH)

    def fill(self, *parts: QWidget | QLayout, stretched: QWidget | None = None) -> QVBoxLayout:
        """Fill the panel, and return its column. The extra height goes to the `stretched` widget."""
        content = QWidget()
        column = QVBoxLayout(content)
        self.setWidget(content)  # while it is empty, because Qt measures it
        return lay_out(column, *parts, stretched=stretched, margin=(GAP, TIGHT, GAP, TIGHT))

    def sizeHint(self) -> QSize:
        return QSize(MIN_WIDTH, super().sizeHint().height())
