"""What the pages of the target panel have in common: each shows the controls of one kind of source."""

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.specs import TargetSpec
from flowviz.specs.view import Theme


class Page(QWidget):
    """Announces that its source has changed."""

    changed = pyqtSignal()

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)

    def spec(self) -> TargetSpec:
        """The source that is chosen. Raises `FlowvizError` where there is none."""
        raise NotImplementedError

    def contents(self) -> dict[str, Any]:
        """What stands here by its names, also where it makes no source: to come back to it."""
        raise NotImplementedError

    def show_contents(self, contents: Mapping[str, Any]) -> None:
        """Show what stood here before."""
        raise NotImplementedError

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
