"""The panels beside the cloud: columns of widgets that scroll when they are too tall."""

from PyQt6.QtCore import QSize

from flowviz.app.style.tokens import UNIT
from flowviz.app.widgets.controls import named
from flowviz.app.widgets.scroll_column import VerticalArea

MIN_WIDTH = 25 * UNIT  # pixels


class SidePanel(VerticalArea):
    """Panel with a column of widgets that scrolls vertically; its width is independent of its contents."""

    def __init__(self, object_name: str, name: str) -> None:
        super().__init__()
        named(self, object_name, name)
        self.setMinimumWidth(MIN_WIDTH)

    def sizeHint(self) -> QSize:
        return QSize(MIN_WIDTH, super().sizeHint().height())
