"""The layer editor: edits the current layer, if that is possible, and shows the flow without it for a while."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.state.edits import EditsState
from flowviz.app.state.state import State
from flowviz.app.state.view import ViewState
from flowviz.app.threads.delay import delayed
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.specs.shares import counted

GLIMPSE_MS = 2000  # of a glimpse that is not ended by releasing a key
ONLY_SHOWN = "These edits change only what is shown. The training goes on without them."
INCLUDED = "The training includes these edits, because it began with Train from Here."
OTHERS_INCLUDED = "The training includes the edits that it began with. Changes of them affect only what is shown."
DIFFERS = "The flow differs from what it has learned."


class LayerEditor(QObject):
    """Disables, enables and resets layers, and shows glimpses of the flow without the current one.

    Attributes:
        edits: The edits.
        problem: Why layers cannot be edited now, in a sentence. Empty if they can.
        trained: The edits that the training in progress includes. None if there is no training.
        glimpse: The edits to show without requesting them. None while the requested ones are shown.
    """

    changed = pyqtSignal()  # the current layer, its edit, or whether it can be edited
    announced = pyqtSignal()  # the user is probably about to edit a layer
    gesture_began = pyqtSignal()  # the next edit is to be undone by itself
    dragging_changed = pyqtSignal(bool)  # whether the mouse drags a bend, and goes on editing

    def __init__(self, view: ViewState, edits: EditsState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view, self.edits = view, edits
        self.problem = "Train a flow first, or build one by hand."
        self.trained: Edits | None = None
        self.glimpse = State[Edits | None](None, self)
        self._end = delayed(self, self.end_glimpse, GLIMPSE_MS)
        edits.observe(lambda value: value, self._on_changed)
        view.observe(lambda value: value.stage, self._on_changed)

    @property
    def stage(self) -> int:
        """Return the number of the current stage."""
        return self._view.value.stage

    @property
    def edit(self) -> LayerEdit:
        """Return the edit of the current stage."""
        return self.edits.value.of(self.stage)

    def problem_of(self, stage: int) -> str:
        """Return why a stage cannot be edited, in a sentence, or an empty text."""
        return self.problem or ("" if stage else "The base is not a layer, so it cannot be edited.")

    def set_problem(self, problem: str, trained: Edits | None = None) -> None:
        """Set why layers cannot be edited now, and which edits the training in progress includes.

        Args:
            problem: The reason in a sentence. Empty if layers can be edited.
            trained: The edits. None if there is no training.
        """
        if (problem, trained) != (self.problem, self.trained):
            self.problem, self.trained = problem, trained
            if problem:
                self.end_glimpse()
            self.changed.emit()

    def watch(self, update: Callable[[], object]) -> None:
        """Call `update` now, and each time that `changed` is emitted."""
        self.changed.connect(update)
        update()

    def announce(self) -> None:
        """Announce that the user is probably about to edit a layer."""
        if not self.problem:
            self.announced.emit()

    @property
    def note(self) -> str:
        """Return how many layers are edited, and whether the training in progress includes the edits."""
        shown, trained = self.edits.value, self.trained
        text = edited_sentence(shown)
        if trained is None or not (shown or trained):
            return text
        if shown == trained:
            return f"{text}, also in training"
        if not trained:
            return f"{text}, only in view"
        return f"{text or 'No layer edited'} in view, {len(trained.layers)} in training"

    @property
    def explanation(self) -> str:
        """Return what the edits change, in a sentence or two."""
        if self.trained is None:
            return DIFFERS
        if not self.trained:
            return ONLY_SHOWN
        return INCLUDED if self.trained == self.edits.value else OTHERS_INCLUDED

    def toggle(self, stage: int | None = None) -> None:
        """Disable or enable a layer, by default the current one, if it can be edited."""
        stage = self.stage if stage is None else stage
        if not self.problem_of(stage):
            self.end_glimpse()
            self.gesture_began.emit()
            self.edits.set_disabled(stage, not self.edits.value.of(stage).disabled)

    def reset(self, stage: int | None = None) -> None:
        """Return a layer, by default the current one, to what it has learned."""
        stage = self.stage if stage is None else stage
        if not self.problem_of(stage):
            self.gesture_began.emit()
            self.edits.reset(stage)

    def reset_all(self) -> None:
        """Return all layers to what they have learned."""
        if not self.problem:
            self.gesture_began.emit()
            self.edits.reset_all()

    def begin_glimpse(self) -> None:
        """Show the flow without the current layer until `end_glimpse`."""
        if not self.problem_of(self.stage):
            self._show_glimpse()

    def glimpse_briefly(self) -> None:
        """Show the flow without the current layer for two seconds."""
        self.begin_glimpse()
        self._end.start()

    def end_glimpse(self) -> None:
        """Show the flow with its edits again."""
        self._end.stop()
        self.glimpse.set(None)

    def _show_glimpse(self) -> None:
        without = self.edit.model_copy(update={"disabled": True})
        edits = self.edits.value.having(self.stage, without) if self.stage else self.edits.value
        self.glimpse.set(edits)

    def _on_changed(self, _: object) -> None:
        if self.glimpse.value is not None:
            self._show_glimpse()
        self.changed.emit()


def edited_sentence(edits: Edits) -> str:
    """Return how many layers are edited, such as "2 layers edited", or an empty text."""
    return f"{counted(len(edits.layers), 'layer')} edited" if edits.layers else ""
