"""A box to choose one of a few values."""

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox


class ChoiceBox(QComboBox):
    """Announces the value that is chosen."""

    chosen = pyqtSignal(object)

    def __init__(self, object_name: str, name: str, choices: Mapping[Any, str]) -> None:
        """`choices` are the values, each with its text; the first is chosen."""
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(name)
        self.setToolTip(name)
        for value, text in choices.items():
            self.addItem(text, value)
        self.currentIndexChanged.connect(lambda: self.chosen.emit(self.value))

    @property
    def value(self) -> Any:
        """What is chosen."""
        return self.currentData()

    def choose(self, value: object) -> None:
        """Choose one of the values."""
        self.setCurrentIndex(self.findData(value))
