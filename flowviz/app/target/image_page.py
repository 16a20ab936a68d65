"""Page to choose a picture, and which of its pixels are ink."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QLabel

from flowviz.app.state.binding import bind_checked, bind_number
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.page import Page
from flowviz.app.widgets.controls import button, field_check_box, field_slider, label_of, row
from flowviz.specs import ImageSpec
from flowviz.specs.fields import fields_of

FIELDS = fields_of(ImageSpec)
PERCENT = 0.01
NAME_WIDTH = 130  # pixels
PATTERNS = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"


class ImagePage(Page):
    """Page with buttons to choose a picture, and controls that decide which of its pixels are ink."""

    kind = "image"
    file_chosen = pyqtSignal(str)
    paste_requested = pyqtSignal()

    def __init__(self, request: RequestState) -> None:
        super().__init__(request)
        self._open = button("openImageButton", "Open…", "Open a picture, or drop one on the window", "open")
        self._open.clicked.connect(self.choose_file)
        self._paste = button("pasteButton", "Paste", "Paste the picture from the clipboard (Ctrl+V)", "paste")
        self._paste.clicked.connect(lambda: self.paste_requested.emit())
        self.setFocusProxy(self._open)
        self._name = QLabel()
        self._name.setObjectName("imageName")
        self._threshold = field_slider("imageThreshold", FIELDS["threshold"], PERCENT)
        self._share = QLabel()
        self._share.setMinimumWidth(self._share.fontMetrics().horizontalAdvance("100%"))
        self._invert = field_check_box("imageInvert", FIELDS["invert"])
        self._grayscale = field_check_box("imageGrayscale", FIELDS["grayscale"])
        self._lay_out()
        self._bind()

    def _bind(self) -> None:
        request = self.request
        bind_number(
            request,
            lambda value: 100 * value.pages.image.threshold,
            self._threshold,
            lambda percent: request.update_page("image", threshold=percent / 100),
        )
        bind_checked(request, self.part("invert"), self._invert, self.setter("invert"))
        bind_checked(request, self.part("grayscale"), self._grayscale, self.setter("grayscale"))
        request.changed.connect(lambda _, new: self._show(new))
        self._show(request.value)

    def choose_file(self) -> None:
        """Ask the user for a picture file."""
        path, _ = QFileDialog.getOpenFileName(self, "Open Image", "", PATTERNS)
        if path:
            self.file_chosen.emit(path)

    def _lay_out(self) -> None:
        self.column.addLayout(row(self._open, self._paste, self._name, stretched=self._name))
        self.column.addLayout(row(label_of(self._threshold), self._threshold, self._share, stretched=self._threshold))
        self.column.addLayout(row(self._invert, self._grayscale))

    def _show(self, request: Request) -> None:
        contents = request.pages.image
        name = contents.picture.name if contents.picture else ""
        self._name.setText(self._name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH))
        self._name.setToolTip(name)
        self._share.setText(f"{contents.threshold:.0%}")
        self._threshold.setEnabled(not contents.grayscale)
