"""The form of an export: an editor of an `ExportSpec`."""

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from flowviz.app.export.animation_section import ExportMotionPart
from flowviz.app.export.content_section import ExportViewPart
from flowviz.app.export.format_section import ExportKindPart
from flowviz.app.export.picture_section import ExportPicturePart
from flowviz.projects import Project
from flowviz.specs import ExportSpec, PictureSize
from flowviz.specs.effects import effects
from flowviz.specs.export import Format

OPAQUE = {"mp4": "MP4 has no transparency."}


class ExportForm(QScrollArea):
    """Shows only what has an effect on what is written; scrolls where it is too high. Announces every change."""

    changed = pyqtSignal()

    def __init__(self, project: Project, window: PictureSize) -> None:
        """`window` is the size of the picture in the window."""
        super().__init__()
        self._spec = ExportSpec()  # with what cannot be edited here, such as a probe
        self._kind = ExportKindPart()
        self._picture = ExportPicturePart(window)
        self._view = ExportViewPart(project)
        has_past = len(project.timeline.moments) > 1
        self._motion = ExportMotionPart(has_past=has_past)
        self._pointless = frozenset[str]() if has_past else frozenset({"moment"})
        self._parts = (self._kind, self._motion, self._picture, self._view)
        self._lay_out()
        for part in self._parts:
            part.changed.connect(self._take_change)

    def spec(self) -> ExportSpec:
        """What is chosen. Raises `SpecError` where the choices do not go together."""
        return ExportSpec(**self._chosen().model_dump())

    def show_spec(self, spec: ExportSpec) -> None:
        """Choose what the spec says, unheard."""
        self._spec = spec
        for part in self._parts:
            part.show_spec(spec)
        self._settle()

    def choose_format(self, format_: Format) -> None:
        """Choose a format, as a person does."""
        self._kind.choose_format(format_)

    def show_length(self, length: str) -> None:
        """Say how many frames there are, and how long they take."""
        self._motion.show_length(length)

    def _take_change(self) -> None:
        self._settle()
        self.changed.emit()

    def _settle(self) -> None:
        """Show what has an effect on what is written."""
        chosen = self._chosen()
        shown = effects(chosen) - self._pointless
        for part in (self._motion, self._picture, self._view):
            part.show_rows(shown)
        self._picture.set_opaque(OPAQUE.get(chosen.format, ""))
        self._view.set_all_stages(chosen.what == "sheet")

    def _chosen(self) -> ExportSpec:
        found = self._spec
        for part in self._parts:
            found = part.taken(found)
        return found

    def _lay_out(self) -> None:
        column = QVBoxLayout(form := QWidget())
        column.setContentsMargins(0, 0, 4, 0)
        for part in self._parts:
            column.addWidget(part)
        column.addStretch()
        self.setObjectName("exportForm")
        self.setAccessibleName("What is exported, and how")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(form)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        form, bar = self.widget(), self.verticalScrollBar()
        if watched is form and event is not None and event.type() == QEvent.Type.LayoutRequest:
            assert form is not None
            assert bar is not None
            self.setMinimumWidth(max(self.minimumWidth(), form.minimumSizeHint().width() + bar.sizeHint().width()))
        return super().eventFilter(watched, event)
