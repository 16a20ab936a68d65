"""The arrow keys during a lesson: they reach what the lesson shows, whatever was used before."""

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDockWidget,
    QLabel,
    QMainWindow,
    QRadioButton,
    QStackedWidget,
    QWidget,
)
from PyQt6.sip import isdeleted

from flowviz.app.desktop.existing import application
from flowviz.app.lessons.one_dimension_page import OneDimensionPage
from flowviz.app.lessons.state import LessonState
from flowviz.app.pane.stage_keys import STEPS
from flowviz.app.state.view import ViewState

STAGES = {Qt.Key[f"Key_{key}"]: stages for key, stages in STEPS.items()}
SIDEWAYS, LEAVING = {Qt.Key.Key_Left, Qt.Key.Key_Right}, (QLabel, QAbstractButton)


class StepKeys(QObject):
    """Passes keys from the text of a step to the one-dimensional view, or steps through the stages of the cloud.

    In a step about stages, buttons, check boxes and combo boxes leave these keys to the stages as well, because the
    learner has just used one of them. Buttons have no use for them but to move the focus, as the Tab key does. A combo
    box leaves only Left and Right; Up, Down, Home and End still choose. Text boxes, sliders, lists and
    dialogs keep all keys.
    """

    def __init__(
        self, text: QWidget, stack: QStackedWidget, page: OneDimensionPage, view: ViewState, state: LessonState
    ) -> None:
        super().__init__(text)
        self._text, self._stack, self._page, self._view, self._state = text, stack, page, view, state
        text.installEventFilter(self)
        application().focusChanged.connect(self._watch)

    def _watch(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and old is not self._text and not isdeleted(old):
            old.removeEventFilter(self)
        if new is not None:
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        is_text = watched is self._text
        used = is_text and self._page.press(event)
        return used or ((is_text or self._is_left(watched, event)) and self._step(event))

    def _is_left(self, watched: QObject | None, event: QKeyEvent) -> bool:
        """Return whether a control leaves a key to the stages in the current step."""
        step = self._state.value.step
        kinds = (*LEAVING, QComboBox) if event.key() in SIDEWAYS else LEAVING
        is_left = isinstance(watched, kinds) and not isinstance(watched, QRadioButton)
        is_near = isinstance(watched, QWidget) and isinstance(watched.window(), QMainWindow | QDockWidget)
        return is_left and is_near and step is not None and step.is_about_stages

    def _step(self, event: QKeyEvent) -> bool:
        stages = STAGES.get(Qt.Key(event.key()))
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if stages is None or not is_plain or self._stack.currentIndex() != 0:
            return False
        self._view.step(stages)
        return True
