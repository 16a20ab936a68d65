"""What an export writes, and in which format."""

from PyQt6.QtCore import Qt

from flowviz.app.export.section import ExportPart
from flowviz.app.export.spec_edit import FORMAT_WORDS, WHAT
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.errors import SpecError
from flowviz.exporting.mp4 import check_available
from flowviz.specs import ExportSpec
from flowviz.specs.export import FORMATS, Format, What

SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class ExportKindPart(ExportPart):
    """What and Format; of the formats, only those that go with what is written.

    A format that lacks a package is there all the same; a note says which command adds it.
    """

    def __init__(self) -> None:
        super().__init__("Export")
        self._what = ChoiceBox("exportWhat", "What to export", {what: title for what, (title, _) in WHAT.items()})
        for number, (_, tip) in enumerate(WHAT.values()):
            self._what.setItemData(number, tip, Qt.ItemDataRole.ToolTipRole)
        self._format = ChoiceBox("exportFormat", "Format", {})
        self._formats: dict[What, Format] = {}  # what was chosen for each
        self._note = WrappingLabel("exportFormatNote", "What the format lacks")
        self._note.setAccessibleDescription("Its text can be selected and copied")
        self._note.setTextInteractionFlags(SELECTABLE)
        self.add_row("what", "&What", self._what, stretched=self._what)
        self.add_row("format", "&Format", self._format, stretched=self._format)
        self.add_row("note", "", self._note, stretched=self._note)
        self._what.chosen.connect(self._take_what)
        self._format.chosen.connect(self._take_format)
        self._offer_formats()

    @property
    def what(self) -> What:
        """What is written."""
        found: What = self._what.value
        return found

    @property
    def format(self) -> Format:
        """In which format."""
        found: Format = self._format.value
        return found

    @property
    def lack(self) -> str:
        """Why that format cannot be written here, and what to do; nothing where it can."""
        try:
            if self.format == "mp4":
                check_available()
        except SpecError as error:
            return str(error)
        return ""

    def choose_format(self, format_: Format) -> None:
        """Choose a format, as a person does."""
        self._format.choose(format_)

    def show_spec(self, spec: ExportSpec) -> None:
        self.blockSignals(True)
        self._formats[spec.what] = spec.format
        self._what.choose(spec.what)
        self._offer_formats()
        self.blockSignals(False)

    def taken(self, spec: ExportSpec) -> ExportSpec:
        return spec.model_copy(update={"what": self.what, "format": self.format})

    def _take_what(self) -> None:
        self._offer_formats()
        self.changed.emit()

    def _take_format(self, format_: Format) -> None:
        self._formats[self.what] = format_
        self._show_note()
        self.changed.emit()

    def _offer_formats(self) -> None:
        """Offer those that go, and choose the one that was chosen last for this."""
        self._format.blockSignals(True)
        self._format.clear()
        for format_ in FORMATS[self.what]:
            title, tip = FORMAT_WORDS[format_]
            self._format.addItem(title, format_)
            self._format.setItemData(self._format.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._format.choose(self._formats.get(self.what, FORMATS[self.what][0]))
        self._format.setEnabled(self._format.count() > 1)
        self._format.setToolTip("Format" if self._format.count() > 1 else "There is no other format for this.")
        self._format.blockSignals(False)
        self._show_note()

    def _show_note(self) -> None:
        lack = self.lack
        self._note.setText(lack)
        self.show_rows(frozenset({"what", "format"} | ({"note"} if lack else set())))
