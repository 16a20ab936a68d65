"""The controller of a comparison: trains its entrants, and adds, changes and removes them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from flowviz.app.desktop.existing import existing
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import Compared, free_name, runs_of
from flowviz.app.workspace.entrants import EntrantRun, Requested
from flowviz.app.workspace.restoring import restored, returned, wanting
from flowviz.app.workspace.trainings import Trainings
from flowviz.projects import Comparison, Project
from flowviz.projects.variant import Variant
from flowviz.specs import TargetSpec
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.specs.edits import Edits


class ComparisonController(Trainings):
    """Shows the entrants of a comparison, trains them, and keeps them as requested."""

    def show(self, comparison: Comparison) -> None:
        """Show another comparison, and abandon the current one."""
        self._runner.abandon()
        self.editing.discard()
        self._compared.show(comparison)
        self._targets.build()

    def show_beside(
        self, comparison: Comparison, built: Iterable[BuiltTarget], state: TrainingState, edits: Edits
    ) -> None:
        """Show a flow and an untrained one beside it. The training of the first one, if any, goes on.

        Args:
            comparison: Both flows.
            built: Targets that have been built.
            state: The state of the training of the first one.
            edits: The requested edits of its layers.
        """
        self.editing.discard()
        self._targets.built.extend(built)
        first, *others = map(self._targets.given_to, runs_of(comparison))
        first = first.having_variant(Variant(first.project.flow, edits)) if first.has_weights else first
        training = frozenset[str]()
        if state == TrainingState.IDLE:
            self._runner.abandon()  # what an earlier comparison has left
        else:
            first = replace(first, status="training" if existing(self._runner.job.run).is_shown else "preparing")
            training = frozenset({first.key})
        self._compared.set(Compared((first, *others), others[0].name, state, trains_all=False, training=training))
        self._targets.build()

    def add(self, name: str, project: Project) -> None:
        """Add an entrant, during a training as well; it gets the budget of the others.

        Args:
            name: Its name, which is made unique.
            project: Its project. A trained one keeps its state.
        """
        value = self._compared.value
        if len(value.runs) >= MAX_ENTRANTS:
            return
        project = replace(project, training=project.training.with_budget(value.runs[0].project.training))
        taken = {*value.names, *(run.title for run in value.runs)}  # a title is shown in place of some names
        self._compared.add(runs_of(Comparison({free_name(name, taken): project}))[0])
        self._targets.build()
        if self._is_running and value.trains_all:
            self._join(self._compared.value.runs[-1])

    def adopt(self, spec: TargetSpec, then: Callable[[], object]) -> None:
        """Let all entrants learn another target as soon as it has been built, and then call `then`."""

        def on_built(built: BuiltTarget) -> None:
            self._retarget(built, at_once=True)
            then()

        self._targets.provide(spec, on_built, "shared target")

    def remove(self, name: str) -> None:
        """Remove an entrant, unless it is the only one."""
        run = self._compared.value.run(name)
        if len(self._compared.value.runs) < 2 or run is None:
            return
        self._end_trainings(frozenset({run.key}))
        value = self._compared.value
        self._compared.set(value.with_runs([each for each in value.runs if each.key != run.key]))
        if not self._compared.value.trains_all and len(self._compared.value.runs) == 1:
            self._keep_alone(self._compared.value.runs[0])

    def rename(self, old: str, new: str) -> None:
        """Give an entrant another name, which no other one has; this changes nothing else."""
        value = self._compared.value
        self._compared.set(value.with_runs([replace(run, name=new) if run.name == old else run for run in value.runs]))

    def set_limits(self, shown: bool) -> None:
        """Add the limits by counting to the table, or remove them."""
        self._compared.change(limits=(self._compared.value.limits or {}) if shown else None)

    def return_to_previous(self) -> None:
        """Return to the trainings that a start has replaced. The present ones end, and become the previous ones."""
        self.editing.apply()
        value = self._compared.value
        back = {run.style: returned(run) for run in value.returning}
        self._end_trainings(value.keys if back and value.trains_all else frozenset(run.key for run in value.returning))
        self.restore([back.get(run.style, run).requested for run in value.runs], back)

    def restore(self, entrants: Sequence[Requested], trained: Mapping[int, EntrantRun]) -> None:
        """Return to entrants as they were requested earlier, and let a running training continue with them.

        Args:
            entrants: The entrants as they were requested.
            trained: By style, entrants that have lost their training since.
        """
        self.editing.discard()
        value = self._compared.value
        present = {run.style: run for run in value.runs}
        after = value.with_runs([restored(each, present.get(each.style), trained.get(each.style)) for each in entrants])
        is_lost = any(run.style in trained and run.key in value.training for run in value.runs)
        goes_on = not is_lost and _learning(value) == _learning(after)
        (self._compared.set if goes_on else self._continue_with)(after)
        missing = [run.target for run in after.runs if run.wanted or present.get(run.style, run).target != run.target]
        for number, spec in enumerate(dict.fromkeys(missing)):
            self._targets.provide(spec, self._on_wanted, f"restored target {number}")
        self._targets.build()
        self.editing.show_selected()

    def _on_wanted(self, built: BuiltTarget) -> None:
        """Let the entrants that were restored with a target learn it, now that it has been built."""
        runs = self._compared.value.runs
        if all(run.target == built.spec for run in runs):  # no other one was chosen meanwhile
            self._retarget(built, at_once=self._request.value.follows)
        else:
            runs = tuple(wanting(run, built.spec, built) if run.target == built.spec else run for run in runs)
            self._compared.change(runs=runs)


def _learning(compared: Compared) -> list[object]:
    """Return what must stay the same for a running training to go on.

    Names and edits may change, and so may a target that all entrants share.
    """
    is_common = compared.trains_all and compared.shares_target
    return [
        (run.style, None if is_common else run.target, run.project.flow, run.project.training)
        for run in compared.runs
        if compared.trains_all or run.key in compared.training
    ]
