"""The base class of the target pages."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PyQt6.QtWidgets import QFileDialog, QLayout, QVBoxLayout, QWidget

from flowviz.app.state.pages import Kind
from flowviz.app.state.request import Request, RequestState
from flowviz.app.style.tokens import TIGHT
from flowviz.app.widgets.controls import button, lay_out
from flowviz.app.widgets.form import Control, bind_fields
from flowviz.app.widgets.labels import FittingLabel

BLUR_STEPS = 100  # positions of its slider per unit


class Page(QWidget):
    """Page of the target panel that shows the contents of one kind of target and requests changes.

    Attributes:
        kind: The kind of target.
        invitation: What to do while the page is empty. Empty if the page is never empty or shows its own hint.
    """

    kind: ClassVar[Kind]
    invitation: ClassVar[str] = ""

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self.setObjectName(f"{self.kind}Page")
        self.request = request

    def contents(self, request: Request) -> Any:
        """Return the contents of this page in a request."""
        return request.pages.of(self.kind)

    def fill(self, *parts: QWidget | QLayout) -> None:
        """Lay out the parts of the page, from top to bottom."""
        lay_out(QVBoxLayout(self), *parts, spacing=TIGHT)

    def bind(self, **controls: Control) -> None:
        """Let controls show and change the fields of the same names."""
        bind_fields(self.request, self.contents, controls, partial(self.request.update_page, self.kind))

    def begin(self) -> None:
        """Do what the invitation of the empty page offers."""


class FilePage(Page):
    """Page of a kind of target that is read from a file.

    Attributes:
        files: The files that can be chosen, as Qt's dialogs need them.
    """

    files: ClassVar[str]

    def __init__(self, request: RequestState, tip: str, read: Callable[[Path], object]) -> None:
        """Create a page with a button that asks for a file, and a label for its name.

        Args:
            request: The request.
            tip: The tooltip of the button.
            read: Called with the file that the user has chosen.
        """
        super().__init__(request)
        self._read = read
        self._open = button(f"open{self.kind.capitalize()}Button", "Open…", tip, "open", run=self.begin)
        self.setFocusProxy(self._open)
        self._name = FittingLabel(f"{self.kind}Name", "Name of the file")

    def begin(self) -> None:
        """Ask the user for a file."""
        files = f"{self.files};;All files (*)"
        path, _ = QFileDialog.getOpenFileName(self, f"Open {self.kind.capitalize()}", "", files)
        if path:
            self._read(Path(path))
