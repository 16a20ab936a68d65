"""The built targets of the entrants, which share them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.comparison.entrants import ComparedState, EntrantRun
from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.threads.latest import LatestWorker
from flowviz.specs import TargetSpec


class EntrantTargets(QObject):
    """Builds the targets of entrants in the background, and gives them to the entrants."""

    notice_posted = pyqtSignal(object)  # Notice of why a target cannot be built

    def __init__(self, compared: ComparedState, worker: LatestWorker, parent: QObject) -> None:
        super().__init__(parent)
        self._compared, self._worker = compared, worker
        self._built: list[BuiltTarget] = []

    def begin(self, built: Iterable[BuiltTarget]) -> None:
        """Forget all targets except some, because another comparison is shown."""
        self._built = list(built)

    def add(self, built: BuiltTarget) -> None:
        """Keep another target for the entrants that learn it."""
        self._built.append(built)

    def build(self) -> None:
        """Give the known targets to the entrants, and build the others."""
        self._show()
        for number, run in enumerate(self._compared.value.runs):
            if run.built is None:
                self._ask(f"target {number}", run.project.target, lambda _: self._show())

    def find(self, spec: TargetSpec) -> BuiltTarget | None:
        """Return the target of a spec that some entrant has learned. None if it cannot be built."""
        found = self._known(spec) or build_or_explain(spec)
        return found if isinstance(found, BuiltTarget) else None

    def learn(self, spec: TargetSpec, on_built: Callable[[BuiltTarget], object]) -> None:
        """Build a target that all entrants are to learn."""
        self._ask("shared target", spec, on_built)

    def given_to(self, run: EntrantRun) -> EntrantRun:
        """Return an entrant with its target, if that is known."""
        if run.built is not None and run.built.spec == run.project.target:
            return run
        found = self._known(run.project.target)
        return run if found is run.built else replace(run, built=found)

    def close(self) -> None:
        """Stop building targets."""
        self._worker.close()

    def _known(self, spec: TargetSpec) -> BuiltTarget | None:
        return next((built for built in reversed(self._built) if built.spec == spec), None)

    def _ask(self, topic: str, spec: TargetSpec, on_built: Callable[[BuiltTarget], object]) -> None:
        self._worker.ask(topic, partial(build_or_explain, spec), partial(self._take, on_built))

    def _take(self, on_built: Callable[[BuiltTarget], object], result: BuiltTarget | str) -> None:
        if isinstance(result, BuiltTarget):
            self.add(result)
            on_built(result)
        else:
            self.notice_posted.emit(Notice("comparison", result))

    def _show(self) -> None:
        value = self._compared.value
        self._compared.set(replace(value, runs=tuple(map(self.given_to, value.runs))))
