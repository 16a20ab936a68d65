"""The start page: a text box for a word, the recent projects and the gallery."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, QSize, Qt
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QPalette
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.desktop.existing import existing
from flowviz.app.state.binding import bind
from flowviz.app.state.request import Request, RequestState
from flowviz.app.style.tokens import GAP, LARGE_TEXT, MARGIN, TEXT, TITLE_TEXT, WIDE
from flowviz.app.training.presets import PresetButtons
from flowviz.app.welcome.gallery import GalleryList
from flowviz.app.widgets.controls import add_key, button, lay_out, named, rename, row
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.font_follower import FontFollower
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.app.widgets.scroll_column import VerticalArea

HEADING = "Type a word and watch a flow learn it"
EXPLANATION = (
    "flowviz trains a normalizing flow, a chain of reversible steps, to bend a round cloud of particles into what you "
    "type, and shows you what each step does."
)
GALLERY = "Or open one of {} trained examples"
FIRST_TOUR, LATER_TOUR = "New here? Take the To&ur", "Take the To&ur"
FIRST_LEAVE, LATER_LEAVE = "S&kip", "&Back to the Flow"
MAX_LINE_LENGTH = 135  # characters; longer lines are hard to read
HEADING_SIZE, TITLE_SIZE = TITLE_TEXT / TEXT, LARGE_TEXT / TEXT  # relative to the font of the window
MAX_RECENT = 5
COLUMNS = 8  # of thumbnails, if there is room


class StartPage(FontFollower, VerticalArea):
    """Page with everything that a user can start with. It scrolls in a low window; Escape leaves it.

    Attributes:
        gallery: The trained examples.
    """

    def __init__(
        self,
        request: RequestState,
        *,
        train: Callable[[], object],
        take_tour: Callable[[], object],
        show_lessons: Callable[[], object],
        build_by_hand: Callable[[], object],
        choose_file: Callable[[], object],
        compare: Callable[[], object],
        open_recent: Callable[[Path], object],
        open_example: Callable[[Path], object],
        leave: Callable[[], object],
    ) -> None:
        """Create a page that calls these functions when the user chooses something on it."""
        super().__init__()
        self._open_recent, self._open_example = open_recent, open_example
        named(self, "startPage", "Start page", description=EXPLANATION)
        self._word = WordBox("startWord", request, lambda value: value.pages.text.text, lambda: self._train.click())
        self._train = button(
            "startTrainButton", "Train", "Start training on this word (Return)", "train", run=train,
            is_filled=True,
        )  # fmt: skip
        self._presets = PresetButtons(request)
        self._problem = WarningLabel("startProblem", "Problem with the word")
        self._tour = button(
            "startTourButton", FIRST_TOUR, "Learn in a minute where everything is", "takethetour", run=take_tour
        )
        self._leave = button("startLeaveButton", FIRST_LEAVE, "Leave this page (Esc)", run=leave)
        self._heading = _label("startHeading", HEADING)
        self._recent_title, self._recent = _label("recentTitle", "Recent projects"), _recent_list()
        self.gallery, self._body = GalleryList(COLUMNS), QWidget()
        self._gallery_title = _label("galleryTitle", GALLERY.format(self.gallery.count()))
        self._explanation = _label("startExplanation", EXPLANATION)
        self._lay_out(_ways(show_lessons, build_by_hand, compare, choose_file))
        self.fit_font()
        add_key(self, "Esc", self._leave.click, Qt.ShortcutContext.WidgetWithChildrenShortcut)
        for entries in (self._recent, self.gallery):
            entries.itemClicked.connect(self._choose)
            entries.installEventFilter(self)
        self.gallery.currentItemChanged.connect(self._scroll_to)

    def show_problem(self, sentence: str) -> None:
        """Show why the flow cannot learn the text; an empty sentence means that it can."""
        self._problem.show_text(sentence)
        self._train.setEnabled(not sentence)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """List the recent projects with their folders."""
        self._recent.clear()
        for path in paths[:MAX_RECENT]:
            self._recent.addItem(_recent_item(path))
        self._fit_recent()
        for widget in (self._recent_title, self._recent):
            widget.setVisible(self._recent.count() > 0)

    def show_tour_seen(self, seen: bool) -> None:
        """Invite a newcomer to the tour, or just offer it."""
        rename(self._tour, LATER_TOUR if seen else FIRST_TOUR)

    def offer_return(self) -> None:
        """Let the button that leaves the page say that it returns to the flow."""
        rename(self._leave, LATER_LEAVE)

    def take_focus(self) -> None:
        """Focus the text box, and select its text."""
        self._word.setFocus()
        self._word.selectAll()
        self.ensureWidgetVisible(self._word)

    def enter_gallery(self) -> None:
        """Focus the gallery, and select its first example."""
        self.gallery.setCurrentRow(0)
        self.gallery.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._scroll_to(self.gallery.currentItem())  # also if it was the current one before

    def _lay_out(self, ways: Iterable[QPushButton]) -> None:
        self._train.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)  # as high as the text box
        column = lay_out(
            QVBoxLayout(self._body),
            self._heading,
            _wide(self._explanation, QHBoxLayout()),
            GAP,
            row(self._word, self._train, stretched=self._word),
            self._presets,
            self._problem,
            GAP,
            WrappingRow(GAP, self._tour, *ways, self._leave),
            GAP,
            self._recent_title,
            self._recent,
            self._gallery_title,
            GAP,
            self.gallery,
            margin=MARGIN,
        )
        column.addStretch(1)
        centered = QWidget()
        across = lay_out(QHBoxLayout(centered))
        across.addStretch(1)
        _wide(self._body, across)
        centered.setBackgroundRole(QPalette.ColorRole.Base)  # like the background of the thumbnails
        centered.setAutoFillBackground(True)
        self.setWidget(centered)

    def fit_font(self) -> None:
        """Set font sizes, and the sizes that follow from them."""
        for widget, size in (
            (self._heading, HEADING_SIZE),
            (self._word, HEADING_SIZE),
            (self._recent_title, TITLE_SIZE),
            (self._gallery_title, TITLE_SIZE),
            (self.gallery, 1),  # now, because Qt gives it the font of the page only later
        ):
            font = self.font()
            font.setPointSizeF(size * font.pointSizeF())
            widget.setFont(font)
        self._explanation.setMaximumWidth(MAX_LINE_LENGTH * self.fontMetrics().averageCharWidth())
        self._word.setMinimumHeight(self._word.fontMetrics().lineSpacing() + WIDE)
        self._body.setMaximumWidth(COLUMNS * (self.gallery.minimumSizeHint().width() + WIDE) + 2 * MARGIN)
        self._fit_recent()

    def _fit_recent(self) -> None:
        height = self.fontMetrics().lineSpacing() + GAP
        for number in range(self._recent.count()):
            existing(self._recent.item(number)).setSizeHint(QSize(0, height))
        self._recent.setFixedHeight(height * self._recent.count())

    def _choose(self, entry: QListWidgetItem) -> None:
        open_path = self._open_example if entry.listWidget() is self.gallery else self._open_recent
        open_path(entry.data(Qt.ItemDataRole.UserRole))

    def _scroll_to(self, item: QListWidgetItem | None) -> None:
        """Scroll the page to an example that the arrow keys have selected."""
        page = self.widget()
        if item is not None and page is not None:
            place = self.gallery.visualItemRect(item)
            center = self.gallery.viewport().mapTo(page, place.center())  # type: ignore[union-attr]
            self.ensureVisible(center.x(), center.y(), place.width() // 2, place.height() // 2 + GAP)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Select an entry while its list has the focus, and open it with Return."""
        if isinstance(watched, QListWidget) and isinstance(event, QFocusEvent):
            if event.lostFocus():
                watched.clearSelection()
            elif event.reason() != Qt.FocusReason.MouseFocusReason:
                watched.setCurrentRow(max(watched.currentRow(), 0))
        if isinstance(watched, QListWidget) and isinstance(event, QKeyEvent) and _is_return(event):
            entry = watched.currentItem()
            if entry is not None and not event.isAutoRepeat():
                self._choose(entry)
            return True  # on some systems the list would activate the entry a second time
        return super().eventFilter(watched, event)


class WordBox(QLineEdit):
    """Large text box that shows and changes the requested text, on one line."""

    def __init__(
        self,
        object_name: str,
        request: RequestState,
        shown: Callable[[Request], str],
        on_return: Callable[[], object],
    ) -> None:
        """Create a box.

        Args:
            object_name: Its object name.
            request: The request.
            shown: Returns the text of a request that the box shows.
            on_return: Called when Return is pressed.
        """
        super().__init__()
        named(
            self,
            object_name,
            "Word to learn",
            description="Word that the flow learns to draw; Return starts the training",
        )
        bind(request, shown, self._show_text, self.textEdited, self.text, request.show_text)
        self.returnPressed.connect(lambda: on_return())
        self.setPlaceholderText("Type a word")
        self.setAcceptDrops(False)  # the window handles drops

    def _show_text(self, text: str) -> None:
        line = " ".join(text.splitlines())
        if line != self.text():
            self.setText(line)


def _ways(
    show_lessons: Callable[[], object],
    build_by_hand: Callable[[], object],
    compare: Callable[[], object],
    choose_file: Callable[[], object],
) -> tuple[QPushButton, ...]:
    """Return buttons for other ways to start than with a word or with the tour."""
    return (
        button(
            "startLessonsButton", "Lesso&ns", "Learn about flows, step by step, beside the picture", "lessons",
            run=show_lessons,
        ),
        button(
            "startByHandButton", "Build by Han&d…", "Bend the curves of a flow yourself", "buildbyhand",
            run=build_by_hand,
        ),
        button(
            "startCompareButton", "&Compare…", "Choose several flows, and watch them learn side by side", "compare",
            run=compare,
        ),
        button(
            "startOpenButton", "&Open…", "Open a project, a comparison, points or a picture", "open",
            run=choose_file,
        ),
    )  # fmt: skip


def _wide(widget: QWidget, layout: QHBoxLayout) -> QHBoxLayout:
    """Add a widget that grows to its maximum width before its neighbors grow."""
    layout.addWidget(widget, stretch=1000)
    layout.addStretch(1)
    return layout


def _label(object_name: str, text: str) -> WrappingLabel:
    return WrappingLabel(object_name, text, text)


def _recent_list() -> QListWidget:
    recent = named(QListWidget(), "startRecent", "Recent projects")
    recent.setFrameShape(QFrame.Shape.NoFrame)
    recent.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    recent.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    recent.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    return recent


def _recent_item(path: Path) -> QListWidgetItem:
    """Return an entry with the name and the folder, since names need not be unique."""
    item = QListWidgetItem(f"{path.name} – {path.parent}")
    item.setToolTip(str(path))
    item.setData(Qt.ItemDataRole.UserRole, path)
    return item


def _is_return(event: QKeyEvent) -> bool:
    return event.type() == QEvent.Type.KeyPress and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
