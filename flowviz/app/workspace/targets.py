"""The built targets of the entrants, which share them, and their limits by counting."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.records import Trial
from flowviz.specs import TargetSpec
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.training.limits import limit_of

REMEMBERED = 2 * MAX_ENTRANTS  # targets: typing builds one for each letter


class EntrantTargets:
    """Builds the targets of entrants in the background, gives them to the entrants, and counts their limits.

    Attributes:
        built: The latest targets that have been built.
    """

    def __init__(self, compared: ComparedState, worker: LatestWorker, post: Callable[[Notice], object]) -> None:
        """Prepare to build; `post` shows a notice of why a target cannot be built."""
        self._compared, self._worker, self._post = compared, worker, post
        self.built = deque[BuiltTarget](maxlen=REMEMBERED)
        self._counting = set[TargetSpec]()  # whose limits are being computed

    def build(self) -> None:
        """Give the known targets to the entrants, and build the others, each once."""
        self._show()
        missing = dict.fromkeys(run.project.target for run in self._compared.value.runs if run.built is None)
        for number, spec in enumerate(missing):
            self.provide(spec, lambda _: self._show(), f"target {number}")

    def provide(self, spec: TargetSpec, on_built: Callable[[BuiltTarget], object], topic: str) -> None:
        """Call a function with a target: at once if it is known, else when it is built.

        Requesting another target with the same topic cancels one that has not been built yet.
        """
        if (known := self._known(spec)) is not None:
            on_built(known)
        else:
            self._worker.ask(topic, partial(build_or_explain, spec), partial(self._take, on_built))

    def given_to(self, run: EntrantRun) -> EntrantRun:
        """Return an entrant with its target, if that is known."""
        if run.built is not None and run.built.spec == run.project.target:
            return run
        found = self._known(run.project.target)
        return run if found is run.built else replace(run, built=found)

    def count_limits(self, value: Compared) -> None:
        """Compute missing limits while no flow is trained, because that would take the time of the flows."""
        for run in value.runs if value.limits is not None and value.state == TrainingState.IDLE else ():
            built, spec, training = run.built, run.project.target, run.project.training
            if built is not None and built.spec == spec and spec not in {*(value.limits or ()), *self._counting}:
                self._counting.add(spec)
                take = partial(self._take_limit, spec)
                self._worker.ask(f"limit of {spec.title}", partial(limit_of, built.target, training), take)

    def _take_limit(self, spec: TargetSpec, limit: Trial) -> None:
        self._counting.discard(spec)
        value = self._compared.value
        if value.limits is not None:
            self._compared.change(limits={**value.limits, spec: limit})

    def _known(self, spec: TargetSpec) -> BuiltTarget | None:
        return next((built for built in reversed(self.built) if built.spec == spec), None)

    def _take(self, on_built: Callable[[BuiltTarget], object], result: BuiltTarget | str) -> None:
        if isinstance(result, BuiltTarget):
            self.built.append(result)
            on_built(result)
        else:
            self._post(Notice("comparison", result))

    def _show(self) -> None:
        self._compared.change(runs=tuple(map(self.given_to, self._compared.value.runs)))
