"""The variant of the displayed flow: its integrator and the edits of its layers, which need no training."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import perf_counter

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.commands.history import UndoHistory
from flowviz.app.desktop.existing import existing
from flowviz.app.desktop.settings import stored_flag
from flowviz.app.editing.layer_editor import INCLUDED, ONLY_SHOWN, LayerEditor
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.known import NO_MAP
from flowviz.app.state.request import Request, RequestState
from flowviz.app.threads.delay import delayed
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.training_presenter import TrainingPresenter
from flowviz.app.training.training_state import RUNNING
from flowviz.app.training.warm_up import SETTING as WARM_UP
from flowviz.projects.variant import Variant
from flowviz.records import Score, Snapshot
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.training import Vary

PREVIEW_SECONDS = 0.3  # between two scores while a bend is dragged
REST_MS = 120  # without an edit, after which the mouse rests during a drag
UNTRAINED = "Train a flow first, or build one by hand: untrained layers do nothing."
DROPPED = "The edits belonged to the former steps of the integrator. Undo brings them back."
STARTS = "Layers can be edited as soon as the training has begun."
REPLACED = "The edits belonged to the previous flow. Train ▸ Return to the Previous Training brings both back."


class Variants(QObject):
    """Shows the trained flow with the requested integrator and edits of its layers, without changing its weights.

    The positions of the particles are computed in the background and shown, then their log-determinants, with which
    the project changes, and then the score. While a bend or the value of a condition is dragged, positions alone are
    computed until the mouse rests: anything else would delay the next ones. A project that was saved without its score
    is scored, too. A glimpse is shown in the same way, but leaves the project as it is.

    A running training learns and reports its losses as before. It moves the particles of its following snapshots by the
    integrator, and by edits as soon as those have been computed in the background; until then, each of its snapshots is
    shown with them in the same way. A training includes the edits that it started from.
    """

    gap_previewed = pyqtSignal(object)  # the gap of the variant that is shown, in nats, or None

    def __init__(
        self,
        request: RequestState,
        editor: LayerEditor,
        presenter: TrainingPresenter,
        runner: TrainingRunner,
        viewer: Viewer,
        history: Callable[[], UndoHistory],
        status: TrainingStatus,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._request, self._editor, self._edits, self._history = request, editor, editor.edits, history
        self._presenter, self._runner, self._viewer, self._status = presenter, runner, viewer, status
        self._next_preview = 0.0  # seconds, before which the score of no other preview is computed
        self._is_dragging = False
        self._was_training = False  # when the editor was last updated
        self._prepared: FlowSpec | None = None  # the flow whose first edit has been prepared
        self._located: Variant | None = None  # the latest variant whose positions are known
        self._rest = delayed(self, self._complete, REST_MS)  # runs while a drag goes on
        self._is_preview = False  # whether the shown variant is not yet that of the project
        self._awaited: tuple[object, Variant] | None = None  # the state and variant whose score is being computed
        self._connect()

    def _connect(self) -> None:
        editor, presenter = self._editor, self._presenter
        self._request.changed.connect(self._on_request_changed)
        self._edits.changed.connect(self._on_edits_changed)
        editor.announced.connect(self.prepare)
        editor.gesture_began.connect(lambda: self._history().end_burst())
        editor.dragging_changed.connect(self.set_dragging)
        editor.glimpse.changed.connect(self._update)
        presenter.state_changed.connect(self._on_state_changed)
        self._viewer.variant_wanted.connect(self._show_again)
        self._viewer.queries.notice_posted.connect(self._end_loading)

    def prepare(self) -> None:
        """Load and trace what the first edit needs in the background, if the user allows such preparations."""
        project = self._presenter.project
        flow = project.flow.at_first_value() if project else None
        if flow is None or flow == self._prepared or not stored_flag(WARM_UP, default=True):
            return
        self._prepared = flow
        any_edits = Edits(layers={1: LayerEdit(disabled=True)})  # for which the functions of the flow are traced
        self._viewer.moments.prepare(Variant(flow, any_edits))

    def set_dragging(self, dragging: bool) -> None:
        """Set whether the mouse drags a bend, which means that more edits will follow."""
        self._is_dragging = dragging
        if not dragging:
            self._rest.stop()
            self._complete()

    def _update(self) -> None:
        variant = self._outstanding()
        self._vary_training(is_traced=False)
        is_deferred = (
            variant is not None and self._is_moved and variant.edits == existing(self._presenter.project).edits
        )
        self._presenter.show(is_deferred=is_deferred)
        self._viewer.moments.wanted = None if is_deferred else self._wanted()
        if variant is None:
            self._end_loading()
            self._end_preview()
            self._ask_for_score()
        elif not is_deferred:
            self._show(variant)

    def _on_request_changed(self, old: Request, new: Request) -> None:
        """Show the requested integrator. Edits of steps that it does not have are reset; undo brings both back."""
        project = self._presenter.project
        if old.plan.flow == new.plan.flow:
            return
        if project is not None and self._edits.value and not self._history().is_paused:
            before, after = (project.flow.shown_as(each.plan.flow) for each in (old, new))
            if before.integrator_steps != after.integrator_steps:
                self._history().amend(self._edits.reset_all)
                self._status.status_bar.show_message(DROPPED)
        self._update()

    def _on_edits_changed(self, old: Edits, new: Edits) -> None:
        self._update()
        if new and not old and self._editor.trained == Edits():
            self._status.status_bar.show_message(ONLY_SHOWN)

    def _on_state_changed(self) -> None:
        """Update which edits the training in progress includes, and why layers cannot be edited.

        When the training of a conditional flow has ended, prepare the slider, too.
        """
        run = self._runner.job.run
        shown_run = self._presenter.shown_run
        trained = self._presenter.trained
        problem = "" if trained and not trained.project.flow.is_recorded else NO_MAP if trained else UNTRAINED
        included = shown_run.start.edits if shown_run else None
        self._editor.set_problem(problem if shown_run is run else STARTS, included)
        if self._was_training and run is None and trained and trained.project.flow.condition:
            self.prepare()
        self._was_training = run is not None
        self._update()  # a pause or an end may come before the next snapshot

    def show_included(self) -> None:
        """Show the edits that a training includes: those that it started from, or none if it starts over.

        If it continues without any, those that were made since it ended stay visible.
        """
        run, had_edits = existing(self._runner.job.run), bool(self._edits.value)
        flow, message = run.start.flow, REPLACED
        if run.start.edits:
            has_same_steps = flow.shown_as(self._request.plan.flow).integrator_steps == flow.integrator_steps
            self._edits.set(run.start.edits if has_same_steps else Edits())
            message = INCLUDED
        elif run.project.checkpoint is None:
            self._history().reset("edits", partial(self._edits.set, Edits()))
        else:
            message = ONLY_SHOWN
        if run.start.edits or had_edits:
            self._status.status_bar.show_message(message)

    @property
    def _is_moved(self) -> bool:
        """Return whether a training moves the particles that are shown."""
        return self._presenter.shown_run is not None and self._presenter.activity.state in RUNNING

    def _vary_training(self, *, is_traced: bool) -> None:
        """Request that a training moves its particles by the integrator and, once they are traced, by the edits."""
        run = self._runner.job.run
        if run is None:
            return
        variant = Variant(run.project.flow.shown_as(self._request.plan.flow))
        if not run.is_shown:
            variant = variant.as_trained(run.start)
        elif is_traced or run.project.edits:
            variant = replace(variant, edits=self._edits.value)
        if variant.is_possible:
            self._runner.change(Vary(variant, self._runner.job.attended))

    def _show_again(self) -> None:
        """Show the wanted variant of another moment."""
        self._is_preview = True
        if (variant := self._outstanding()) is not None:
            self._show(variant)

    def _show(self, variant: Variant) -> None:
        if self._editor.glimpse.value is None and not variant.edits and self._presenter.remove_edits(variant.flow):
            self._is_preview = False
            self._ask_for_score()
        else:
            self._presenter.show(is_loading=not self._viewer.queries.is_ready.value)
            if self._is_dragging or variant.flow.given != existing(self._presenter.project).flow.given:
                self._rest.start()
            self._viewer.moments.locate(variant, partial(self._on_located, variant))

    def _outstanding(self) -> Variant | None:
        """Return the wanted variant of the trained flow, or None if the project has it already."""
        project, wanted = self._presenter.project, self._wanted()
        return wanted if project is not None and wanted != Variant.of(project) else None

    def _wanted(self) -> Variant | None:
        """Return the wanted variant of the trained flow. None without such a flow, or if the edits do not fit it."""
        project = self._presenter.project
        if project is None:
            return None
        glimpse = self._editor.glimpse.value
        edits = self._edits.value if glimpse is None else glimpse
        variant = Variant(project.flow.shown_as(self._request.plan.flow), edits)
        return variant if variant.is_possible else None

    def _on_located(self, variant: Variant, snapshot: Snapshot) -> None:
        self._end_loading()
        wanted = self._outstanding()
        if wanted is None or wanted.flow.stage_names() != variant.flow.stage_names():
            return  # it was requested before another variant
        is_current = snapshot.step == self._viewer.moments.current.step
        if is_current or (self._is_moved and self._viewer.moments.is_live):  # the training may be quicker
            self._is_preview = True
            self._presenter.preview(variant, snapshot)
        self._located = variant
        if variant != wanted or self._rest.isActive():  # a drag goes on
            self._preview_score(variant)
        else:
            self._complete()

    def _complete(self) -> None:
        """Compute the particles with their log-determinants if those of the requested variant are located."""
        located, self._located = self._located, None
        if located is not None and located == self._outstanding():
            self._viewer.moments.compute(located, partial(self._on_moved, located))

    def _end_loading(self) -> None:
        self._presenter.show(is_loading=False)

    def _end_preview(self) -> None:
        """Show the variant of the project again, because it is requested again."""
        if self._is_preview:
            self._is_preview = False
            self._presenter.end_preview()

    def _on_moved(self, variant: Variant, snapshot: Snapshot) -> None:
        if variant != self._outstanding():
            return  # it was requested before another variant
        is_glimpse = self._editor.glimpse.value is not None
        if not is_glimpse:
            self._vary_training(is_traced=True)
        if snapshot.step != self._viewer.moments.timeline.moments[-1].step:
            return  # it was requested before another snapshot
        if is_glimpse or self._is_moved:
            if self._viewer.moments.is_live:
                self._is_preview = True
                self._presenter.preview(variant, snapshot)
            return
        self._is_preview = False
        self._presenter.show_variant(variant, snapshot)
        self._ask_for_score()

    def _ask_for_score(self) -> None:
        """Compute the score of the trained flow in the background if it lacks one, unless that is under way."""
        trained = self._presenter.trained
        if self._runner.job.run is not None or trained is None or trained.built is None or not trained.lacks_score:
            return
        asked = trained.state, Variant.of(trained.project).as_scored
        if asked != self._awaited:
            self._awaited = asked
            target, training = trained.built.target, trained.project.training
            self._viewer.moments.score(asked[1], target, training, partial(self._on_scored, asked))

    def _preview_score(self, variant: Variant) -> None:
        """Compute the score of a variant that is shown for a moment, from time to time, if that is quick."""
        trained, now = self._presenter.trained, perf_counter()
        if trained is None or trained.built is None or variant.flow.recipe.is_continuous or now < self._next_preview:
            return
        if self._runner.job.run is not None or variant.as_scored == Variant.of(trained.project).as_scored:
            return  # the training needs the processor, or the score is known
        self._next_preview, self._awaited = now + PREVIEW_SECONDS, None  # the query replaces one that is awaited
        target, training = trained.built.target, trained.project.training
        self._viewer.moments.score(variant, target, training, self._on_score_previewed)

    def _on_score_previewed(self, score: Score) -> None:
        if self._is_preview:  # else the curve was released or reset meanwhile
            self.gap_previewed.emit(score.validation_gap)

    def _on_scored(self, asked: tuple[object, Variant], score: Score) -> None:
        if asked == self._awaited:
            self._awaited = None
        trained = self._presenter.trained
        if trained is not None and asked == (trained.state, Variant.of(trained.project).as_scored):
            self._presenter.show_score(score)
