"""The undo history of a comparison: its entrants, their targets and trainings, and the view of their clouds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QUndoStack

from flowviz.app.comparison.controller import ComparisonController
from flowviz.app.comparison.entrants import Compared, ComparedState, EntrantRun
from flowviz.app.comparison.restoring import Requested, lost, requested
from flowviz.app.comparison.shared_view import SharedViewState
from flowviz.app.session.undo import MAX_EDITS, VIEW_FIELDS, Burst, Edit
from flowviz.app.session.undo_titles import title_of
from flowviz.app.state.pages import Contents, contents_of, named_fields
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.training.training_state import TrainingState
from flowviz.records import Selection
from flowviz.rendering import Frame


@dataclass(frozen=True)
class Choices:
    """Everything that can be undone: the entrants, and the view without navigation.

    Attributes:
        entrants: The entrants.
        follows: Whether a running training switches to each new target.
        page: The contents of the target page while they are no target, such as an empty text.
        view: The marks and colors.
        frame: The visible part of the plane. None follows the particles.
        selection: The selected particles.
        trained: By style, the trained entrants that an edit removed or replaced.
    """

    entrants: tuple[Requested, ...]
    follows: bool
    page: Contents | None
    view: Mapping[str, Any]
    frame: Frame | None
    selection: Selection | None
    trained: Mapping[int, EntrantRun] = field(default_factory=dict, compare=False)


class ComparisonUndo(QObject):
    """Records edits of a comparison, and undoes and redoes them.

    An entrant that was removed, or that started over because it was edited, returns with its training. Undoing another
    target keeps the weights, as in the normal view. Showing another comparison forgets all edits.
    """

    def __init__(
        self,
        compared: ComparedState,
        request: RequestState,
        builder: TargetBuilder,
        view: ViewState,
        shared: SharedViewState,
        controller: ComparisonController,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._compared, self._request, self._view, self._shared = compared, request, view, shared
        self._builder, self._controller = builder, controller
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(MAX_EDITS)
        self._is_recording = False
        self._burst = Burst(self)
        self._choices = self.choices()
        compared.changed.connect(self._on_compared_changed)
        for changed in (request.changed, builder.built_changed, view.changed, shared.changed):
            changed.connect(lambda: self._record(self._compared.value))

    def choices(self) -> Choices:
        """Return the current choices."""
        request, shared, view = self._request.value, self._shared.value, self._view.seen.view
        page = request.pages.of(request.kind) if self._builder.problem else None
        seen = {name: getattr(view, name) for name in VIEW_FIELDS}
        entrants = tuple(map(requested, self._compared.value.runs))
        return Choices(entrants, request.follows, page, seen, shared.frame, shared.selection)

    def clear(self) -> None:
        """Forget all edits."""
        self.stack.clear()
        self._start_from_here()

    def set_recording(self, recording: bool) -> None:
        """Record edits, or ignore them while the comparison is not visible."""
        self._is_recording = recording
        self._start_from_here()

    def undo(self) -> None:
        """Undo the last edit, unless the trainings are just ending."""
        self._controller.editing.apply()
        if self._compared.value.state != TrainingState.STOPPING:
            self.stack.undo()

    def redo(self) -> None:
        """Redo the edit that was undone last, unless the trainings are just ending."""
        self._controller.editing.apply()
        if self._compared.value.state != TrainingState.STOPPING:
            self.stack.redo()

    def restore(self, choices: Choices) -> Mapping[int, EntrantRun]:
        """Restore earlier choices, and return, by style, the trained entrants that are removed or replaced by this."""
        runs = self._compared.value.runs
        with self._paused():
            self._request.set_follows(choices.follows)
            self._controller.restore(choices.entrants, choices.trained)
            if choices.page is not None:
                self._request.show_page(choices.page)
            self._view.update_view(**choices.view)
            self._shared.set(replace(self._shared.value, frame=choices.frame, selection=choices.selection))
        return lost(runs, self._compared.value.runs)

    def _on_compared_changed(self, old: Compared, new: Compared) -> None:
        if old.runs is not new.runs:
            self._record(old)

    def _record(self, old: Compared) -> None:
        """Record what has changed; `old` has the entrants before the change."""
        before, after = self._choices, self.choices()
        if not self._is_recording or after == before or self._awaits_target():
            return
        self._choices = after
        before = replace(before, trained=lost(old.runs, self._compared.value.runs))
        self.stack.push(ComparisonEdit(self, _title(before, after), before, after, continues=self._burst.isActive()))
        self._burst.start()

    def _awaits_target(self) -> bool:
        """Return whether the requested target is being built, so that the entrants do not have it yet."""
        run = self._compared.value.selected_run
        return run is not None and not self._builder.problem and self._request.plan.target != run.target

    @contextmanager
    def _paused(self) -> Iterator[None]:
        self._is_recording = False
        try:
            yield
        finally:
            self._is_recording = True
            self._start_from_here()

    def _start_from_here(self) -> None:
        self._burst.stop()
        self._choices = self.choices()


class ComparisonEdit(Edit):
    """Change of the choices, which also keeps what the entrants have learned."""

    def _restored(self, wanted: Choices, others: Choices) -> Choices:
        return replace(others, trained=self._history.restore(wanted))


def _title(before: Choices, after: Choices) -> str:
    """Return the title of an edit."""
    old, new = ({each.style: each for each in choices.entrants} for choices in (before, after))
    for style in old.keys() ^ new.keys():
        return f"Add '{new[style].name}'" if style in new else f"Remove '{old[style].name}'"
    changed = next((style for style in new if new[style] != old[style]), None)
    if changed is not None:
        return _entrant_title(old[changed], new[changed])
    page = after.page or before.page
    if page is not None and after.page != before.page:
        return "Typing" if page.kind == "text" else f"Source: {page.kind.capitalize()}"
    return title_of(_view_fields(before), _view_fields(after))


def _entrant_title(before: Requested, after: Requested) -> str:
    if before.name != after.name:
        return "Rename"
    pages = contents_of(before.target), contents_of(after.target)
    is_same_page = pages[0].kind == pages[1].kind
    return title_of(*(
        {**(named_fields(page) if is_same_page else {}), "kind": page.kind, **dict(each.flow), **dict(each.training)}
        for page, each in zip(pages, (before, after), strict=True)
    ))  # fmt: skip


def _view_fields(choices: Choices) -> Mapping[str, Any]:
    return {
        "follows": choices.follows,
        **choices.view,
        "fitted": choices.frame is None,
        "center": choices.frame,
        "selection": choices.selection,
    }
