"""The section on what is exported, and in which format."""

from PyQt6.QtCore import QSignalBlocker, Qt

from flowviz.app.export.section import FIELDS, ExportSection
from flowviz.app.export.spec_edit import FORMAT_WORDS, WHAT
from flowviz.app.widgets.controls import choice_box
from flowviz.specs import ExportSpec
from flowviz.specs.export_kinds import FORMATS, Format, What


class FormatSection(ExportSection):
    """Lets the user choose what to export, and in which format."""

    def __init__(self) -> None:
        super().__init__("Export")
        self._what = choice_box("exportWhat", FIELDS["what"], {what: title for what, (title, _) in WHAT.items()})
        for number, (_, description) in enumerate(WHAT.values()):
            self._what.setItemData(number, description, Qt.ItemDataRole.ToolTipRole)
        self._format = choice_box("exportFormat", FIELDS["format"], {})
        self._formats: dict[What, Format] = {}  # chosen last for each
        self.add_row("what", self._what)
        self.add_row("format", self._format)
        self._what.chosen.connect(self._take_what)
        self._format.chosen.connect(self._take_format)
        self._offer_formats()

    @property
    def what(self) -> What:
        """Return what is exported."""
        what: What = self._what.value
        return what

    @property
    def format(self) -> Format:
        """Return the format."""
        format_: Format = self._format.value
        return format_

    def choose_format(self, format_: Format) -> None:
        """Choose a format on behalf of the user."""
        self._format.choose(format_)

    def apply_to(self, spec: ExportSpec) -> ExportSpec:
        return spec.model_copy(update={"what": self.what, "format": self.format})

    def _show_values(self, spec: ExportSpec) -> None:
        self._formats[spec.what] = spec.format
        self._what.choose(spec.what)
        self._offer_formats()

    def _take_what(self) -> None:
        self._offer_formats()
        self.changed.emit()

    def _take_format(self, format_: Format) -> None:
        self._formats[self.what] = format_
        self.changed.emit()

    def _offer_formats(self) -> None:
        """List the formats of what is exported, and choose the one that was chosen last for it."""
        formats = FORMATS[self.what]
        with QSignalBlocker(self._format):
            self._format.clear()
            for number, format_ in enumerate(formats):
                title, description = FORMAT_WORDS[format_]
                self._format.addItem(title, format_)
                self._format.setItemData(number, description, Qt.ItemDataRole.ToolTipRole)
            self._format.choose(self._formats.get(self.what, formats[0]))
        self._format.setEnabled(len(formats) > 1)
        self._format.setToolTip(FIELDS["format"].description if len(formats) > 1 else "This is the only format.")
