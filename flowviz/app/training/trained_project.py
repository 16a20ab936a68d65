"""A trained project and its target."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from flowviz.app.target.built_target import BuiltTarget
from flowviz.projects import Project
from flowviz.records import FLOW_UNITS, Score, Snapshot, Units
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.training.schedule import Budget, extended


@dataclass(frozen=True)
class TrainedProject:
    """A trained project and its target.

    Attributes:
        project: The project.
        built: The target. None if it can no longer be built.
        scores: Known scores of the weights, by flow, which differ in their integrators alone.
        state: What distinguishes the state of the training from all others, whatever the integrator.
    """

    project: Project = field(compare=False)
    built: BuiltTarget | None = field(compare=False)
    scores: Mapping[FlowSpec, Score] = field(default_factory=dict, compare=False)
    state: object = field(default_factory=object)

    @property
    def entropy(self) -> float | None:
        """Return the entropy of the target in nats. None if unknown."""
        return self.built.target.entropy if self.built else None

    @property
    def units(self) -> Units:
        """Return the units of the data of the target."""
        return self.built.units if self.built else FLOW_UNITS

    @property
    def budget(self) -> Budget | None:
        """Return the budget of the training, as spent up to the checkpoint. None without a checkpoint."""
        last = self.project.checkpoint
        return Budget.at(last, self.project.training) if last else None

    def can_resume(self) -> bool:
        """Return whether the training can continue within its budget."""
        return self.built is not None and self.budget is not None and self.budget.fraction < 1

    def can_extend(self) -> bool:
        """Return whether the budget is used up, so that only a larger one lets the training continue."""
        return self.built is not None and self.budget is not None and self.budget.fraction >= 1

    def extended(self, budget: TrainingSpec) -> Project:
        """Return the project with the seconds or steps of a budget added to those that the training has taken."""
        last = self.project.checkpoint
        assert last is not None
        steps = None if budget.steps is None else last.step - last.start_step + budget.steps
        seconds = None if budget.seconds is None else last.seconds - last.start_seconds + budget.seconds
        return replace(self.project, training=extended(self.project.training, last, steps=steps, seconds=seconds))

    @property
    def lacks_score(self) -> bool:
        """Return whether the score of the kept weights with the current integrator has not been computed yet.

        This can also be true of a project that was saved before its score was computed. Flows without an integrator
        never lack a score: projects of older versions stay as they are, and need no saving after they were opened.
        """
        is_continuous = self.project.flow.recipe.is_continuous
        return is_continuous and self.project.score is None and self._has_kept_weights

    @property
    def _has_kept_weights(self) -> bool:
        """Return whether the weights are those that a training kept, and not those of a training in progress."""
        last, present = self.project.checkpoint, self.project.weights.parameters
        if last is None:
            return True
        kept = last.kept.weights.parameters if last.kept else {}
        return kept.keys() == present.keys() and all(np.array_equal(kept[name], present[name]) for name in kept)

    def integrated(self, flow: FlowSpec, snapshot: Snapshot) -> "TrainedProject":
        """Return the same state with the particles of another integrator, and with its score if it is known."""
        known = self.project.score
        scores = {**self.scores, self.project.flow: known} if known else self.scores
        score = scores.get(flow)
        project = replace(self.project, flow=flow, trace=snapshot.trace, score=score)
        return replace(self, project=project, scores=scores)

    def scored(self, score: Score) -> "TrainedProject":
        """Return the same state with its score."""
        return replace(self, project=replace(self.project, score=score))
