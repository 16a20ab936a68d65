"""A project: a flow with everything that belongs to it. See `format.py` for the format of its file."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from flowviz import targets
from flowviz.arguments import checked
from flowviz.errors import SpecError
from flowviz.projects.drawing import png_of, widget_bundle
from flowviz.projects.moments import storable_timeline, without_particles
from flowviz.projects.storable import existing, storable_history
from flowviz.records import (
    Adjusted,
    Checkpoint,
    Environment,
    Event,
    Finished,
    History,
    Moment,
    Retargeted,
    Score,
    Selection,
    Snapshot,
    Timeline,
    Trace,
    Weights,
    selection_among,
    untrained_trace,
)
from flowviz.records.events import Ending
from flowviz.records.recorded_flow import unknown
from flowviz.specs import FlowSpec, Seen, TargetSpec, TrainingSpec
from flowviz.specs.condition import Condition
from flowviz.specs.edits import Edits
from flowviz.specs.flow import Integrator
from flowviz.specs.shares import counted
from flowviz.specs.target import condition_of
from flowviz.specs.view import UnitName

if TYPE_CHECKING:
    from flowviz.flows import Flow

MAX_FILE_BYTES = 2**31  # bytes; a default project has 2 million


@dataclass(frozen=True)
class Plan:
    """A requested training: a target, a flow and how to train it."""

    target: TargetSpec
    flow: FlowSpec
    training: TrainingSpec


@dataclass(frozen=True)
class Project:
    """The request, the results, and the view of a flow.

    Attributes:
        target: The target of the training that produced the weights.
        flow: The flow.
        training: The training that produced the weights, with its latest settings.
        weights: The current weights. Empty before any training.
        history: The losses during training.
        trace: The particles at every stage, as the current weights move them.
        checkpoint: The state from which training can be continued. None if there was no training.
        timeline: Moments of the training up to the current one.
        seen: How the project is viewed.
        selection: The selected particles, if any.
        next: The next training. None if it is the same as the last one.
        edits: Edits of the layers, with which the flow is traced, scored and exported, whichever its weights are.
        score: Score of the weights and edits. None unless the weights are those that a training kept.
        environment: Versions and platform with which the weights were trained, or with which an untrained project was
            created. None for projects of older versions, which did not save it.
        test_uses: Number of times the test points were used for a score, also by runs with later seeds in a comparison.
        ending: How the training ended. None before its end, and in files of older versions.
        trained_as: Edits with which weights without a checkpoint were trained. Ignored if `score` has a test score,
            which is that of `edits`.
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
    edits: Edits = field(default_factory=Edits)
    test_uses: int = 0
    ending: Ending | None = None
    trained_as: Edits = field(default_factory=Edits)

    @classmethod
    @checked
    def untrained(cls, target: TargetSpec, flow: FlowSpec, training: TrainingSpec) -> "Project":
        """Return the project of a training that has not begun."""
        nothing, flow = Weights({}, {}), flow.conditioned_on(condition_of(target))
        return cls(target, flow, training, nothing, History(), untrained_trace(flow), environment=Environment.current())

    @property
    def plan(self) -> Plan:
        """Return the training that produced the weights."""
        return Plan(self.target, self.flow, self.training)

    @property
    def asked(self) -> Plan:
        """Return the next training: `next` if it is given, or else the same training again."""
        return self.next or self.plan

    @property
    def resumes_at(self) -> int:
        """Return the step from which training continues, 0 without a checkpoint."""
        return self.checkpoint.step if self.checkpoint else 0

    @property
    def trained_edits(self) -> Edits:
        """Return the edits of the training: those of the checkpoint, those that were tested, or else `trained_as`."""
        if self.checkpoint is not None:
            return self.checkpoint.edits
        return self.edits if self.score and self.score.test else self.trained_as

    def trained(self, finished: Finished, history: History) -> "Project":
        """Return this project with the results of a training.

        Args:
            finished: The end of the training.
            history: The losses of the training, including those before a checkpoint from which it continued.
        """
        return replace(
            self,
            weights=finished.weights,
            history=history,
            trace=finished.trace,
            checkpoint=finished.checkpoint,
            score=finished.score,
            environment=Environment.current(),
            test_uses=self.test_uses + (finished.score.test is not None),
            ending=finished.ending,
        )

    def after(self, event: Event) -> "Project":
        """Return this project after an event of its training. The timeline stays the same."""
        history = self.history.with_event(event)
        match event:
            case Snapshot():
                found = replace(self, weights=event.weights, trace=event.trace, environment=Environment.current())
                return replace(found, history=history, score=None, ending=None)
            case Checkpoint():
                return replace(self, history=history, checkpoint=event)
            case Finished():
                return self.trained(event, history)
            case Retargeted():  # its test points have not been used yet
                return replace(self, history=history, score=None, test_uses=0, ending=None)
            case Adjusted():
                return replace(self, history=history, training=event.applied(self.training))
        return replace(self, history=history)

    def present_moment(self, target: targets.Target | None) -> Snapshot:
        """Return the current state as a moment.

        Values that the file does not contain, such as the legibility in older files, are computed.

        Args:
            target: The target. None if it cannot be built; unknown values then stay unknown.
        """
        step = int(self.history.step[-1]) if len(self.history.step) else 0
        last = self.timeline.moments[-1] if self.timeline.moments else Moment(step, self.weights, None, None)
        target = target and target.given(self.flow.given)
        hits, ends = last.hits, self.trace.positions[-1]
        if target is not None and last.on_target is None:
            hits = target.hits(ends, self.trace.log_density(-1))
        elif target is not None and last.legibility is None:
            hits["legibility"] = target.legibility(ends)
        return Snapshot(last.step, self.weights, trace=self.trace, **hits)

    @property
    def gap(self) -> float | None:
        """Return the test NLL of the weights − entropy of the target, in nats: 0 is the best that any flow can do.

        None without a test NLL, if the entropy is unknown, before the end of a training, after a change of the layers
        or the integrator, and for projects that were saved during a training.
        """
        return self.score.gap if self.score else None

    @checked
    def score_in_units(self, units: UnitName = "data") -> Score | None:
        """Return the score with NLLs and entropy per area in the given units, or None if the score is unknown.

        The attribute `score` is in flow units.

        Args:
            units: `data`, `pixels` or `flow`; see `flowviz.units`.

        Raises:
            TargetError: If the target has no pixels.
        """
        return self.score and self.score.in_units(targets.spec_units(self.target, units))

    @checked
    def build_flow(self, dtype: Literal["float32", "float64"] = "float32") -> "Flow":
        """Build the flow with the edits and weights of the project, or initial weights before any training.

        Loads TensorFlow. The flow works in flow units; `flowviz.sample` and `flowviz.score` convert them.

        Raises:
            FileError: If the weights do not fit the flow.
            SpecError: If the flow was recorded from another program.
        """
        if self.flow.is_recorded:
            raise unknown("What the flow does to points other than its particles")
        from flowviz.flows import build_flow

        return build_flow(self.flow, self.weights if self.weights.parameters else None, dtype, self.edits)

    def distribution(self, units: UnitName = "data", dtype: Literal["float32", "float64"] = "float32") -> Any:
        """Return the flow as a distribution of TensorFlow Probability, for points in the given units.

        Loads TensorFlow Probability. To train the distribution, use `flow = project.build_flow()` and
        `flow.distribution()`, whose variables are the weights of the flow, and store these by `with_weights`.

        Args:
            units: `data`, `pixels` or `flow`; see `flowviz.units`. The density is per area in these units.
            dtype: The precision of its computations.

        Returns:
            A `tfd.TransformedDistribution`, with `sample`, `log_prob` and a `bijector`.

        Raises:
            FileError: If the weights do not fit the flow.
            TargetError: If the target has no pixels.
        """
        return self.build_flow(dtype).distribution(targets.spec_units(self.target, units))

    @checked
    def with_budget(self, budget: TrainingSpec) -> "Project":
        """Return this project with the seconds or steps of another training as its budget.

        If that is another budget, the patience of the training starts again, so that one that ended early goes on.
        """
        training, last = self.training.with_budget(budget), self.checkpoint
        if training == self.training:
            return self
        rested = replace(last, unimproved=0) if last and last.unimproved else last
        return replace(self, training=training, checkpoint=rested)

    @checked
    def with_weights(self, weights: Weights) -> "Project":
        """Return this project with other weights, such as those of your own training loop. Loads TensorFlow.

        The particles are traced with the new weights. The losses, moments and checkpoint of an earlier training are
        removed, and the score is unknown until you call `flowviz.rescored`.

        Args:
            weights: The weights, as `flow.weights()` returns them.

        Raises:
            FileError: If the weights do not fit the flow.
        """
        new = replace(self, weights=weights, history=History(), checkpoint=None, timeline=Timeline())
        return replace(new, trained_as=Edits())._followed_anew()

    def with_integrator(self, integrator: Integrator | None = None, steps: int | None = None) -> "Project":
        """Return this project with another integrator of its flow, the same weights, and its particles followed anew.

        Loads TensorFlow, unless there was no training. The score is unknown then: see `flowviz.rescored`.

        Args:
            integrator: The method. None keeps it.
            steps: The number of steps. None keeps it.

        Raises:
            SpecError: If the values are wrong, if the flow has no integrator, or if edits belong to its present steps.
        """
        flow = self.flow.with_integrator(integrator, steps)
        if flow == self.flow:
            return self
        if self.edits and flow.integrator_steps != self.flow.integrator_steps:
            present = counted(self.flow.integrator_steps or 0, "step")
            raise SpecError(
                f"The edits belong to the {present} of the flow. Reset them before you change the number of steps."
            )
        return replace(self, flow=flow)._followed_anew()

    @property
    def condition(self) -> Condition:
        """Return the condition of the flow. Raises `SpecError` if the flow is not conditional."""
        if self.flow.condition is None:
            raise SpecError("The flow is not conditional. Train one on a target with a condition.")
        return self.flow.condition

    @checked
    def given(self, value: str | float | bool) -> "Project":
        """Return this project at another value of its condition, and its particles followed anew.

        Loads TensorFlow, unless there was no training. The score remains: it is that of all values. How well the
        moments of the training hit the target is unknown at another value.

        Args:
            value: The name of a class, or a number; between two classes, it is a share of both. `any` for no value, if
                the flow was trained with values left out.

        Raises:
            SpecError: If the flow is not conditional, if there is no such value, or if no values were left out.
        """
        return self._told(given=self.condition.value(value))

    def guided(self, weight: float) -> "Project":
        """Return this project with another guidance of its value of the condition.

        The density at the last stage is p(x|c)^w p(x)^(1−w) for the weight w, normalized on a grid. The particles of
        flow matching follow the velocity w·v(x|c) + (1−w)·v(x), so they are followed anew, which loads TensorFlow. They
        do not have that density; those of other families stay where they are. The score remains.

        Args:
            weight: The weight, from 0 to 5. With 1, nothing is guided; with 0, the value makes no difference.

        Raises:
            SpecError: If the weight is out of range, or if the flow was not trained with values left out.
        """
        return self._told(given=self.condition and self.flow.given, guidance=weight)

    def _told(self, **changes: Any) -> "Project":
        flow = FlowSpec(**{**dict(self.flow), **changes})
        if flow == self.flow:
            return self
        moments = tuple(Moment(each.step, each.weights, None, None) for each in self.timeline.moments)
        timeline = replace(self.timeline, moments=moments)
        return replace(self, flow=flow, timeline=timeline)._followed_anew(score=self.score)

    def build_target(self) -> targets.Target:
        """Return the target, at the value of the condition at which the flow is shown. Raises `FlowvizError`."""
        return targets.build_target(self.target).given(self.flow.given)

    @checked
    def with_edits(self, edits: Edits) -> "Project":
        """Return this project with other edits in place of its own, and its particles followed anew.

        Loads TensorFlow, unless nothing was trained and nothing is edited. The score is unknown then: see
        `flowviz.rescored`.

        Args:
            edits: The edits; `Edits()` resets the flow to what it learned.

        Raises:
            SpecError: If the edits do not fit the flow.
        """
        return self if edits == self.edits else self.having_edits(edits.checked(self.flow))._followed_anew()

    def having_edits(self, edits: Edits) -> "Project":
        """Return this project with other edits in place of its own. Its particles and score stay the same."""
        return replace(self, edits=edits, trained_as=Edits() if self.checkpoint else self.trained_edits)

    def _followed_anew(self, score: Score | None = None) -> "Project":
        """Return this project with its particles as its flow moves them, and without what belonged to another flow."""
        built = self.build_flow() if self.weights.parameters or self.edits else None
        own = self.trace.particles_of(built.base) if built else self.trace.positions[0]
        trace = built.trace(own) if built else untrained_trace(self.flow, own)
        timeline = replace(self.timeline, moments=tuple(map(without_particles, self.timeline.moments)))
        seen = existing(self.seen, timeline, trace)
        return replace(self, trace=trace, timeline=timeline, seen=seen, score=score)

    def __repr__(self) -> str:
        """Return one line, because the arrays would take thousands."""
        trained = counted(int(self.history.step[-1]), "step") if len(self.history.step) else "untrained"
        if self.flow.is_recorded:
            trained = f"{len(self.trace.names)} stages"
        ending = "" if self.ending in (None, "completed") else f", {self.ending}"
        gap = "" if self.gap is None else f", gap {self.gap:.3f} nats"
        return f"<Project: {self.target.title}, {self.flow.family}, {trained}{ending}{gap}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """Return the widget that notebooks display in place of the picture, if anywidget is installed."""
        return widget_bundle(self)

    def _repr_png_(self) -> bytes:
        """Return a picture of the particles at the last stage, which notebooks display."""
        return png_of(self)

    def storable(self) -> "Project":
        """Return this project as it can be saved. Saving and loading the result preserves every bit.

        The timeline is thinned out; see `storable_timeline`. If the target changed very often, only the latest changes
        are kept. References to stages, moments or particles that do not exist are dropped from the view and selection.
        """
        kept = self.timeline, self.weights, self.trace, self.seen.moment
        timeline = storable_timeline(*kept, keep_all=self.flow.is_recorded)
        return replace(
            self,
            trained_as=Edits() if self.checkpoint else self.trained_as,
            history=storable_history(self.history),
            timeline=timeline,
            seen=existing(self.seen, timeline, self.trace),
            selection=selection_among(self.trace.positions.shape[1], self.selection),
        )
