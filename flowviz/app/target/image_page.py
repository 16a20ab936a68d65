"""Page to choose a picture, and which of its pixels are ink."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PyQt6.QtWidgets import QLabel, QWidget

from flowviz.app.state.pages import ImageContents
from flowviz.app.state.request import RequestState
from flowviz.app.target.page import BLUR_STEPS, FilePage
from flowviz.app.widgets.controls import button, label_of, row
from flowviz.app.widgets.form import ControlSpec, controls_of
from flowviz.specs import ImageSpec
from flowviz.specs.fields import fields_of
from flowviz.specs.shares import percent

FORM: Mapping[str, ControlSpec] = {
    "threshold": ControlSpec("imageThreshold", per_unit=100),
    "invert": ControlSpec("imageInvert"),
    "grayscale": ControlSpec("imageGrayscale"),
    "blur": ControlSpec("imageBlur", per_unit=BLUR_STEPS),
}


class ImagePage(FilePage):
    """Page with buttons to choose a picture, and controls that decide which of its pixels are ink."""

    kind, invitation = "image", "Drop a picture here,\nor click to choose a file"
    files = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff)"

    def __init__(self, request: RequestState, read: Callable[[Path], object], paste: Callable[[], object]) -> None:
        """Create a page; `read` imports the picture of a file, and `paste` that of the clipboard."""
        super().__init__(request, "Open a picture, or drop one on the window", read)
        tip = "Paste the picture from the clipboard (Ctrl+V)"
        self._paste = button("pasteButton", "Paste", tip, "paste", run=paste)
        self._share = QLabel()
        self._share.setMinimumWidth(self._share.fontMetrics().horizontalAdvance("100%"))
        self._controls = controls_of(fields_of(ImageSpec), FORM)
        self._lay_out(**self._controls)
        self.bind(**self._controls)
        request.watch(self.contents, self._show)

    def _lay_out(self, threshold: QWidget, invert: QWidget, grayscale: QWidget, blur: QWidget) -> None:
        self.fill(
            row(self._open, self._paste, self._name, stretched=self._name),
            row(label_of(threshold), threshold, self._share, stretched=threshold),
            row(label_of(blur), blur, stretched=blur),
            row(invert, grayscale),
        )

    def _show(self, contents: ImageContents) -> None:
        self._name.show_texts(contents.picture.name if contents.picture else "")
        self._share.setText(percent(contents.threshold))
        self._controls["threshold"].setEnabled(not contents.grayscale)
