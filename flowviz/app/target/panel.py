"""What the flow shall learn: a kind of source, the page of that kind, and a preview."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QProgressBar, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.style.icons import icon
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.target.drawing_page import DrawingPage
from flowviz.app.target.image_page import ImagePage
from flowviz.app.target.mix_page import MixPage
from flowviz.app.target.page import Page
from flowviz.app.target.points_page import PointsPage
from flowviz.app.target.preview import Preview
from flowviz.app.target.shape_page import ShapePage
from flowviz.app.target.text_page import TextPage
from flowviz.app.widgets.controls import button, row
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.errors import FlowvizError
from flowviz.specs import DrawingSpec, ImageSpec, MixSpec, PointsSpec, ShapeSpec, SourceSpec, TargetSpec, TextSpec
from flowviz.specs.view import Theme
from flowviz.targets.image import darkness_of

Kind = Literal["text", "image", "shape", "drawing", "points", "mix"]
KINDS: dict[Kind, str] = {
    "text": "Learn to draw a word, or several",
    "image": "Learn the dark parts of a picture",
    "shape": "Learn one of the shapes that flows are usually tried on",
    "drawing": "Draw what is to be learned",
    "points": "Learn the points of a table",
    "mix": "Learn what stands on several of these pages, beside or over each other",
}
PREVIEW_HEIGHT = 90


class TargetPanel(QWidget):
    """Announces that the source has changed; shows what is made of it, or what is wrong with it."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.text, self.image, self.shape = TextPage(), ImagePage(), ShapePage()
        self.drawing, self.points, self.mix = DrawingPage(), PointsPage(), MixPage()
        self._pages: dict[Kind, Page] = {
            "text": self.text,
            "image": self.image,
            "shape": self.shape,
            "drawing": self.drawing,
            "points": self.points,
            "mix": self.mix,
        }
        self._kind: Kind = "text"
        self._preview = Preview()
        self._preview.setObjectName("targetPreview")
        self._preview.setAccessibleName("Preview of the target")
        self._problem = WarningLabel("targetProblem", "What is wrong with the target")
        self._is_refused = False  # what is chosen; while it is made, nothing is known against it
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note = WrappingLabel("targetNote", "About the target")
        self._below = QStackedWidget()  # the preview, or in its place what is wrong: nothing else moves
        self._below.setFixedHeight(PREVIEW_HEIGHT)
        self._below.addWidget(self._preview)
        self._below.addWidget(self._problem)
        self.reading, self.notices = ReadingBar(), NoticeList("targetNotices")
        self._buttons = QButtonGroup(self)
        self._lay_out()
        for kind, page in self._pages.items():
            page.changed.connect(partial(self._announce, kind))
        self.choose("text")

    def spec(self) -> TargetSpec:
        """The source that is chosen. Raises `FlowvizError` where there is none."""
        return self._pages[self._kind].spec()

    def sources(self) -> list[SourceSpec]:
        """What stands on the pages, but for a mix."""
        found: list[SourceSpec] = []
        for page in self._pages.values():
            try:
                spec = page.spec()
            except FlowvizError:
                continue
            if not isinstance(spec, MixSpec) and not (isinstance(spec, TextSpec) and not spec.text.strip()):
                found.append(spec)
        return found

    def choose(self, kind: Kind) -> None:
        """Turn to the page of a kind of source."""
        self._kind = kind
        for name, page in self._pages.items():
            page.setVisible(name == kind)
        self._button(kind).setChecked(True)
        self._below.setVisible(kind != "drawing")  # there, the canvas shows both
        self.changed.emit()

    def show_spec(self, spec: TargetSpec) -> None:
        """Show this source, and turn to its page. Raises `FileError` where a picture in it is damaged."""
        match spec:
            case TextSpec():
                self.text.show_spec(spec)
            case ImageSpec():
                self.image.show_spec(spec)
            case ShapeSpec():
                self.shape.show_spec(spec)
            case DrawingSpec():
                self.drawing.show_spec(darkness_of(spec.png, "The drawing"))
            case PointsSpec():
                self.points.show_spec(spec)
            case MixSpec():
                self.mix.show_spec(spec)
        self.choose(spec.kind)

    def show_text(self, text: str) -> None:
        """Have this text learned, in the font that is chosen."""
        self.text.show_text(text)
        if self._kind != "text":
            self.choose("text")

    @property
    def problem(self) -> str:
        """Why the source cannot be learned; nothing, where it can."""
        return self._problem.text() if self._is_refused else ""

    @property
    def kind(self) -> Kind:
        """The kind of source whose page is turned to."""
        return self._kind

    def contents(self) -> dict[Kind, dict[str, Any]]:
        """What stands on each page: to come back to it."""
        return {kind: page.contents() for kind, page in self._pages.items()}

    def show_contents(self, kind: Kind, contents: Mapping[Kind, Mapping[str, Any]]) -> None:
        """Show what stood on the pages before, and turn to one of them."""
        for name, page in self._pages.items():
            if page.contents() != contents[name]:
                page.blockSignals(True)
                page.show_contents(contents[name])
                page.blockSignals(False)
        self.choose(kind)

    def show_built(self, goal: BuiltTarget) -> None:
        """The source is good: this is made of it."""
        self._preview.show_picture(goal.picture)
        self._is_refused = False
        self._below.setCurrentWidget(self._preview)
        self.drawing.canvas.show_hint("")
        if not isinstance(goal.spec, DrawingSpec):
            self.drawing.set_traced(goal.picture)
        self._show_note(goal.note)

    def show_problem(self, sentence: str) -> None:
        """The source cannot be learned, and why."""
        self._is_refused = True
        self._problem.setText(sentence)
        self._below.setCurrentWidget(self._problem)
        self.drawing.canvas.show_hint(sentence if self._kind == "drawing" else "")
        self._show_note("")

    def forget_problem(self) -> None:
        """Whether what is chosen now can be learned is not known yet; until it is, what is seen stays."""
        self._is_refused = False

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        self._preview.set_theme(theme)
        for page in self._pages.values():
            page.set_theme(theme)

    def _lay_out(self) -> None:
        kinds = QHBoxLayout()
        kinds.setSpacing(2)
        for kind in self._pages:
            kinds.addWidget(self._made_button(kind), stretch=1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(kinds)
        for widget in (*self._pages.values(), self.reading, self.notices, self._below, self._note):
            layout.addWidget(widget)

    def _made_button(self, kind: Kind) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"{kind}Source")
        button.setText(kind.capitalize())
        button.setIcon(icon(kind))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setAccessibleName(f"Learn from: {kind}")
        button.setToolTip(KINDS[kind])
        button.setCheckable(True)
        button.clicked.connect(lambda: self.choose(kind))
        self._buttons.addButton(button)
        return button

    def _button(self, kind: Kind) -> QToolButton:
        (found,) = (button for button in self._buttons.buttons() if button.objectName() == f"{kind}Source")
        assert isinstance(found, QToolButton)
        return found

    def _announce(self, kind: Kind) -> None:
        if kind == self._kind:
            self.changed.emit()

    def _show_note(self, note: str) -> None:
        self._note.setText(note)
        self._note.setVisible(bool(note))


TICKS = 1000


class ReadingBar(QWidget):
    """Is there only while a file is read; announces that the reading shall end."""

    cancel_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._bar = QProgressBar()
        self._bar.setObjectName("readingProgress")
        self._bar.setAccessibleName("Progress of the reading")
        self._bar.setToolTip("How much of the file is read")
        self._bar.setRange(0, TICKS)
        cancel = button("readingCancel", "Cancel", "Stop reading; what stood here before stays")
        cancel.clicked.connect(lambda: self.cancel_requested.emit())
        line = row(self._bar, cancel, stretched=self._bar)
        line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(line)
        self.hide()

    def show_progress(self, share: float) -> None:
        """Show how much is read, 0 to 1."""
        self._bar.setValue(round(TICKS * share))
        self.show()
