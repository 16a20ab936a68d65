"""The form of the export dialog, which edits an `ExportSpec`."""

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from flowviz.app.export.animation_section import AnimationSection
from flowviz.app.export.content_section import ContentSection
from flowviz.app.export.format_section import FormatSection
from flowviz.app.export.picture_section import PictureSection
from flowviz.projects import Project
from flowviz.specs import ExportSpec, PictureSize
from flowviz.specs.export import effects
from flowviz.specs.export_kinds import Format
from flowviz.specs.fields import checked

OPAQUE = {"mp4": "MP4 has no transparency."}


class ExportForm(QScrollArea):
    """Scrollable form that shows only the choices with an effect on what is exported."""

    changed = pyqtSignal()  # by the user

    def __init__(self, project: Project, window_size: PictureSize) -> None:
        super().__init__()
        self._spec = ExportSpec()  # holds what cannot be edited here, such as a probe
        has_history = len(project.timeline.moments) > 1
        self._format = FormatSection()
        self._animation = AnimationSection(has_history=has_history)
        self._picture = PictureSection(window_size)
        self._content = ContentSection(project)
        self._hidden = frozenset[str]() if has_history else frozenset({"moment"})
        self._sections = (self._format, self._animation, self._picture, self._content)
        self._lay_out()
        for section in self._sections:
            section.changed.connect(self._take_change)

    def spec(self) -> ExportSpec:
        """Return the choices. Raises `SpecError` where they cannot be combined."""
        return checked(self._values())

    def show_spec(self, spec: ExportSpec) -> None:
        """Show the choices of a spec, without emitting `changed`."""
        self._spec = spec
        for section in self._sections:
            section.show_spec(spec)
        self._update_rows()

    def choose_format(self, format_: Format) -> None:
        """Choose a format on behalf of the user."""
        self._format.choose_format(format_)

    def show_length(self, length: str) -> None:
        """Show the number of frames and their duration."""
        self._animation.show_length(length)

    def _take_change(self) -> None:
        self._update_rows()
        self.changed.emit()

    def _update_rows(self) -> None:
        values = self._values()
        shown = effects(values) - self._hidden
        for section in (self._animation, self._picture, self._content):
            section.show_rows(shown)
        self._picture.set_opaque(OPAQUE.get(values.format, ""))
        self._content.set_sheet(values.what == "sheet")

    def _values(self) -> ExportSpec:
        """Return the choices, unchecked."""
        spec = self._spec
        for section in self._sections:
            spec = section.apply_to(spec)
        return spec

    def _lay_out(self) -> None:
        column = QVBoxLayout(form := QWidget())
        column.setContentsMargins(0, 0, 4, 0)
        for section in self._sections:
            column.addWidget(section)
        column.addStretch()
        self.setObjectName("exportForm")
        self.setAccessibleName("Export settings")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(form)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Keep the area as wide as the form needs; QScrollArea filters the events of its widget."""
        form, bar = self.widget(), self.verticalScrollBar()
        if watched is form and event is not None and event.type() == QEvent.Type.LayoutRequest:
            assert form is not None
            assert bar is not None
            self.setMinimumWidth(max(self.minimumWidth(), form.minimumSizeHint().width() + bar.sizeHint().width()))
        return super().eventFilter(watched, event)
