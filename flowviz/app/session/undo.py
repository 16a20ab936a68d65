"""One undo for all that a person chooses, in the order in which it was chosen: target, flow, training and view."""

from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QUndoCommand, QUndoStack

from flowviz.app.session.plans import Choices, Plans
from flowviz.app.session.undo_titles import CONTINUOUS, title_of
from flowviz.app.viewer.viewer import Viewer
from flowviz.records import Selection
from flowviz.specs import Seen, ViewSpec

MOST_EDITS = 100  # that can be undone
BURST_MS = 1000  # what goes on after a shorter pause is one edit: typing, zooming, a slider


@dataclass(frozen=True)
class Chosen:
    """All that can be undone; of the particles of `selection`, a byte each."""

    choices: Choices
    seen: Seen
    selection: bytes


class UndoHistory(QObject):
    """Hears that something was chosen, and comes back to what was chosen before.

    What the program changes by itself is no edit: what is opened, what a training shows, a view that follows the cloud.
    Where one looks in the layers and in the training is none, either. Announces that another view was come back to.
    """

    view_shown = pyqtSignal()

    def __init__(self, plans: Plans, viewer: Viewer, parent: QObject) -> None:
        super().__init__(parent)
        self._plans, self._viewer = plans, viewer
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(MOST_EDITS)
        self._is_showing = False
        self._burst = QTimer(self)
        self._burst.setSingleShot(True)
        self._burst.setInterval(BURST_MS)
        self._burst.timeout.connect(self._end_burst)
        self._chosen = self._now()
        plans.changed.connect(self._take_change)
        viewer.view_chosen.connect(self._take_change)

    def clear(self) -> None:
        """Nothing can be undone: what is here was not chosen here."""
        self.stack.clear()
        self._begin_with(self._now())

    def show(self, chosen: Chosen) -> None:
        """Come back to what was chosen."""
        self._is_showing = True
        try:
            self._plans.show_choices(chosen.choices)
            now = self._now()
            if (now.seen, now.selection) != (chosen.seen, chosen.selection):
                self._viewer.show_chosen(chosen.seen, _selection(chosen.selection))
                self.view_shown.emit()
        finally:
            self._is_showing = False
            self._begin_with(self._now())

    def _take_change(self) -> None:
        if self._is_showing:
            return
        before, after = self._chosen, self._now()
        if after != before:
            self._chosen = after
            title = title_of(_fields(before, after), _fields(after, after))
            self.stack.push(Edit(self, title, before, after, goes_on=self._burst.isActive()))
            self._burst.start()

    def _end_burst(self) -> None:
        if QGuiApplication.mouseButtons():  # a drag that rests
            self._burst.start()

    def _begin_with(self, chosen: Chosen) -> None:
        self._burst.stop()
        self._chosen = chosen

    def _now(self) -> Chosen:
        selection = self._viewer.selection
        chosen = selection.chosen.tobytes() if selection else b""
        return Chosen(self._plans.choices(), _choices_of(self._viewer.seen()), chosen)


class Edit(QUndoCommand):
    """From what was chosen before to what was chosen then; `goes_on` with the edit before it, if it is alike."""

    def __init__(self, undo: UndoHistory, title: str, before: Chosen, after: Chosen, *, goes_on: bool) -> None:
        super().__init__(title.replace("&", "&&"))
        self._undo, self._before, self._after = undo, before, after
        self._goes_on = goes_on
        self._is_done = True  # what is pushed was done already

    def undo(self) -> None:
        """Back to what was chosen before."""
        self._is_done = False
        self._undo.show(self._before)

    def redo(self) -> None:
        """On to what was chosen then."""
        if not self._is_done:
            self._is_done = True
            self._undo.show(self._after)

    def id(self) -> int:
        """Those that may go on with one another have the same."""
        return 1 if self.text() in CONTINUOUS else -1

    def mergeWith(self, other: QUndoCommand | None) -> bool:
        if not isinstance(other, Edit) or not other._goes_on or other.text() != self.text():
            return False
        self._after = other._after
        self.setObsolete(self._before == self._after)
        return True


def _choices_of(seen: Seen) -> Seen:
    """What of it a person has chosen: neither the way through layers and training, nor what the window gives."""
    places = () if seen.fitted else ("center", "half_extent")
    names = "color_by", "palette", "marks", "beside", *places
    view = ViewSpec(**{name: getattr(seen.view, name) for name in names})
    return Seen(view=view, direction=seen.direction, fitted=seen.fitted, overview=seen.overview)


def _selection(chosen: bytes) -> Selection | None:
    return Selection(np.frombuffer(chosen, np.bool_)) if chosen else None


def _fields(chosen: Chosen, shown: Chosen) -> dict[str, object]:
    """All that is chosen by its name, on the page of `shown`; what says best what was done comes first."""
    choices, seen = chosen.choices, chosen.seen
    return {
        **choices.pages[shown.choices.kind],
        "kind": choices.kind,
        **dict(choices.plan.flow),
        **dict(choices.plan.training),
        "follows": choices.follows,
        **dict(seen),
        **dict(seen.view),
        "selection": chosen.selection,
    }
