"""The controller of a comparison: trains its entrants, and adds, changes and removes them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.activity import Activity
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.entrant_editing import EntrantEditing, with_budget
from flowviz.app.workspace.entrants import Compared, ComparedState, EntrantRun, Requested, runs_of
from flowviz.app.workspace.restoring import at_rest, restored, wanting
from flowviz.app.workspace.sentences import sentence
from flowviz.app.workspace.targets import EntrantTargets
from flowviz.projects import Comparison, Plan, Project
from flowviz.records import Advanced, Preparing
from flowviz.specs import TargetSpec, TrainingSpec
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.training import Add, Remove, Turn

IDLE, PREPARING, TRAINING = TrainingState.IDLE, TrainingState.PREPARING, TrainingState.TRAINING
PAUSED, STOPPING = TrainingState.PAUSED, TrainingState.STOPPING


class ComparisonController(QObject):
    """Trains the entrants of a comparison side by side, and keeps them as requested.

    Attributes:
        editing: The panels of the selected entrant.
    """

    notice_posted = pyqtSignal(object)  # Notice

    def __init__(
        self,
        compared: ComparedState,
        request: RequestState,
        builder: TargetBuilder,
        runner: TrainingRunner,
        controls: TrainingControls,
        parent: QObject,
        worker: LatestWorker | None = None,
    ) -> None:
        super().__init__(parent)
        self._compared, self._request, self._runner, self._controls = compared, request, runner, controls
        self._targets = EntrantTargets(compared, worker or LatestWorker(), self)
        self._targets.notice_posted.connect(self.notice_posted)
        self._activity = ""
        self.editing = EntrantEditing(compared, request, builder, self)
        self.editing.flow_edited.connect(self.change_entrant)
        self.editing.budget_edited.connect(self.set_budget)
        self.editing.target_chosen.connect(self._on_target_chosen)
        compared.changed.connect(self._on_changed)
        request.changed.connect(self._on_request_changed)
        runner.turn_taken.connect(self._on_turn)
        runner.ended.connect(self._on_ended)
        runner.failed.connect(self._on_failed)
        runner.scored.connect(self._on_scored)

    def show(self, comparison: Comparison, built: Iterable[BuiltTarget] = ()) -> None:
        """Show another comparison, and abandon the current one."""
        self._runner.abandon()
        self.editing.discard()
        self._targets.begin(built)
        self._compared.show(comparison)
        self._targets.build()
        self._update_controls()

    def train(self) -> None:
        """Start all over, on the requested targets."""
        self.editing.apply()
        self._compared.set(replace(self._compared.value, runs=tuple(run.anew() for run in self._compared.value.runs)))
        self._start()

    def toggle_pause(self) -> None:
        """Pause or resume the training, or continue one that has ended."""
        self.editing.apply()
        thread = self._runner.current
        if self._compared.value.state == IDLE:
            self.resume()
        elif thread is not None and self._compared.value.state in {TRAINING, PREPARING}:
            thread.pause()
            self._compared.set_state(PAUSED)
        elif thread is not None and self._compared.value.state == PAUSED:
            thread.resume()
            has_begun = any(run.status == "training" for run in self._compared.value.runs)
            self._compared.set_state(TRAINING if has_begun else PREPARING)

    def pause(self) -> None:
        """Pause the training if it is running."""
        if self._compared.value.state in {TRAINING, PREPARING}:
            self.toggle_pause()

    def resume(self) -> None:
        """Continue the trainings that can go on. If "Follow the target" is on, they learn the requested target."""
        self._start(self._followed())

    def begin(self) -> None:
        """Train what can be trained further, if anything."""
        if any(run.can_go_on for run in self._compared.value.runs):
            self.resume()

    def stop(self) -> None:
        """End the training, and keep its results."""
        if self._runner.current is not None:
            self._runner.current.stop()
            self._compared.set_state(STOPPING)

    def add(self, name: str, project: Project, built: BuiltTarget | None = None) -> None:
        """Add an entrant, during a training as well; it gets the budget of the others.

        Args:
            name: Its name, which is made unique.
            project: Its project. A trained one keeps its state.
            built: Its target, if it has been built.
        """
        value = self._compared.value
        if len(value.runs) >= MAX_ENTRANTS:
            return
        if value.runs:
            project = replace(project, training=with_budget(project.training, value.runs[0].project.training))
        if built is not None:
            self._targets.add(built)
        name = value.free_name(name)
        self._compared.add(runs_of(Comparison({name: project}))[0])
        self._targets.build()
        if self._runner.current is not None:
            self._runner.change(Add(self._compared.value.runs[-1].key, project))

    def learn(self, spec: TargetSpec, then: Callable[[], object]) -> None:
        """Let all entrants learn another target as soon as it has been built, and then call `then`."""

        def on_built(built: BuiltTarget) -> None:
            self._retarget(built, at_once=True)
            then()

        self._targets.learn(spec, on_built)

    def remove(self, name: str) -> None:
        """Remove an entrant, unless it is the only one."""
        run = self._compared.value.run(name)
        if len(self._compared.value.runs) < 2 or run is None:
            return
        if self._runner.current is not None:
            self._runner.change(Remove(run.key))
        self._compared.remove(name)

    def rename(self, old: str, new: str) -> None:
        """Give an entrant another name, which changes nothing else."""
        value = self._compared.value
        if old in value.names and new not in value.names:
            runs = [run.renamed(new) if run.name == old else run for run in value.runs]
            self._compared.set(value.with_runs(runs))

    def change_entrant(self, name: str, plan: Plan) -> None:
        """Replace the flow and the training of an entrant, which starts over."""
        run = self._compared.value.run(name)
        if run is None:
            return
        project = Project.untrained(run.target, plan.flow, plan.training)
        self._replace(replace(run, project=project))

    def set_budget(self, budget: TrainingSpec) -> None:
        """Set the budget of all entrants, which continue with it."""
        runs = [
            replace(run, project=replace(run.project, training=with_budget(run.project.training, budget)))
            for run in self._compared.value.runs
        ]
        self._continue_with(self._compared.value.with_runs(runs))

    def set_limits(self, shown: bool) -> None:
        """Add the limits by counting to the table, or remove them."""
        value = self._compared.value
        self._compared.set(replace(value, limits=(value.limits or {}) if shown else None))

    def restore(self, entrants: Sequence[Requested], trained: Mapping[int, EntrantRun]) -> None:
        """Return to entrants as they were requested earlier, and let a running training continue with them.

        Args:
            entrants: The entrants as they were requested.
            trained: By style, entrants that have lost their training since.
        """
        self.editing.discard()
        value = self._compared.value
        present = {run.style: run for run in value.runs}
        runs = [restored(each, present.get(each.style), trained.get(each.style)) for each in entrants]
        after = value.with_runs([at_rest(run) if run.style in trained else run for run in runs])
        goes_on = value.shares_target and after.shares_target and _others(value) == _others(after)
        (self._compared.set if goes_on else self._continue_with)(after)
        before = {run.style: run.target for run in value.runs}
        missing = [run.target for run in after.runs if run.wanted or before.get(run.style, run.target) != run.target]
        for number, spec in enumerate(dict.fromkeys(missing)):
            self._targets.learn(spec, self._on_wanted, f"restored {number}")
        self._targets.build()
        self.editing.show_selected()

    def close(self) -> None:
        """End all work as soon as possible."""
        self._runner.abandon()
        self._targets.close()

    def _start(self, followed: BuiltTarget | None = None) -> None:
        self._activity = ""
        self._runner.compare(self._compared.keyed, self._targets.known, followed)
        self._compared.set_state(PREPARING)
        self.notice_posted.emit(Notice("comparison"))

    def _continue_with(self, compared: Compared) -> None:
        """Show other entrants. A running training starts again, and continues with them from their checkpoints."""
        self._compared.set(compared)
        if self._runner.current is not None and compared.state != STOPPING:
            self.resume()
            if compared.state == PAUSED:
                self.toggle_pause()

    def _replace(self, run: EntrantRun) -> None:
        """Replace an entrant by an untrained one with its project."""
        changed = run.anew()
        if self._runner.current is not None:
            self._runner.replace(run.key, Add(run.key, changed.project))
        self._compared.set(self._compared.value.having(changed))
        self._targets.build()

    def _on_target_chosen(self, built: BuiltTarget) -> None:
        """Let all entrants learn another target, or only the selected one if they have different targets."""
        value = self._compared.value
        if value.shares_target:
            self._retarget(built, at_once=self._request.value.follows)
        elif (run := value.selected_run) is not None:
            self._targets.add(built)
            self._replace(replace(run, project=replace(run.project, target=built.spec), built=built, asked=None))

    def _retarget(self, built: BuiltTarget, *, at_once: bool) -> None:
        """Let all entrants learn another target, at once or when they start over."""
        value = self._compared.value
        self._targets.add(built)
        if self._runner.current is not None and at_once:
            self._runner.follow(built)
        self._compared.set(replace(value, runs=tuple(wanting(run, built.spec, built) for run in value.runs)))

    def _on_wanted(self, built: BuiltTarget) -> None:
        """Let the entrants that were restored with a target learn it, now that it has been built."""
        value = self._compared.value
        runs = tuple(wanting(run, built.spec, built) if run.target == built.spec else run for run in value.runs)
        self._compared.set(replace(value, runs=runs))
        is_shared = all(run.target == built.spec for run in value.runs)  # no other one was chosen meanwhile
        if is_shared and self._request.value.follows and self._runner.current is not None:
            self._runner.follow(built)

    def _followed(self) -> BuiltTarget | None:
        """Return the target that a training learns next, if it is to learn it at once or some flows do already."""
        value = self._compared.value
        asked = next((run.asked for run in value.runs if run.asked), None)
        if asked is None or not value.shares_target:
            return None
        has_begun = any(run.project.target == asked.spec for run in value.runs)
        return asked if has_begun or self._request.value.follows else None

    def _on_request_changed(self, old: Request, new: Request) -> None:
        """Let a running training switch to the target that was typed before "Follow the target" was ticked."""
        followed = self._followed()
        if new.follows and not old.follows and followed is not None and self._runner.current is not None:
            self._runner.follow(followed)

    def _on_turn(self, turn: Turn) -> None:
        run = self._compared.value.keyed(turn.name)
        if run is None or turn.event is None:
            return
        if isinstance(turn.event, Preparing):
            self._activity = f"{run.name}: {turn.event.activity}…"
        project = turn.project  # its budget is the former one if that has changed during a stop
        project = replace(project, training=with_budget(project.training, run.project.training))
        changed = run.after(turn.event, project)
        value = self._compared.value.having(self._targets.given_to(changed))
        starts = value.state == PREPARING and isinstance(turn.event, Advanced)
        self._compared.set(replace(value, state=TRAINING if starts else value.state))

    def _on_ended(self) -> None:
        runs = tuple(map(at_rest, self._compared.value.runs))
        self._compared.set(replace(self._compared.value, runs=runs, state=IDLE))

    def _on_failed(self, notice: Notice) -> None:
        self._runner.discard()
        self._on_ended()
        self.notice_posted.emit(notice)

    def _score(self) -> None:
        """Compute the results that stopped trainings lack, in the background, unless that is under way.

        They need not be saved, because checkpoints determine them.
        """
        comparison, scoring = self._compared.keyed, self._runner.scoring
        if any(scoring.get(key) is not comparison[key] for key in comparison.unscored):
            self._runner.score(comparison)

    def _on_scored(self, turn: Turn) -> None:
        run = self._compared.value.keyed(turn.name)
        if run is not None and run.project is self._runner.scoring.get(turn.name):
            scored = next(each for each in runs_of(turn.comparison) if each.key == turn.name).renamed(run.name)
            self._compared.update(replace(scored, built=run.built, asked=run.asked, wanted=run.wanted))
            self._update_controls()

    def _on_changed(self, old: Compared, new: Compared) -> None:
        self._update_controls()
        if new.runs and new.state == IDLE and (old.state, old.runs) != (new.state, new.runs):
            self._score()

    def _update_controls(self) -> None:
        value = self._compared.value
        begun = any(run.is_begun for run in value.runs)
        activity = Activity(
            state=value.state,
            event=sentence(value, self._activity),
            can_train=True,
            can_resume=begun and any(run.can_go_on for run in value.runs),
            fraction=round(value.fraction, 2),  # seldom another one, because Qt repaints the window at once
        )
        self._controls.show_activity(activity)


def _others(compared: Compared) -> list[object]:
    """Return how the entrants are requested, apart from their names and targets."""
    return [(run.style, run.project.flow, run.project.training) for run in compared.runs]
