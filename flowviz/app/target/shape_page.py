"""Page to choose a shape from the catalog."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QIcon, QPainter, QPixmap

from flowviz.app.state.request import RequestState
from flowviz.app.style.theme import ink, shown_theme
from flowviz.app.style.tokens import GAP, UNIT
from flowviz.app.target.page import Page
from flowviz.app.target.preview import alpha_image, draw_fitted
from flowviz.app.widgets.controls import choice_box
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.specs import SHAPES, ShapeName, ShapeSpec
from flowviz.specs.fields import fields_of
from flowviz.specs.shapes import heading_of
from flowviz.specs.view import Theme

ICON_SIDE = 3 * UNIT  # pixels
ICON_SCALE = 2  # device pixels per logical pixel, for high-density screens


class ShapePage(ThemeFollower, Page):
    """Page with a list of shapes, each with a small picture."""

    kind = "shape"

    def __init__(self, request: RequestState) -> None:
        super().__init__(request)
        titles = {name: heading_of(name) for name in SHAPES}
        self._box = choice_box("targetShape", fields_of(ShapeSpec)["name"], titles)
        self._box.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self._box.setMinimumHeight(ICON_SIDE + GAP)
        self._box.setMaxVisibleItems(len(SHAPES))
        self.setFocusProxy(self._box)
        self._sentence = WrappingLabel("shapeSentence", "Description of the shape")
        self._pictures: dict[ShapeName, NDArray[np.uint8]] = {}
        self.fill(self._box, self._sentence)
        self.bind(shape=self._box)
        request.watch(lambda value: SHAPES[value.pages.shape.shape], self._sentence.setText)

    def show_pictures(self, pictures: dict[ShapeName, NDArray[np.uint8]]) -> None:
        """Show a picture (rows, columns) beside the name of each shape."""
        self._pictures = pictures
        for name, shades in pictures.items():
            self._box.setItemIcon(self._box.findData(name), _icon(shades, shown_theme()))

    def show_appearance(self) -> None:
        self.show_pictures(self._pictures)


def _icon(shades: NDArray[np.uint8], theme: Theme) -> QIcon:
    side = ICON_SCALE * ICON_SIDE
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw_fitted(painter, alpha_image(shades), QRectF(2, 2, side - 4, side - 4), ink(theme))
    painter.end()
    return QIcon(picture)
