"""The start page: a word to type, what was open before, and the gallery, in place of a cloud that knows nothing yet."""

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QPalette, QResizeEvent
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.style.icons import icon
from flowviz.app.welcome.gallery import GalleryList
from flowviz.app.widgets.controls import button
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.specs.view import Theme

HEADING = "Type a word, and watch a flow learn it"
EXPLANATION = (
    "flowviz trains a normalizing flow, a chain of layers that can all be undone, to bend a round cloud of particles "
    "into what you type, and shows you what every layer does."
)
GALLERY = "Or look at one that was trained before"
NEWCOMER, ACQUAINTED = "New here? Take the &Tour", "Take the &Tour"
FIRST_LEAVE, LATER_LEAVE = "Go to the Empty &Flow", "Back to the &Flow"
WIDEST = 135  # characters of the plain font: longer lines are hard to read, also on a large display
HEADING_SIZE, WORD_SIZE, TITLE_SIZE = 1.8, 2.0, 1.15  # of the plain font
MARGIN, SPACING = 24, 10  # pixels
MOST_RECENT = 5
COLUMNS = 4  # of pictures, where there is room


class StartPage(QScrollArea):
    """Announces what is typed and chosen; Escape leaves. It scrolls where the window is low."""

    word_typed = pyqtSignal(str)
    train_requested = pyqtSignal()
    example_chosen = pyqtSignal(object)
    recent_chosen = pyqtSignal(object)  # a Path
    open_requested = pyqtSignal()
    tour_requested = pyqtSignal()
    left = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("startPage")
        self.setAccessibleName("Start page")
        self.setAccessibleDescription(EXPLANATION)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._word = WordBox()
        self._train = button("startTrainButton", "Train", "Start training on this word (Return)")
        self._problem = WarningLabel("startProblem", "What is wrong with the word")
        self._tour = button("startTourButton", NEWCOMER, "See in a minute what is where")
        self._open = button("startOpenButton", "&Open a Project…", "Open a project from its file")
        self._leave = button("startLeaveButton", FIRST_LEAVE, "Leave this page (Esc)")
        for way, name in ((self._train, "train"), (self._tour, "takethetour"), (self._open, "open")):
            way.setIcon(icon(name))
        self._heading = _words("startHeading", HEADING)
        self._recent_title, self._recent = _words("recentTitle", "Recent projects"), _recent_list()
        self._gallery_title, self._gallery = _words("galleryTitle", GALLERY), PageGallery()
        self._page = QWidget()
        self._lay_out()
        self._fit_words()
        self._connect()

    @property
    def word(self) -> str:
        """What stands in the box."""
        return self._word.text()

    def show_word(self, text: str) -> None:
        """Show what is learned, in one line, ready to be typed over."""
        line = " ".join(text.splitlines())
        if line != self._word.text():
            self._word.setText(line)

    def show_problem(self, sentence: str) -> None:
        """Say why there is nothing to train on; nothing, where there is."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self._train.setEnabled(not sentence)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """List the projects that were open last, with their folders."""
        self._recent.clear()
        for path in paths[:MOST_RECENT]:
            self._recent.addItem(_recent_item(path))
        self._fit_recent()
        for widget in (self._recent_title, self._recent):
            widget.setVisible(self._recent.count() > 0)

    def show_tour_seen(self, seen: bool) -> None:
        """Offer the tour to a newcomer, or to somebody who has seen it."""
        self._tour.setText(ACQUAINTED if seen else NEWCOMER)
        self._tour.setAccessibleName(self._tour.text().replace("&", ""))

    def show_way_back(self) -> None:
        """From now on leaving goes back to where one was."""
        self._leave.setText(LATER_LEAVE)
        self._leave.setAccessibleName(LATER_LEAVE.replace("&", ""))

    def take_focus(self) -> None:
        """Let a word be typed at once."""
        self._word.setFocus()
        self._word.selectAll()
        self.ensureWidgetVisible(self._word)

    def draw(self, theme: Theme) -> None:
        """Have the pictures drawn, for a light or a dark ground."""
        self._gallery.draw(theme)

    def end(self) -> None:
        """Draw no more."""
        self._gallery.end()

    def _connect(self) -> None:
        self._word.textEdited.connect(self.word_typed)
        self._word.returnPressed.connect(self._train.click)
        self._train.clicked.connect(lambda: self.train_requested.emit())
        self._tour.clicked.connect(lambda: self.tour_requested.emit())
        self._open.clicked.connect(lambda: self.open_requested.emit())
        self._leave.clicked.connect(lambda: self.left.emit())
        self._recent.itemClicked.connect(lambda item: self.recent_chosen.emit(item.data(Qt.ItemDataRole.UserRole)))
        gallery = self._gallery
        gallery.itemClicked.connect(lambda item: self.example_chosen.emit(gallery.example(gallery.row(item))))
        for listed in (self._recent, self._gallery):
            listed.installEventFilter(self)
        self._gallery.currentItemChanged.connect(self._follow)

    def _lay_out(self) -> None:
        typing = QHBoxLayout()
        typing.addWidget(self._word, stretch=1)
        typing.addWidget(self._train)
        self._train.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)  # as high as the box
        column = QVBoxLayout(self._page)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(SPACING)
        column.addWidget(self._heading)
        column.addWidget(_words("startExplanation", EXPLANATION))
        column.addLayout(typing)
        column.addWidget(self._problem)
        column.addWidget(WrappingRow(SPACING, self._tour, self._open, self._leave))
        for widget in (self._recent_title, self._recent, self._gallery_title, self._gallery):
            column.addWidget(widget)
        column.addStretch()
        centered = QWidget()
        across = QHBoxLayout(centered)
        across.setContentsMargins(0, 0, 0, 0)
        across.addStretch(1)
        across.addWidget(self._page, stretch=1000)  # all that it may have
        across.addStretch(1)
        centered.setBackgroundRole(QPalette.ColorRole.Base)  # the ground of the pictures
        centered.setAutoFillBackground(True)
        self.setWidget(centered)

    def _fit_words(self) -> None:
        """As large as they are beside plain ones; and so wide is the page, and so high are its rows."""
        for widget, size in (
            (self._heading, HEADING_SIZE),
            (self._word, WORD_SIZE),
            (self._recent_title, TITLE_SIZE),
            (self._gallery_title, TITLE_SIZE),
        ):
            font = self.font()
            font.setPointSizeF(size * font.pointSizeF())
            widget.setFont(font)
        self._page.setMaximumWidth(WIDEST * self.fontMetrics().averageCharWidth())
        self._fit_recent()

    def _fit_recent(self) -> None:
        height = self.fontMetrics().lineSpacing() + SPACING
        for row in range(self._recent.count()):
            self._recent.item(row).setSizeHint(QSize(0, height))  # type: ignore[union-attr]
        self._recent.setFixedHeight(height * self._recent.count())

    def _follow(self, item: QListWidgetItem | None) -> None:
        """Scroll to the picture that the arrow keys have gone to."""
        page = self.widget()
        if item is not None and page is not None:
            place = self._gallery.visualItemRect(item)
            center = self._gallery.viewport().mapTo(page, place.center())  # type: ignore[union-attr]
            self.ensureVisible(center.x(), center.y(), place.width() // 2, place.height() // 2 + SPACING)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._fit_words()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Which entry has the focus is seen, and seen only while it has; Return is a click on it."""
        if isinstance(watched, QListWidget) and isinstance(event, QFocusEvent):
            if event.lostFocus():
                watched.clearSelection()
            elif event.reason() != Qt.FocusReason.MouseFocusReason:
                watched.setCurrentRow(max(watched.currentRow(), 0))
        if isinstance(watched, QListWidget) and isinstance(event, QKeyEvent) and _is_return(event):
            if watched.currentItem() is not None and not event.isAutoRepeat():
                watched.itemClicked.emit(watched.currentItem())
            return True  # to the list it would be the key of the system, if that has one
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class WordBox(QLineEdit):
    """A large box for a word; what is dropped is for the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("startWord")
        self.setAccessibleName("Word to learn")
        self.setAccessibleDescription("The word that the flow shall learn to draw; Return starts the training")
        self.setPlaceholderText("Type a word")
        self.setAcceptDrops(False)


class PageGallery(GalleryList):
    """As high as all of its pictures, in rows alike: what scrolls is the page around it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("startGallery")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _columns(self, width: int) -> int:
        """As many as there is room for; some fewer, where no row is shorter than the others then."""
        room = min(max(1, width // self.least_cell().width()), self.count() or 1)
        return max((columns for columns in range(room // 2 + 1, room + 1) if self.count() % columns == 0), default=room)

    def heightForWidth(self, width: int) -> int:
        return -(-self.count() // self._columns(width)) * self.least_cell().height()

    def sizeHint(self) -> QSize:
        return QSize(COLUMNS * self.least_cell().width(), self.heightForWidth(COLUMNS * self.least_cell().width()))

    def minimumSizeHint(self) -> QSize:
        return self.least_cell()

    def _fill_rows(self) -> None:
        across = (self.width() - 1) // self._columns(self.width())  # where not a pixel is left, the last one goes below
        self.setGridSize(QSize(across, self.least_cell().height()))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._fill_rows()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._fill_rows()
            self.updateGeometry()


def _words(object_name: str, text: str) -> WrappingLabel:
    label = WrappingLabel(object_name, text)
    label.setText(text)
    return label


def _recent_list() -> QListWidget:
    found = QListWidget()
    found.setObjectName("startRecent")
    found.setAccessibleName("Recent projects")
    found.setFrameShape(QFrame.Shape.NoFrame)
    found.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    found.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    return found


def _recent_item(path: Path) -> QListWidgetItem:
    """The names of files may be the same: so the folder follows."""
    item = QListWidgetItem(f"{path.name} – {path.parent}")
    item.setToolTip(str(path))
    item.setData(Qt.ItemDataRole.UserRole, path)
    return item


def _is_return(event: QKeyEvent) -> bool:
    return event.type() == QEvent.Type.KeyPress and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
