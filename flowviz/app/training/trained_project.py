"""A trained project and its target."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from flowviz.app.desktop.existing import existing
from flowviz.app.target.built_target import BuiltTarget
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import FLOW_UNITS, Score, Snapshot, Units
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.edits import Edits
from flowviz.training.settings import end_of, extended, spent_budget


@dataclass(frozen=True)
class TrainedProject:
    """A trained project and its target.

    Attributes:
        project: The project.
        built: The target. None if it can no longer be built.
        scores: Known scores of the weights, by variant.
        plain: The project without its edits. None if it has none, or if its particles are not known without them.
        is_varied: Whether another variant was shown before.
        state: An object that identifies the state of the training, whatever the variant.
        previous: The trained project that the training has replaced, to which one can return. None if there is none.
    """

    project: Project = field(compare=False)
    built: BuiltTarget | None = field(compare=False)
    scores: Mapping[Variant, Score] = field(default_factory=dict, compare=False)
    plain: Project | None = field(default=None, compare=False)
    is_varied: bool = field(default=False, compare=False)
    state: object = field(default_factory=object)
    previous: "TrainedProject | None" = field(default=None, compare=False)

    @property
    def entropy(self) -> float | None:
        """Return the entropy of the target in nats. None if unknown."""
        return self.built.target.entropy if self.built else None

    @property
    def units(self) -> Units:
        """Return the units of the data of the target."""
        return self.built.units if self.built else FLOW_UNITS

    def can_resume(self) -> bool:
        """Return whether the training can continue within its budget and its patience."""
        return self.built is not None and self.project.checkpoint is not None and not end_of(self.project)

    def can_extend(self) -> bool:
        """Return whether the budget or the patience is used up, so that only more budget lets training continue."""
        return self.built is not None and bool(end_of(self.project))

    def extended(self, budget: TrainingSpec) -> Project:
        """Return the project with the seconds or steps of a budget added to those that the training has taken."""
        spent = existing(spent_budget(self.project))
        steps = None if budget.steps is None else spent.steps_spent + budget.steps
        seconds = None if budget.seconds is None else spent.seconds_spent + budget.seconds
        return extended(self.project, steps=steps, seconds=seconds)

    @property
    def is_edited_since_training(self) -> bool:
        """Return whether the edits are others than those with which the flow was trained."""
        last = self.project.checkpoint
        return self.project.edits != (last.edits if last else Edits())

    @property
    def lacks_score(self) -> bool:
        """Return whether the score of the kept weights as the current variant has not been computed yet.

        This can also be true of a project that was saved before its score was computed. Trained flows without an
        integrator or edits never lack a score: projects of older versions stay as they are, and need no saving after
        they were opened.
        """
        project = self.project
        is_untrained = project.checkpoint is None and not len(project.history.step)
        has_variants = self.is_varied or bool(project.edits) or project.flow.recipe.is_continuous
        is_kept = bool(self.scores) or self._has_kept_weights  # a training in progress has no score
        can_score = is_kept and not project.flow.is_recorded  # the density of which is not known at other points
        return (has_variants or is_untrained) and project.score is None and can_score

    @property
    def _has_kept_weights(self) -> bool:
        """Return whether the weights are those that a training kept, and not those of a training in progress."""
        last, present = self.project.checkpoint, self.project.weights.parameters
        if last is None:
            return True
        kept = last.kept.weights.parameters if last.kept else {}
        return kept.keys() == present.keys() and all(np.array_equal(kept[name], present[name]) for name in kept)

    @property
    def known_scores(self) -> Mapping[Variant, Score]:
        """Return the known scores of the weights, including that of the present variant."""
        known = self.project.score
        return {**self.scores, Variant.of(self.project).as_scored: known} if known else self.scores

    def varied(self, variant: Variant, snapshot: Snapshot) -> "TrainedProject":
        """Return the same state with the particles of another variant, and with its score if it is known."""
        scores = self.known_scores
        project = replace(
            self.project.having_edits(variant.edits),
            flow=variant.flow,
            trace=snapshot.trace,
            score=scores.get(variant.as_scored),
        )
        return replace(self, project=project, scores=scores, plain=self._plain_of(variant), is_varied=True)

    def _plain_of(self, variant: Variant) -> Project | None:
        """Return the project without edits that another variant is an edit of, if it is known."""
        plain = self.plain if self.project.edits else self.project
        return plain if variant.edits and plain is not None and plain.flow == variant.flow else None

    def without_edits(self, flow: FlowSpec) -> "TrainedProject | None":
        """Return the same state without edits, exactly as it was before them, or None if it is not known."""
        if self.plain is None or self.plain.flow != flow:
            return None
        return replace(self, project=self.plain, scores=self.known_scores, plain=None)

    def scored(self, score: Score) -> "TrainedProject":
        """Return the same state with its score."""
        return replace(self, project=replace(self.project, score=score))


def is_worth_keeping(project: Project) -> bool:
    """Return whether a flow is worth returning to after it starts over: it has been trained, edited or recorded."""
    return bool(len(project.history.step) or project.edits or project.flow.is_recorded)


def same_weights(flow: FlowSpec, other: FlowSpec) -> bool:
    """Return whether two flows differ at most in how they are shown."""
    return flow.as_trained() == other.as_trained()
