"""The trainings of the entrants of a comparison: all of them, or some of them by themselves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QObject

from flowviz.app.notices.notice import Notice
from flowviz.app.state.known import NO_TRAINING
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.activity import Activity
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.entrant_editing import EntrantEditing
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.restoring import at_rest, wanting
from flowviz.app.workspace.sentences import sentence
from flowviz.app.workspace.targets import EntrantTargets
from flowviz.projects import Plan, Project
from flowviz.projects.variant import Variant
from flowviz.records import Preparing
from flowviz.specs import TrainingSpec
from flowviz.training import Add, Remove, Turn, Vary

IDLE, PREPARING, TRAINING = TrainingState.IDLE, TrainingState.PREPARING, TrainingState.TRAINING
PAUSED, STOPPING = TrainingState.PAUSED, TrainingState.STOPPING


class Trainings(QObject):
    """Starts, pauses and ends the trainings of entrants, and keeps the entrants up to date with their events.

    Attributes:
        editing: The panels of the selected entrant.
    """

    def __init__(
        self,
        compared: ComparedState,
        request: RequestState,
        builder: TargetBuilder,
        runner: TrainingRunner,
        show_activity: Callable[[Activity], object],
        post: Callable[[Notice], object],
        worker: LatestWorker,
        parent: QObject,
        attend: Callable[[EntrantRun], object] = lambda _: None,
        keep_alone: Callable[[EntrantRun], object] = lambda _: None,
    ) -> None:
        """Prepare to train.

        Args:
            compared: The entrants.
            request: What is requested of the selected one.
            builder: Builds the requested target.
            runner: Trains the entrants.
            show_activity: Shows what the training does.
            post: Shows a notice about the comparison.
            worker: Builds the targets of entrants.
            parent: The owner.
            attend: Shows an entrant in the cloud and in the panels of the window.
            keep_alone: Called with the entrant that is left of flows that were added beside each other.
        """
        super().__init__(parent)
        self._compared, self._request, self._runner = compared, request, runner
        self._show_activity, self._post, self._keep_alone = show_activity, post, keep_alone
        self._targets = EntrantTargets(compared, worker, post)
        self._preparation = ""  # of an entrant, in words
        self._next: str | None = None  # key of the entrant that trains when the others have stopped
        self.editing = EntrantEditing(
            compared, request, builder, self, attend=attend, change_entrant=self.change_entrant,
            set_budget=self.set_budget, choose_target=self._choose_target,
        )  # fmt: skip
        compared.changed.connect(self._on_changed)
        request.changed.connect(self._on_request_changed)
        runner.turn_taken.connect(self._on_turn)
        runner.ended.connect(self._on_ended)
        runner.failed.connect(self._on_failed)
        runner.scored.connect(self._on_scored)

    def train(self) -> None:
        """Start over on the requested targets: all flows, or the selected one if it has a training of its own."""
        self.editing.apply()
        run = self._compared.value.selected_run
        if self._compared.value.trains_all or run is None:
            self.train_all()
        elif not (changed := run.anew()).is_recorded:
            self._compared.set(replace(self._compared.value.having(changed), started=frozenset({run.key})))
            self._launch(changed)

    def train_all(self) -> None:
        """Start all flows over, on the requested targets."""
        self.editing.apply()
        value = self._compared.value
        self._compared.set(replace(value, runs=tuple(run.anew() for run in value.runs), started=value.keys))
        self._start(self._compared.value.trainable)

    train_again = train  # which uses the same initial weights and the same points

    def train_from_here(self) -> None:
        """Train the selected flow as it is shown, with its edits, longer by its budget if that is spent.

        A flow that was edited since its training gets the whole budget anew.
        """
        self.editing.apply()
        run = self._compared.value.selected_run
        if run is not None and run.is_begun:
            trained, training = run.trained, self._request.plan.training
            if not trained.is_edited_since_training:
                training = trained.extended(training).training if trained.can_extend() else run.project.training
            value = self._compared.value.with_budget(training)
            self._compared.set(value)
            self._launch(value.selected_run or run)

    def toggle_pause(self) -> None:
        """Pause or resume the training, or continue one that has ended."""
        self.editing.apply()
        value = self._compared.value
        if value.state == IDLE:
            self.resume()
        else:
            has_begun = any(run.status == "training" for run in value.runs)
            self._compared.change(state=self._runner.job.toggle_pause(value.state, has_begun=has_begun))

    def pause(self) -> None:
        """Pause the training if it is running."""
        if self._compared.value.state in {TRAINING, PREPARING}:
            self.toggle_pause()

    def resume(self) -> None:
        """Continue the trainings that can go on. If "Follow the target" is on, they learn the requested target."""
        value, followed = self._compared.value, self._followed()
        if value.trains_all:
            self._start(value.trainable, followed)
        elif (run := value.selected_run) is not None and not run.is_recorded:
            self._launch(run)
            if followed is not None and self._runner.job.thread is not None:
                self._runner.follow(followed, run.key)

    def begin(self) -> None:
        """Train all flows that can be trained further, if any."""
        self._start(frozenset(run.key for run in self._compared.value.runs if run.can_go_on))

    def stop(self) -> None:
        """End the training, and keep its results."""
        if self._runner.job.thread is not None:
            self._runner.job.thread.stop()
            self._compared.change(state=STOPPING)

    def learn(self) -> None:
        """Start to learn the requested target, unless the trainings follow it."""
        if self._compared.value.state == PAUSED:
            self.toggle_pause()
        elif self._compared.value.state == IDLE:
            self.train()

    def change_entrant(self, run: EntrantRun, plan: Plan) -> None:
        """Replace the flow and the training of an entrant, which starts over without the edits of its layers."""
        project = Project.untrained(run.target, plan.flow, plan.training)
        self._replace(run, project=project, variant=None)

    def set_budget(self, budget: TrainingSpec) -> None:
        """Set the budget of all entrants, which continue with it unless each has a training of its own."""
        value = self._compared.value.with_budget(budget)
        (self._continue_with if value.trains_all else self._compared.set)(value)

    @property
    def _is_running(self) -> bool:
        """Return whether entrants are being trained, now or after a pause."""
        return self._compared.value.is_shown and self._runner.job.thread is not None

    def _start(self, keys: frozenset[str], followed: BuiltTarget | None = None) -> None:
        """Train some entrants from their checkpoints or from the beginning, unless there are none."""
        if not keys:
            return
        self._preparation, self._next = "", None
        self._runner.compare(self._compared.by_key(keys), self._targets.built, followed)
        self._compared.change(state=PREPARING, training=keys)
        self._vary(Compared(), self._compared.value)
        self._post(Notice("comparison"))

    def _launch(self, run: EntrantRun) -> None:
        """Train an entrant, beside those that are being trained."""
        thread, is_trained = self._runner.job.thread, run.key in self._compared.value.training
        if thread is None or (is_trained and not self._runner.job.is_open):
            self._start(frozenset({run.key}))
        elif self._runner.job.is_open:
            if is_trained:
                self._runner.change(Remove(run.key))
            self._join(run)
            if self._compared.value.state == PAUSED:
                self.toggle_pause()
        else:
            self._next = run.key
            self.stop()

    def _join(self, run: EntrantRun) -> None:
        """Let an entrant join the training of others."""
        self._compared.change(training=self._compared.value.training | {run.key})
        self._runner.change(Add(run.key, run.project))

    def _end_trainings(self, keys: frozenset[str]) -> None:
        """End the trainings of some entrants without waiting for their results, and let those of others go on."""
        training, leaving = self._compared.value.training, keys & self._compared.value.training
        self._next = None if self._next in keys else self._next
        self._compared.change(training=training - leaving)
        if self._runner.job.is_open and leaving < training:
            for key in leaving:
                self._runner.change(Remove(key))
        elif leaving:
            self._runner.abandon()
            self._on_ended()

    def _continue_with(self, compared: Compared) -> None:
        """Show other entrants. A running training starts again, and continues with them from their checkpoints."""
        is_continued = self._is_running and compared.state != STOPPING
        runs = [run.only_showing_edits() if run.key in compared.training else run for run in compared.runs]
        self._compared.set(compared.with_runs(runs) if is_continued else compared)
        if is_continued:
            keys = compared.trainable if compared.trains_all else compared.training & compared.keys
            self._start(keys, self._followed())
            if compared.state == PAUSED:
                self.toggle_pause()

    def _replace(self, run: EntrantRun, **changes: Any) -> None:
        """Replace an entrant with an untrained one that has some fields changed."""
        changed = replace(replace(run, **changes).anew(), previous=run.kept)
        self._compared.set(replace(self._compared.value.having(changed), started=frozenset({run.key})))
        if self._is_running and run.key in self._compared.value.training:
            self._launch(changed)
        self._targets.build()

    def _choose_target(self, built: BuiltTarget) -> None:
        """Let all entrants learn another target, or only the selected one if they have different targets."""
        value, run = self._compared.value, self._compared.value.selected_run
        self._targets.built.append(built)
        if not value.trains_all and run is not None:
            if run.key in value.training and self._is_running and self._request.value.follows:
                self._runner.follow(built, run.key)
            self._compared.update(wanting(run, built.spec, built))
        elif value.shares_target:
            self._retarget(built, at_once=self._request.value.follows)
        elif run is not None:
            self._replace(run, project=replace(run.project, target=built.spec), built=built, asked=None)

    def _retarget(self, built: BuiltTarget, *, at_once: bool) -> None:
        """Let all entrants learn another target, at once or when they start over."""
        if self._is_running and at_once:
            self._runner.follow(built)
        self._compared.change(runs=tuple(wanting(run, built.spec, built) for run in self._compared.value.runs))

    def _followed(self) -> BuiltTarget | None:
        """Return the target that a training learns next, if it is to learn it at once or some flows do already."""
        value, selected = self._compared.value, self._compared.value.selected_run
        if not value.trains_all:
            return selected.asked if selected is not None and self._request.value.follows else None
        asked = next((run.asked for run in value.runs if run.asked), None)
        if asked is None or not value.shares_target:
            return None
        has_begun = any(run.project.target == asked.spec for run in value.runs)
        return asked if has_begun or self._request.value.follows else None

    def _on_request_changed(self, old: Request, new: Request) -> None:
        """Let a running training switch to the target that was typed before "Follow the target" was ticked."""
        value, followed = self._compared.value, self._followed()
        if new.follows and not old.follows and followed is not None and self._is_running:
            self._runner.follow(followed, None if value.trains_all else value.selected_key)

    def _on_turn(self, turn: Turn) -> None:
        run = self._compared.value.keyed(turn.name) if self._compared.value.is_shown else None
        if run is None or turn.event is None:
            return
        if self._compared.value.state == TRAINING and run.is_same_after(turn.event):
            return  # without telling all that show it, after each chunk of steps
        if isinstance(turn.event, Preparing):
            self._preparation = f"{run.title}: {turn.event.activity}…"
        changed = run.after(turn.event, turn.project)
        # The user may have changed the budget; the thread goes on with the earlier one.
        project = replace(changed.project, training=changed.project.training.with_budget(run.project.training))
        value = self._compared.value.having(self._targets.given_to(replace(changed, project=project)))
        starts = value.state == PREPARING and changed.status == "training"
        self._compared.set(replace(value, state=TRAINING if starts else value.state))

    def _on_ended(self) -> None:
        value, following = self._compared.value, self._next
        self._compared.change(runs=tuple(map(at_rest, value.runs)), state=IDLE, training=frozenset())
        if following in value.keys:
            self._start((value.training | {following}) & value.keys)

    def _on_failed(self, notice: Notice) -> None:
        if not self._compared.value.is_shown:
            return  # it is that of the flow of the window
        self._next = None
        self._runner.discard()
        self._on_ended()
        self._post(notice)

    def _score(self) -> None:
        """Compute the results that stopped trainings lack, in the background, unless that is under way.

        They need not be saved, because checkpoints determine them.
        """
        comparison, scoring = self._compared.by_key(), self._runner.job.scoring
        if any(scoring.get(key) is not comparison[key] for key in comparison.unscored):
            self._runner.score(comparison)

    def _on_scored(self, turn: Turn) -> None:
        run = self._compared.value.keyed(turn.name)  # only a comparison is scored, and its turns wait for it
        if run is not None and turn.event is not None and run.project is self._runner.job.scoring.get(turn.name):
            self._compared.update(run.after(turn.event, turn.project))

    def _on_changed(self, old: Compared, new: Compared) -> None:
        self._targets.count_limits(new)
        if not new.is_shown:
            return
        self._vary(old, new)
        self._show_activity(self._activity_of(new))
        has_changed = (old.is_shown, old.state, old.runs) != (new.is_shown, new.state, new.runs)
        if new.state == IDLE and has_changed:
            self._score()

    def _vary(self, old: Compared, new: Compared) -> None:
        """Let trainings move particles as requested, except those of the selected entrant, which the panels vary.

        While the panels compute its edits, its training moves the particles without them.
        """
        before = {
            run.key: Variant(run.project.flow) if run is old.selected_run else run.requested_variant for run in old.runs
        }
        for run in new.runs if self._is_running else ():
            variant, is_varied = run.requested_variant, run.key in new.training - {new.selected_key}
            if is_varied and variant != before.get(run.key, Variant.of(run.project)) and variant.is_possible:
                self._runner.change(Vary(variant, run.key))

    def _activity_of(self, value: Compared) -> Activity:
        """Return what the trainings do, as the controls show it."""
        return Activity(
            state=value.state,
            event=sentence(value, self._preparation),
            is_elsewhere=value.state != IDLE and value.scope == "selected" and value.selected_key not in value.training,
            scope=value.scope,
            can_train=True,
            untrainable="" if value.concerned else NO_TRAINING,
            returning=len(value.returning),
            can_resume=any(run.is_begun for run in value.concerned) and any(run.can_go_on for run in value.concerned),
            fraction=round(value.fraction, 2),  # seldom another one, because Qt repaints the window at once
        )
