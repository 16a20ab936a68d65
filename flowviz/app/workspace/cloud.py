"""The cloud of one entrant, below its name, its gap and its progress."""

from PyQt6.QtCore import QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.drawing_queue import DrawingQueue
from flowviz.app.widgets.labels import FittingLabel
from flowviz.app.workspace.arrangement import MIN_SIZE
from flowviz.app.workspace.colors import entrant_color, entrant_pen
from flowviz.app.workspace.entrants import FAILED, EntrantRun
from flowviz.specs.view import Theme

EDGE = 2  # pixels around a cloud, which show whether it is selected
SWATCH = 22  # width in pixels of the sample of the entrant's line beside its name
GAP = "gap {:.3f}"


class CloudHeader(FittingLabel):
    """Header of a cloud: a sample of the entrant's line in the plot, its name, its gap, and a progress bar."""

    def __init__(self) -> None:
        super().__init__("entrantHeader", "Name, gap and progress of the entrant")
        self.setContentsMargins(SWATCH + 6, 2, 4, 4)
        self._style, self._fraction = 0, 0.0
        self._theme: Theme = "light"

    def show_run(self, run: EntrantRun, theme: Theme) -> None:
        """Show an entrant in its color."""
        self._style, self._theme, self._fraction = run.style, theme, run.fraction
        has_problem = run.status in FAILED
        if has_problem != self.property("warns"):
            self.setProperty("warns", has_problem)  # for the style sheet
            style = self.style()
            assert style is not None
            style.polish(self)
        gap = "" if run.gap is None else f" · {GAP.format(run.gap)}"
        words = f"⚠ {run.words()}" if has_problem else run.words()
        self.show_texts(
            f"{run.name}{gap} · {words}", f"{run.name} · {words}", run.name, tip=run.problem or self._tip(run)
        )
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        color = entrant_color(self._style, self._theme)
        middle = self.contentsRect().center().y() + 1
        painter.setPen(entrant_pen(self._style, self._theme))
        painter.drawLine(3, middle, SWATCH, middle)
        bar = QRect(0, self.height() - 3, round(self._fraction * self.width()), 3)
        painter.fillRect(
            QRect(0, self.height() - 3, self.width(), 3), self.palette().color(QPalette.ColorRole.Midlight)
        )
        painter.fillRect(bar, color)
        painter.end()
        super().paintEvent(event)

    @staticmethod
    def _tip(run: EntrantRun) -> str:
        title = run.project.flow.recipe.title
        about = f"{run.name}: {title}, learns {run.project.target.title}."
        return f"{about} Alt+0 or a double click here enlarges the cloud; Return opens the flow in the normal view"


class EntrantCloud(QWidget):
    """Cloud of an entrant. A click or the focus selects it, and Return opens it.

    A double click on the title enlarges it, and one on the cloud follows the particles.
    """

    chosen = pyqtSignal(str)  # name
    open_requested = pyqtSignal(str)  # name
    removal_requested = pyqtSignal(str)  # name
    enlarging_requested = pyqtSignal(str)  # key of the entrant
    depth_stepped = pyqtSignal(int)  # number of steps forward

    def __init__(self, queue: DrawingQueue) -> None:
        """Create an empty cloud, which is drawn when the `queue` has time."""
        super().__init__()
        self.setObjectName("entrantCloud")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.picture, self._header = CloudView("entrantPicture", queue), CloudHeader()
        self.picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.picture.setMinimumSize(MIN_SIZE)
        self.picture.add_camera_keys(self)
        self._name, self._key, self._is_selected = "", "", False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(self.picture, stretch=1)

    @property
    def name(self) -> str:
        """Return the name of the entrant."""
        return self._name

    @property
    def words(self) -> str:
        """Return the name, gap and progress of the entrant."""
        return self._header.text()

    def show_run(self, run: EntrantRun, theme: Theme, *, selected: bool) -> None:
        """Show the header of an entrant, and whether it is selected."""
        self._name, self._key, self._is_selected = run.name, run.key, selected
        self._header.show_run(run, theme)
        self.setAccessibleName(self._header.text() + (" · selected" if selected else ""))
        self.setAccessibleDescription(
            "Left and Right move through the layers, Return opens this flow in the normal view, Alt+0 enlarges it, "
            "Delete removes it. Shift and the arrow keys pan, plus and minus zoom, 0 fits."
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        role = QPalette.ColorRole.Accent if self._is_selected else QPalette.ColorRole.Mid
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().color(role), EDGE if self._is_selected else 1))
        inset = EDGE // 2
        painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.chosen.emit(self._name)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._header.geometry().contains(event.position().toPoint()):
            self.enlarging_requested.emit(self._key)
        else:
            self.picture.fit_requested.emit()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        if event is not None and event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}:
            self.chosen.emit(self._name)
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        match event.key():
            case Qt.Key.Key_Left:
                self.depth_stepped.emit(-1)
            case Qt.Key.Key_Right:
                self.depth_stepped.emit(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.open_requested.emit(self._name)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.removal_requested.emit(self._name)
            case _:
                super().keyPressEvent(event)
