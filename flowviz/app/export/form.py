"""The form of the export dialog: sections of rows of fields, of which only those with an effect are visible."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFormLayout, QGroupBox, QLabel, QWidget

from flowviz.app.export.controls import (
    FIELDS,
    Control,
    color_control,
    control,
    mark_control,
    side_control,
    size_control,
    title_of,
)
from flowviz.app.export.source import Choices, ExportSource
from flowviz.app.export.words import MARKS
from flowviz.app.style.tokens import TIGHT
from flowviz.app.widgets.controls import ChoiceBox, label_of, named, row_widget
from flowviz.app.widgets.scroll_column import ScrollColumn
from flowviz.specs import PictureSize
from flowviz.specs.view import CM_PER_INCH

# Rows of each section. What is no field, or part of one, is a note or a text.
SECTIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "Export": (("what",), ("columns",), ("format",)),
    "Animation": (("through",), ("in_betweens",), ("fps", "exportLength"), ("easing",), ("heading",), ("repeat",)),
    "Picture": (
        ("size",), ("width", "×", "height", "pixels"), ("scale", "exportPixels"), ("dpi", "exportCentimeters"),
        ("background",), ("theme",),
    ),
    "Content": (
        ("stage",), ("first",), ("last",), ("moment",), ("direction",), ("points", "density", "grid"),
        ("paths", "velocity", "target"), ("beside",), ("fitted",), ("common_scale",), ("color_by",), ("palette",),
        ("axes", "labels"), ("units",), ("particles",), ("particles_as",), ("moments",), ("values",),
    ),
}  # fmt: skip
LABELS = {  # of rows that are not labeled with the title of their first field
    "width": "",
    "points": FIELDS["marks"].title,
    "paths": "",
    "beside": "",
    "fitted": "View",
    "common_scale": "View",
    "axes": "Labels",
}
NOTES = {  # object names and accessible names of texts beside controls
    "exportLength": "Number of frames and duration",
    "exportPixels": "Size of the exported picture",
    "exportCentimeters": "Size on paper",
}
PARTS = {"size": ("width", "height"), "marks": tuple(MARKS)}  # controls of parts of a field
WIDEST_LABEL = FIELDS["fps"].title


class Section(NamedTuple):
    """Group of rows, with the names of the fields in each row."""

    box: QGroupBox
    form: QFormLayout
    rows: Mapping[QWidget, Sequence[str]]


class ExportForm(ScrollColumn):
    """Scrollable form that edits the choices of an export. Titles and descriptions of fields label its controls.

    It keeps the values that the user has chosen while other choices rule them out.
    """

    def __init__(self, source: ExportSource, choices: Choices, on_change: Callable[[], object]) -> None:
        """Show the choices with which the dialog opens, and call `on_change` when the user changes one."""
        self._source, self._chosen, self._on_change = source, choices, on_change
        self._formats = {choices["what"]: choices["format"]}  # chosen last for each kind of export
        self._controls = self._create_controls()
        self._notes = {name: named(QLabel(), name, title) for name, title in NOTES.items()}
        self._sections = [self._create_section(title, rows) for title, rows in SECTIONS.items()]
        super().__init__(*(section.box for section in self._sections), stretched=True)
        named(self, "exportForm", "Export settings")
        self._column.setContentsMargins(0, 0, TIGHT, 0)
        self._column.addStretch()
        for name, each in self._controls.items():
            each.chosen.connect(partial(self.choose, name))
        self.need_changed.connect(self._keep_width)
        self._show_choices()

    def _keep_width(self) -> None:
        """Never become narrower, so that the preview keeps its size."""
        self.setMinimumWidth(max(self.minimumWidth(), self.minimumSizeHint().width()))

    @property
    def choices(self) -> Choices:
        """Return the choices, without those that others rule out."""
        return self._source.possible(self._chosen)

    def show_length(self, length: str) -> None:
        """Show the number of frames and their duration."""
        self._notes["exportLength"].setText(length)

    def _create_controls(self) -> dict[str, Control]:
        """Return the controls of the fields among the choices, and of their parts."""
        found = {"size": size_control(), "color_by": color_control()} | {
            side: side_control(side) for side in PARTS["size"]
        }
        marks: dict[str, Control] = {mark: mark_control(mark) for mark in MARKS}
        found |= marks
        widest = max(each.widget.sizeHint().width() for each in marks.values())
        for each in marks.values():
            each.widget.setMinimumWidth(widest)
        defaults, options = self._source.defaults, self._source.options(self._chosen)
        for name in (name for rows in SECTIONS.values() for names in rows for name in names):
            if name in self._chosen and name not in found:
                found[name] = control(name, defaults.get(name), has_options=name in options)
        return found

    def choose(self, name: str, value: Any) -> None:
        """Choose the value of a control on behalf of the user."""
        changes = self._controls[name].changes(self._chosen, value)
        if not changes:
            return
        if name == "what":
            formats = self._source.kinds[value].formats
            changes = {**changes, "format": self._formats.get(value, formats[0])}
        self._chosen = self._source.followed({**self._chosen, **changes}, name)
        self._formats[self._chosen["what"]] = self._chosen["format"]
        self._show_choices()
        self._on_change()

    def _show_choices(self) -> None:
        choices = self.choices
        options, reasons = self._source.options(choices), self._source.reasons(choices)
        for name, each in self._controls.items():
            each.show_choices(choices, options.get(name, {}), reasons.get(name, ""))
        fields = self._source.fields(choices)
        shown = fields.union(*(PARTS[name] for name in fields & PARTS.keys()))
        for box, form, rows in self._sections:
            for content, names in rows.items():
                form.setRowVisible(content, not shown.isdisjoint(names))
            box.setVisible(any(not shown.isdisjoint(names) for names in rows.values()))
        self._describe_size(choices["size"], choices["scale"], choices["dpi"])

    def _describe_size(self, size: PictureSize, scale: int, dpi: int) -> None:
        self._notes["exportPixels"].setText(f"{size.width * scale:,} × {size.height * scale:,} pixels")
        width, height = (side * scale * CM_PER_INCH / dpi for side in (size.width, size.height))
        self._notes["exportCentimeters"].setText(f"{width:.1f} × {height:.1f} cm")

    def _create_section(self, title: str, rows: Iterable[Sequence[str]]) -> Section:
        box, found = QGroupBox(title), dict[QWidget, Sequence[str]]()
        form = QFormLayout(box)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setContentsMargins(0, TIGHT, 0, TIGHT)
        form.setVerticalSpacing(TIGHT)
        for names in rows:
            if names[0] in self._controls:
                content = self._create_row(names)
                text = LABELS[names[0]] if names[0] in LABELS else title_of(names[0])
                label = label_of(self._controls[names[0]].widget, text)
                label.setMinimumWidth(label.fontMetrics().horizontalAdvance(WIDEST_LABEL) + TIGHT)
                label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
                form.addRow(label, content)
                found[content] = names
        return Section(box, form, found)

    def _create_row(self, names: Sequence[str]) -> QWidget:
        """Return a row of controls, notes and texts."""
        cells: list[QWidget] = [
            self._controls[name].widget if name in self._controls else self._notes.get(name) or QLabel(name)
            for name in names
        ]
        return row_widget(*cells, stretched=cells[0] if isinstance(cells[0], ChoiceBox) and not cells[1:] else None)
