"""The keys of a step's text: they reach what the lesson shows, because the text has the focus when a step begins."""

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QStackedWidget, QWidget

from flowviz.app.lessons.one_dimension_page import OneDimensionPage
from flowviz.app.pane.stage_keys import STEPS
from flowviz.app.state.view import ViewState

STAGES = {Qt.Key[f"Key_{key}"]: stages for key, stages in STEPS.items()}


class StepKeys(QObject):
    """Passes keys on to the one-dimensional view, or steps through the stages while the cloud is shown."""

    def __init__(self, text: QWidget, stack: QStackedWidget, page: OneDimensionPage, view: ViewState) -> None:
        super().__init__(text)
        self._stack, self._page, self._view = stack, page, view
        text.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        return self._page.press(event) or self._step(event)

    def _step(self, event: QKeyEvent) -> bool:
        stages = STAGES.get(Qt.Key(event.key()))
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if stages is None or not is_plain or self._stack.currentIndex() != 0:
            return False
        self._view.step(stages)
        return True
