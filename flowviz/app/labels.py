"""Text that breaks into lines."""

from PyQt6.QtWidgets import QLabel


class WrappingLabel(QLabel):
    """A label as wide as there is room, and as high as its text needs."""

    def __init__(self, object_name: str, accessible_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self.setWordWrap(True)
