"""The panel that defines the target: the kind of source, its page, and a preview."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.state.pages import Kind
from flowviz.app.state.request import RequestState
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import TIGHT
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.target.drawing_page import DrawingPage
from flowviz.app.target.image_page import ImagePage
from flowviz.app.target.mix_page import MixPage
from flowviz.app.target.page import Page
from flowviz.app.target.points_page import PointsPage
from flowviz.app.target.preview import PREVIEW_HEIGHT, Preview
from flowviz.app.target.shape_page import ShapePage
from flowviz.app.target.text_page import TextPage
from flowviz.app.widgets.controls import button, exclusive, lay_out, named, tool_button
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.specs import DrawingSpec

if TYPE_CHECKING:
    from flowviz.app.target.importer import TargetImporter

KINDS: dict[Kind, str] = {
    "text": "Learn to draw one or more words",
    "image": "Learn the dark parts of a picture",
    "shape": "Learn one of the shapes that flows are commonly tested on",
    "drawing": "Draw a target",
    "points": "Learn the points of a table",
    "mix": "Combine several targets, side by side or one over the other",
}
TICKS = 1000  # of the progress bar


class TargetPanel(QWidget):
    """Panel that shows the requested target and changes it, with a preview or the reason why there is none."""

    def __init__(
        self, request: RequestState, importer: "Callable[[], TargetImporter]", learn: Callable[[], object]
    ) -> None:
        """Create a panel.

        Args:
            request: The request.
            importer: Returns the importer, which is created after the panel.
            learn: Trains a flow on the target.
        """
        super().__init__()
        self._request = request
        self.text = TextPage(
            request, lambda media: importer().take_media(media), learn, lambda: importer().find_fonts()
        )
        self.image = ImagePage(request, lambda path: importer().read_picture(path), lambda: importer().paste())
        self.points = PointsPage(
            request,
            lambda path: importer().read_table(path),
            lambda table, columns: importer().read_columns(table, columns),
        )
        self.shape, self.drawing, self.mix = ShapePage(request), DrawingPage(request), MixPage(request)
        pages: tuple[Page, ...] = self.text, self.image, self.shape, self.drawing, self.points, self.mix
        self._pages: dict[Kind, Page] = {page.kind: page for page in pages}
        self._preview = named(Preview(), "targetPreview", "Preview of the target")
        self._problem = WarningLabel("targetProblem", "Problem with the target")
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        tip = "Begin with this kind of target"
        self._zone = tool_button(
            "targetDropZone", "Empty target", tip, "open", run=lambda: self._pages[request.value.kind].begin()
        )
        self._zone.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._zone.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._note = WrappingLabel("targetNote", "Notes about the target")
        self._note.hide()  # or the panels would jump when the first target is built
        self._described: BuiltTarget | None = None  # by the note
        self._result = QStackedWidget()  # preview or problem in the same place, so that nothing else moves
        self._result.setMaximumHeight(PREVIEW_HEIGHT)
        for result in (self._preview, self._problem, self._zone):
            self._result.addWidget(result)
        self.reading, self.notices = ReadingBar(lambda: importer().cancel()), NoticeList("targetNotices")
        self._buttons = {
            kind: exclusive(_kind_button(kind, tip), partial(request.turn_to, kind)) for kind, tip in KINDS.items()
        }
        self._lay_out()
        for page in pages:
            if page.kind != request.value.kind:
                page.hide()  # showing the other one would measure it before it has its style
        self._show_kind(request.value.kind)
        request.observe(lambda value: value.kind, self._turn_to)
        request.observe(lambda value: value.plan.flow.is_recorded, lambda _: self._show_note())

    def show_target(self, built: BuiltTarget | None, problem: str) -> None:
        """Show a target, or the reason why there is none. Without either, the previous one stays."""
        if built is not None:
            self._show_built(built)
        elif problem:
            self._show_problem(problem)

    def _show_built(self, built: BuiltTarget) -> None:
        self._preview.show_picture(built.picture)
        self._result.setCurrentWidget(self._preview)
        self.drawing.canvas.show_hint("")
        if not isinstance(built.spec, DrawingSpec):
            self.drawing.set_traced(built.picture)
        self._described = built
        self._show_note()

    def _show_note(self) -> None:
        """Show the notes about the target. A recorded flow was not trained on a part of its points."""
        built, is_recorded = self._described, self._request.plan.flow.is_recorded
        notes = [built.note, "" if is_recorded else built.split] if built else []
        self._note.show_text(" ".join(filter(None, notes)))

    def _show_problem(self, sentence: str) -> None:
        page, is_empty = self._pages[self._request.value.kind], bool(self._request.value.problem)
        self._problem.setText(sentence)
        self._zone.setText(page.invitation)
        self._zone.setIcon(icon(page.kind))
        self._result.setCurrentWidget(self._zone if is_empty and page.invitation else self._problem)
        self.drawing.canvas.show_hint(sentence if self._request.value.kind == "drawing" else "")
        self._described = None
        self._show_note()

    def _show_kind(self, kind: Kind) -> None:
        self._buttons[kind].setChecked(True)
        self._result.setVisible(kind != "drawing")  # the canvas itself shows the drawing and the problem

    def _turn_to(self, kind: Kind) -> None:
        self._show_kind(kind)
        focus = QApplication.focusWidget()
        had_focus = focus is not None and any(page.isAncestorOf(focus) for page in self._pages.values())
        self._pages[kind].show()
        if had_focus:
            self._pages[kind].setFocus()  # otherwise, hiding the old page moves the focus to the next panel
        for name, page in self._pages.items():
            page.setVisible(name == kind)

    def _lay_out(self) -> None:
        kinds = lay_out(QHBoxLayout(), *self._buttons.values(), spacing=TIGHT // 2)
        for number in range(kinds.count()):
            kinds.setStretch(number, 1)
        lay_out(
            QVBoxLayout(self),
            kinds,
            *self._pages.values(),
            self.reading,
            self.notices,
            self._result,
            self._note,
            spacing=TIGHT,
        )


class ReadingBar(QWidget):
    """Progress bar with a Cancel button, which is visible while a file is being read."""

    def __init__(self, cancel: Callable[[], object]) -> None:
        """Create a hidden bar; `cancel` cancels the reading."""
        super().__init__()
        tip = "How much of the file has been read"
        self._bar = named(QProgressBar(), "readingProgress", "Reading progress", tip)
        self._bar.setRange(0, TICKS)
        stop = button("readingCancel", "Cancel", "Stop reading and keep the current target", run=cancel)
        lay_out(QHBoxLayout(self), self._bar, stop, stretched=self._bar)
        self.hide()

    def show_progress(self, share: float) -> None:
        """Show the share of the file that has been read, from 0 to 1."""
        self._bar.setValue(round(TICKS * share))
        self.show()


def _kind_button(kind: Kind, tip: str) -> QToolButton:
    found = tool_button(f"{kind}Source", f"Target: {kind}", tip, kind, kind.capitalize())
    found.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    return found
