"""A picture as the target: which one, and what of it is ink."""

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QLabel

from flowviz.app.target.page import Page
from flowviz.app.widgets.controls import button, check_box, row, slider
from flowviz.errors import SpecError
from flowviz.specs import ImageSpec

NAME_WIDTH = 130  # pixels
PATTERNS = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"


class ImagePage(Page):
    """Announces the file that is chosen, and what is made of the picture."""

    file_chosen = pyqtSignal(str)
    paste_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__("imagePage")
        self._picture: ImageSpec | None = None
        self._open = button("openImageButton", "Open…", "Open a picture, or drop one on the window", "open")
        self._open.clicked.connect(self.choose_file)
        self._paste = button("pasteButton", "Paste", "Take the picture from the clipboard (Ctrl+V)", "paste")
        self._paste.clicked.connect(lambda: self.paste_requested.emit())
        self._name = QLabel()
        self._name.setObjectName("imageName")
        self._threshold = slider(
            "imageThreshold", "Threshold", "How dark a pixel must be to be ink, which is learned", 1, 100, 50
        )  # hundredths
        self._share = QLabel("50 %")
        self._share.setMinimumWidth(self._share.fontMetrics().horizontalAdvance("100 %"))
        self._invert = check_box("imageInvert", "Invert", "Take what is light for dark")
        self._grayscale = check_box("imageGrayscale", "Grayscale as density", "The darker a pixel, the more points")
        label = QLabel("Threshold")
        label.setBuddy(self._threshold)
        self.column.addLayout(row(self._open, self._paste, self._name, stretched=self._name))
        self.column.addLayout(row(label, self._threshold, self._share, stretched=self._threshold))
        self.column.addLayout(row(self._invert, self._grayscale))
        self._threshold.valueChanged.connect(self._announce)
        self._invert.toggled.connect(self._announce)
        self._grayscale.toggled.connect(self._announce)
        self._announce()

    def spec(self) -> ImageSpec:
        if self._picture is None:
            raise SpecError("Open a picture, paste one, or drop one on the window.")
        return self._picture.model_copy(
            update={
                "threshold": self._threshold.value() / 100,
                "invert": self._invert.isChecked(),
                "grayscale": self._grayscale.isChecked(),
            }
        )

    def contents(self) -> dict[str, Any]:
        return {
            "picture": self._picture,
            "threshold": self._threshold.value(),
            "invert": self._invert.isChecked(),
            "grayscale": self._grayscale.isChecked(),
        }

    def show_contents(self, contents: Mapping[str, Any]) -> None:
        self._threshold.setValue(contents["threshold"])
        self._invert.setChecked(contents["invert"])
        self._grayscale.setChecked(contents["grayscale"])
        self._show_picture(contents["picture"])

    def show_spec(self, spec: ImageSpec) -> None:
        """Show this picture in place of the present one, with what is ink in it."""
        self.blockSignals(True)
        self.show_contents({**dict(spec), "threshold": round(100 * spec.threshold), "picture": spec})
        self.blockSignals(False)
        self.changed.emit()

    def take_picture(self, picture: ImageSpec) -> None:
        """Another picture, of which the same is ink as was of the last one."""
        self._show_picture(picture)
        self.changed.emit()

    def choose_file(self) -> None:
        """Ask for a file."""
        path, _ = QFileDialog.getOpenFileName(self, "Open Image", "", PATTERNS)
        if path:
            self.file_chosen.emit(path)

    def _show_picture(self, picture: ImageSpec | None) -> None:
        self._picture, name = picture, picture.name if picture else ""
        self._name.setText(self._name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH))
        self._name.setToolTip(name)

    def _announce(self) -> None:
        self._share.setText(f"{self._threshold.value()} %")
        self._threshold.setEnabled(not self._grayscale.isChecked())
        self.changed.emit()
