"""The base class of the target pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.app.state.pages import Kind
from flowviz.app.state.request import Request, RequestState
from flowviz.specs.view import Theme


class Page(QWidget):
    """Page of the target panel that shows the contents of one kind of target and requests changes."""

    kind: ClassVar[Kind]

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self.setObjectName(f"{self.kind}Page")
        self.request = request
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)

    def part(self, field: str) -> Callable[[Request], Any]:
        """Return a function that reads a field of this page from a request."""
        return lambda request: getattr(request.pages.of(self.kind), field)

    def setter(self, field: str) -> Callable[[Any], None]:
        """Return a function that requests a value for a field of this page."""
        return lambda value: self.request.update_page(self.kind, **{field: value})

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colors of a theme."""
