"""The section on the size and the background of exported pictures."""

from collections.abc import Mapping

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtWidgets import QLabel

from flowviz.app.export.section import FIELDS, ExportSection, label_of, number_box
from flowviz.app.widgets.controls import choice_box
from flowviz.specs import ExportSpec, PictureSize
from flowviz.specs.fields import fields_of, with_values
from flowviz.specs.view import CM_PER_INCH, MAX_SIDE, Background, Theme

PRESETS = ("1080x1080", "1920x1080", "1080x1920", "3840x2160")
BACKGROUNDS: Mapping[Background, str] = {"solid": "Solid", "transparent": "Transparent"}
THEMES: Mapping[Theme, str] = {"light": "Light", "dark": "Dark"}
OTHER = "own"
SIDES = fields_of(PictureSize)
MAX_SCALE = FIELDS["scale"].limits[1]


class PictureSection(ExportSection):
    """Size, scale factor, resolution, background and theme."""

    def __init__(self, window_size: PictureSize) -> None:
        super().__init__("Picture")
        self._preset = choice_box("exportSize", FIELDS["size"], _presets(window_size))
        self._width = number_box("exportWidth", SIDES["width"])
        self._height = number_box("exportHeight", SIDES["height"])
        self._scale = number_box("exportScale", FIELDS["scale"])
        self._scale.setPrefix("× ")
        self._pixels = QLabel()
        self._pixels.setObjectName("exportPixels")
        self._pixels.setAccessibleName("Size of the exported picture")
        self._dpi = number_box("exportDpi", FIELDS["dpi"])
        self._centimeters = QLabel()
        self._centimeters.setObjectName("exportCentimeters")
        self._centimeters.setAccessibleName("Size on paper")
        self._background = choice_box("exportBackground", FIELDS["background"], BACKGROUNDS)
        self._theme = choice_box("exportTheme", FIELDS["theme"], THEMES)
        self._add_rows()
        self._preset.chosen.connect(self._take_preset)
        for number in (self._width, self._height, self._scale, self._dpi):
            number.valueChanged.connect(self._update_size)
        for choice in (self._background, self._theme):
            choice.chosen.connect(lambda: self.changed.emit())

    def apply_to(self, spec: ExportSpec) -> ExportSpec:
        has_background = self._background.isEnabledTo(self)  # the whole form is disabled during an export
        background = self._background.value if has_background else "solid"
        size = {"size": self._size, "scale": self._scale.value(), "dpi": self._dpi.value()}
        return with_values(spec, {**size, "background": background, "theme": self._theme.value})

    def set_opaque(self, reason: str) -> None:
        """Disable the background for a reason; enable it if the reason is empty."""
        self._background.setEnabled(not reason)
        self._background.setToolTip(reason or FIELDS["background"].description)

    def _show_values(self, spec: ExportSpec) -> None:
        self._width.setValue(spec.size.width)
        self._height.setValue(spec.size.height)
        self._scale.setValue(spec.scale)
        self._dpi.setValue(spec.dpi)
        self._background.choose(spec.seen.view.background)
        self._theme.choose(spec.seen.view.theme)
        self._update_size()

    def _add_rows(self) -> None:
        theme = QLabel(label_of("theme"))
        theme.setBuddy(self._theme)
        self.add_row("size", self._preset)
        self.add_row("size", self._width, QLabel("×"), self._height, QLabel("pixels"), label="")
        self.add_row("scale", self._scale, self._pixels)
        self.add_row("dpi", self._dpi, self._centimeters)
        self.add_row("background", self._background, theme, self._theme)

    @property
    def _size(self) -> PictureSize:
        return PictureSize(width=self._width.value(), height=self._height.value())

    def _take_preset(self, preset: str) -> None:
        if preset == OTHER:
            return
        size = PictureSize.parse(preset)
        for box, side in ((self._width, size.width), (self._height, size.height)):
            with QSignalBlocker(box):
                box.setValue(side)
        self._update_size()

    def _update_size(self) -> None:
        size = self._size
        with QSignalBlocker(self._preset):
            self._preset.choose(str(size) if self._preset.findData(str(size)) >= 0 else OTHER)
        with QSignalBlocker(self._scale):
            self._scale.setMaximum(min(MAX_SCALE, MAX_SIDE // max(size.width, size.height)))
        scale = self._scale.value()
        self._pixels.setText(f"{size.width * scale:,} × {size.height * scale:,} pixels")
        width, height = (side * scale * CM_PER_INCH / self._dpi.value() for side in (size.width, size.height))
        self._centimeters.setText(f"pixels per inch: {width:.1f} × {height:.1f} cm")
        self.changed.emit()


def _presets(window_size: PictureSize) -> dict[str, str]:
    """Return the texts of the sizes to choose from."""
    sizes = {preset: _text(PictureSize.parse(preset)) for preset in PRESETS}
    return {**sizes, str(window_size): f"As in the window: {_text(window_size)}", OTHER: "Other"}


def _text(size: PictureSize) -> str:
    return f"{size.width} × {size.height}"
