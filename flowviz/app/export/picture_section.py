"""How large the pictures of an export are, and on which ground."""

from collections.abc import Mapping

from PyQt6.QtWidgets import QLabel

from flowviz.app.export.section import ExportPart, number_box
from flowviz.app.export.spec_edit import with_view
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.specs import ExportSpec, PictureSize
from flowviz.specs.view import LARGEST_SIDE, SMALLEST_SIDE, Background, Theme

PRESETS = ("1080x1080", "1920x1080", "1080x1920", "3840x2160")
BACKGROUNDS: Mapping[Background, str] = {"solid": "Solid", "transparent": "Transparent"}
THEMES: Mapping[Theme, str] = {"light": "Light", "dark": "Dark"}
OWN = "own"
MOST_SCALE = 8


class ExportPicturePart(ExportPart):
    """Size, scale, background and theme."""

    def __init__(self, window: PictureSize) -> None:
        """`window` is the size of the picture in the window."""
        super().__init__("Picture")
        sizes = {PictureSize.parse(preset): _told(PictureSize.parse(preset)) for preset in PRESETS}
        sizes[window] = f"As in the window: {_told(window)}"
        self._preset = ChoiceBox(
            "exportSize", "Size", {**{str(size): text for size, text in sizes.items()}, OWN: "Other"}
        )
        self._width = number_box("exportWidth", "Width in pixels", SMALLEST_SIDE, LARGEST_SIDE, 1080)
        self._height = number_box("exportHeight", "Height in pixels", SMALLEST_SIDE, LARGEST_SIDE, 1080)
        self._scale = number_box("exportScale", "So many pixels in place of each", 1, MOST_SCALE, 1)
        self._scale.setPrefix("× ")
        self._pixels = QLabel()
        self._pixels.setObjectName("exportPixels")
        self._pixels.setAccessibleName("Pixels of the picture")
        self._background = ChoiceBox("exportBackground", "Background", BACKGROUNDS)
        self._theme = ChoiceBox("exportTheme", "Theme", THEMES)
        self.add_row("size", "&Size", self._preset, stretched=self._preset)
        self.add_row("size", "", self._width, QLabel("×"), self._height, QLabel("pixels"))
        self.add_row("scale", "Sc&ale", self._scale, self._pixels)
        theme = QLabel("&Theme")
        theme.setBuddy(self._theme)
        self.add_row("background", "&Background", self._background, theme, self._theme)
        self._preset.chosen.connect(self._take_preset)
        for box in (self._width, self._height):
            box.valueChanged.connect(self._take_side)
        self._scale.valueChanged.connect(self._take_side)
        for choice in (self._background, self._theme):
            choice.chosen.connect(lambda: self.changed.emit())

    def show_spec(self, spec: ExportSpec) -> None:
        self.blockSignals(True)
        self._width.setValue(spec.size.width)
        self._height.setValue(spec.size.height)
        self._scale.setValue(spec.scale)
        self._background.choose(spec.seen.view.background)
        self._theme.choose(spec.seen.view.theme)
        self._take_side()
        self.blockSignals(False)

    def taken(self, spec: ExportSpec) -> ExportSpec:
        background = self._background.value if self._background.isEnabled() else "solid"
        sized = spec.model_copy(update={"size": self._size, "scale": self._scale.value()})
        return with_view(sized, background=background, theme=self._theme.value)

    def set_opaque(self, reason: str) -> None:
        """Let a transparent background not be chosen, for that reason; where there is none, let it be chosen."""
        self._background.setEnabled(not reason)
        self._background.setToolTip(reason or "Background")

    @property
    def _size(self) -> PictureSize:
        return PictureSize(width=self._width.value(), height=self._height.value())

    def _take_preset(self, preset: str) -> None:
        if preset != OWN:
            size = PictureSize.parse(preset)
            for box, side in ((self._width, size.width), (self._height, size.height)):
                box.blockSignals(True)
                box.setValue(side)
                box.blockSignals(False)
            self._take_side()

    def _take_side(self) -> None:
        size = self._size
        self._preset.blockSignals(True)
        self._preset.choose(str(size) if self._preset.findData(str(size)) >= 0 else OWN)
        self._preset.blockSignals(False)
        self._scale.blockSignals(True)
        self._scale.setMaximum(min(MOST_SCALE, LARGEST_SIDE // max(size.width, size.height)))
        self._scale.blockSignals(False)
        scale = self._scale.value()
        self._pixels.setText(f"{size.width * scale:,} × {size.height * scale:,} pixels")
        self.changed.emit()


def _told(size: PictureSize) -> str:
    return f"{size.width} × {size.height}"
