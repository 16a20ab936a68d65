"""A shape of the catalogue as the target."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QComboBox

from flowviz.app.target.page import Page
from flowviz.app.target.preview import alpha_image, draw_fitted
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.specs import SHAPES, ShapeName, ShapeSpec
from flowviz.specs.view import Theme

ICON_SIDE = 28  # pixels
ICON_SHARPNESS = 2  # pixels of the picture a pixel of the screen: for screens that have more of them
FIRST: ShapeName = "two_moons"


class ShapePage(Page):
    """Announces the shape that is chosen; each has a small picture."""

    def __init__(self) -> None:
        super().__init__("shapePage")
        self._box = QComboBox()
        self._box.setObjectName("targetShape")
        self._box.setAccessibleName("Shape")
        self._box.setToolTip("Which shape is learned")
        self._box.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self._box.setMinimumHeight(ICON_SIDE + 6)
        self._box.setMaxVisibleItems(len(SHAPES))
        for name in SHAPES:
            self._box.addItem(name.replace("_", " ").capitalize(), name)
        self._box.setCurrentIndex(self._box.findData(FIRST))
        self._sentence = WrappingLabel("shapeSentence", "What the shape is")
        self._pictures: dict[ShapeName, NDArray[np.uint8]] = {}
        self._theme: Theme = "light"
        self.column.addWidget(self._box)
        self.column.addWidget(self._sentence)
        self._box.currentIndexChanged.connect(self._announce)
        self._announce()

    @property
    def wants_pictures(self) -> bool:
        """Whether the small pictures are not there yet."""
        return not self._pictures

    def spec(self) -> ShapeSpec:
        return ShapeSpec(name=self._box.currentData())

    def contents(self) -> dict[str, Any]:
        return {"shape": self._box.currentData()}

    def show_contents(self, contents: Mapping[str, Any]) -> None:
        self._box.setCurrentIndex(self._box.findData(contents["shape"]))

    def show_spec(self, spec: ShapeSpec) -> None:
        """Choose this shape."""
        self.blockSignals(True)
        self.show_contents({"shape": spec.name})
        self.blockSignals(False)
        self.changed.emit()

    def show_pictures(self, pictures: dict[ShapeName, NDArray[np.uint8]]) -> None:
        """Show a small picture of each shape, from shades (rows, columns)."""
        self._pictures = pictures
        for name, shades in pictures.items():
            self._box.setItemIcon(self._box.findData(name), _icon(shades, self._theme))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.show_pictures(self._pictures)

    def _announce(self) -> None:
        self._sentence.setText(SHAPES[self._box.currentData()])
        self.changed.emit()


def _icon(shades: NDArray[np.uint8], theme: Theme) -> QIcon:
    side = ICON_SHARPNESS * ICON_SIDE
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw_fitted(painter, alpha_image(shades), QRectF(2, 2, side - 4, side - 4), theme)
    painter.end()
    return QIcon(picture)
