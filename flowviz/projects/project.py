"""A trained flow with all that belongs to it. How its file is laid out is told in `format.py`."""

import json
from dataclasses import dataclass, field, replace
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Literal

import flowviz
from flowviz.projects.moments import storable_timeline
from flowviz.records import (
    Checkpoint,
    Environment,
    Finished,
    History,
    Retargeted,
    Score,
    Selection,
    Timeline,
    Trace,
    Weights,
    base_particles,
    untrained_trace,
)
from flowviz.specs import FlowSpec, Seen, TargetSpec, TrainingSpec

if TYPE_CHECKING:
    from flowviz.flows import Flow

CHANGES_BYTES = 16_384  # of JSON: some three hundred changes of the target, the latest ones


@dataclass(frozen=True)
class Plan:
    """What is asked for: a training."""

    target: TargetSpec
    flow: FlowSpec
    training: TrainingSpec


@dataclass(frozen=True)
class Project:
    """What was asked for, what was found, and what of it is looked at.

    `timeline` are moments of the training up to the present one, whose particles are the trace; `next` is what the
    next training shall be, where that is something else. `score` is that of the weights, None unless they are the ones
    that a training kept. `environment` has the versions and the platform with which the weights were found, or the
    project was made if it is untrained; None if its file does not tell, as older ones.
    """

    target: TargetSpec
    flow: FlowSpec
    training: TrainingSpec
    weights: Weights
    history: History
    trace: Trace
    checkpoint: Checkpoint | None = None
    timeline: Timeline = field(default_factory=Timeline)
    seen: Seen = field(default_factory=Seen)
    selection: Selection | None = None
    next: Plan | None = None
    score: Score | None = None
    environment: Environment | None = None

    @classmethod
    def untrained(cls, target: TargetSpec, flow: FlowSpec, training: TrainingSpec) -> "Project":
        """What is asked for, before anything is found."""
        nothing = Weights({}, {})
        trace = untrained_trace(flow, base_particles())
        return cls(target, flow, training, nothing, History(), trace, environment=Environment.current())

    @property
    def plan(self) -> Plan:
        """What was asked for."""
        return Plan(self.target, self.flow, self.training)

    @property
    def asked(self) -> Plan:
        """What the next training shall be: that of the project once more, where nothing else is asked for."""
        return self.next or self.plan

    def trained(self, finished: Finished, history: History) -> "Project":
        """This project with what a training of it found."""
        return replace(
            self,
            weights=finished.weights,
            history=history,
            trace=finished.trace,
            checkpoint=finished.checkpoint,
            score=finished.score,
            environment=Environment.current(),
        )

    @property
    def gap(self) -> float | None:
        """Test NLL of the weights − entropy of the target, in nats: 0 is the best that any flow can do.

        None if the entropy is unknown, before the end of a training, and for projects of an older flowviz.
        """
        return self.score.gap if self.score else None

    def build_flow(self, dtype: Literal["float32", "float64"] = "float32") -> "Flow":
        """Build the flow with the weights of the project, or initial ones before any training. Loads TensorFlow.

        The flow works in flow units; `flowviz.sample` and `flowviz.score` convert them. It is built by the library,
        which lies above this package, as are the packages that compute.

        Raises:
            FileError: If the weights do not fit the flow.
        """
        return flowviz.build_flow(self.flow, self.weights if self.weights.parameters else None, dtype)

    def _repr_png_(self) -> bytes:
        """Return a picture of the particles at the last stage, which notebooks display."""
        return flowviz.picture(self)

    def storable(self) -> "Project":
        """This project as its file has it, of which saving and opening changes no bit.

        The timeline is thinned out, see `moments.py`; only the present moment has particles, where it is the last one.
        Of very many changes of the target the latest are kept. What is seen or selected of something else is left out.
        """
        timeline = storable_timeline(self.timeline, self.weights, self.trace, self.seen.moment)
        return replace(
            self,
            history=replace(self.history, changes=_latest(self.history.changes)),
            timeline=timeline,
            seen=_seen_of(self.seen, timeline, self.trace),
            selection=self._selection(),
        )

    def _selection(self) -> Selection | None:
        fits = self.selection is not None and self.selection.chosen.shape == self.trace.log_det[0].shape
        return self.selection if fits else None


def _latest(changes: tuple[Retargeted, ...]) -> tuple[Retargeted, ...]:
    sizes = accumulate(len(json.dumps(json.dumps(vars(change)))) for change in reversed(changes))
    count = sum(1 for _ in takewhile(lambda size: size <= CHANGES_BYTES, sizes))
    return changes[len(changes) - count :]


def _seen_of(seen: Seen, timeline: Timeline, trace: Trace) -> Seen:
    """What is seen, less what there is not."""
    lacking: dict[str, None] = {}
    if seen.stage is not None and seen.stage > trace.last_stage:
        lacking["stage"] = None
    if seen.probe is not None and seen.probe[0] > trace.last_stage:
        lacking["probe"] = None
    if seen.moment not in [moment.step for moment in timeline.moments]:
        lacking["moment"] = None
    return seen.model_copy(update=lacking)
