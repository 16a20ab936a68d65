"""A pane: the cloud of a flow, below its name, its gap and its progress if there are several."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.style.tokens import GAP, LINE, THICK_LINE, TIGHT, UNIT
from flowviz.app.widgets.controls import lay_out
from flowviz.app.widgets.labels import FittingLabel

MIN_SIZE = QSize(15 * UNIT, 11 * UNIT)  # pixels of one of several clouds
USUAL_MIN_SIZE = QSize(40 * UNIT, 30 * UNIT)  # pixels of a cloud on its own
LABELED_SIDE = 25 * UNIT  # pixels of the shorter side of one of several clouds, below which text would cover it
LONG = 2.5  # ratio of the sides of a cloud, above which its points are enlarged further
POINT_SCALE = 1.6  # of points in small clouds, relative to the picture
SWATCH = 3 * UNIT  # width in pixels of the sample of the flow's line beside its name


@dataclass(frozen=True)
class Title:
    """Contents of the title of a pane.

    Attributes:
        name: The name of the flow.
        texts: The name with the state of its training, from the longest text to the shortest.
        tip: More about it.
        pen: Its line in the plot of all losses.
        fraction: Share of the budget that is spent, from 0 to 1.
        warns: Whether its training has failed.
    """

    name: str
    texts: tuple[str, ...]
    tip: str
    pen: QPen
    fraction: float
    warns: bool


@dataclass(frozen=True)
class PaneActions:
    """The functions that a pane calls.

    Attributes:
        choose: Selects the flow with a name.
        open: Opens the flow with a name on its own.
        remove: Removes the flow with a name.
        enlarge: Enlarges the pane of the selected flow, or shows all panes again.
    """

    choose: Callable[[str], object]
    open: Callable[[str], object]
    remove: Callable[[str], object]
    enlarge: Callable[[], object]


class PaneHeader(FittingLabel):
    """Header of a pane: a sample of the line in the plot, a title, and a progress bar."""

    def __init__(self) -> None:
        super().__init__("paneHeader", "Name, gap and progress of the flow")
        self.setContentsMargins(SWATCH + GAP, LINE, TIGHT, TIGHT)
        self._pen, self._fraction = QPen(), 0.0

    def show_title(self, title: Title) -> None:
        """Show a title in the color of its flow."""
        self._pen, self._fraction = title.pen, title.fraction
        if title.warns != self.property("warns"):
            self.setProperty("warns", title.warns)  # for the style sheet
            existing(self.style()).polish(self)
        self.show_texts(*title.texts, tip=title.tip)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        middle = self.contentsRect().center().y() + 1
        painter.setPen(self._pen)
        painter.drawLine(3, middle, SWATCH, middle)
        whole = QRect(0, self.height() - THICK_LINE, self.width(), THICK_LINE)
        painter.fillRect(whole, self.palette().color(QPalette.ColorRole.Midlight))
        whole.setWidth(round(self._fraction * self.width()))
        painter.fillRect(whole, self._pen.color())
        painter.end()
        super().paintEvent(event)


class Pane(QWidget):
    """A cloud, below the name and progress of its flow if there are several.

    A click selects it. Only the cloud of the selected pane takes the focus, so that keys act on the selected flow, and
    Return opens that one on its own. A double click on the title enlarges a pane, and one on the cloud follows the
    particles.

    Attributes:
        name: The name of the flow. Empty for a flow on its own.
    """

    def __init__(self, picture: CloudView, actions: PaneActions) -> None:
        """Create a pane without a title.

        A click moves the focus to the leader of the picture, which then shows the flow of the pane.
        """
        super().__init__()
        self.picture, self._actions, self._header = picture, actions, PaneHeader()
        self.name, self._is_selected = "", False
        self._layout = lay_out(QVBoxLayout(self), self._header, picture, stretched=picture, spacing=0)
        self._header.hide()
        picture.gesture_ended.connect(self._take_click)
        picture.resized.connect(self._adapt_picture)

    def show_title(self, title: Title, *, selected: bool) -> None:
        """Show which flow this is, and whether it is selected."""
        self.name, self._is_selected = title.name, selected
        self._frame(LINE)
        self._header.show_title(title)
        self.setAccessibleName(self._header.text() + (" · selected" if selected else ""))
        self.setAccessibleDescription(
            "Alt and the number of a flow select it. Return opens the selected flow on its own, Alt+0 enlarges it, "
            "Delete removes it."
        )
        self.update()

    def show_alone(self) -> None:
        """Show nothing but the cloud."""
        self.name, self._is_selected = "", False
        self._frame(0)

    def _frame(self, edge: int) -> None:
        """Show a title and an edge of some pixels, or neither."""
        self._layout.setContentsMargins(edge, edge, edge, edge)
        self._header.setVisible(edge > 0)
        self._adapt_picture()

    def _adapt_picture(self) -> None:
        """Enlarge the points of one of several clouds, in which they would be tiny, and draw no text in a small one."""
        least, most = sorted((max(self.picture.width(), 1), max(self.picture.height(), 1)))
        if self.name:
            self.picture.adapt(POINT_SCALE * sqrt(max(most / least / LONG, 1.0)), bare=least < LABELED_SIDE)
        else:
            self.picture.adapt(1.0, bare=False)

    def _take_click(self) -> None:
        self._actions.choose(self.name)
        self.picture.leader.setFocus(Qt.FocusReason.MouseFocusReason)

    def sizeHint(self) -> QSize:
        return USUAL_MIN_SIZE

    def minimumSizeHint(self) -> QSize:
        """Return the least size of a pane unless the screen is too small: then the picture shrinks and is not cut."""
        titled = MIN_SIZE.grownBy(self._layout.contentsMargins()) + QSize(0, self._header.sizeHint().height())
        return titled if self.name else USUAL_MIN_SIZE

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if not self.name:
            return
        role = QPalette.ColorRole.Accent if self._is_selected else QPalette.ColorRole.Mid
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().color(role), LINE if self._is_selected else 1))
        inset = LINE // 2
        painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if self._header.geometry().contains(existing(event).position().toPoint()):
            self._take_click()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        if self.name and self._header.geometry().contains(existing(event).position().toPoint()):
            self._actions.enlarge()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        match existing(event).key() if self.name else None:
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._actions.open(self.name)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if self.picture.tool != "bend":  # which removes a bend
                self._actions.remove(self.name)
            case _:
                super().keyPressEvent(event)
