"""The entrants of a comparison while they are trained."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

from flowviz.app.editing.layer_editor import edited_sentence
from flowviz.app.state.known import Known
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.runner import with_shown_variant
from flowviz.app.training.trained_project import TrainedProject, is_worth_keeping
from flowviz.app.training.training_state import RUNNING, TrainingState
from flowviz.projects import Comparison, Plan, Project
from flowviz.projects.comparison import title_of
from flowviz.projects.moments import without_particles
from flowviz.projects.results import current_figures, edited_figures, kept_result
from flowviz.projects.variant import Variant
from flowviz.records import (
    Advanced,
    Checkpoint,
    Event,
    Finished,
    Moment,
    Preparing,
    Retargeted,
    Score,
    Snapshot,
    Trial,
)
from flowviz.records.comparison_table import RunSummary, summary_of_figures
from flowviz.specs import TargetSpec
from flowviz.specs.edits import Edits
from flowviz.specs.shares import percent
from flowviz.training.schedule import Budget
from flowviz.training.settings import can_go_on

Status = Literal[
    "waiting",
    "preparing",
    "training",
    "completed",
    "patience",
    "stopped",
    "interrupted",
    "diverged",
    "failed",
    "recorded",
    "trained",
]
WORDS: Mapping[Status, str] = {
    "waiting": "waiting",
    "preparing": "preparing…",
    "training": "training",
    "completed": "done",
    "patience": "done early",
    "stopped": "stopped",
    "interrupted": "interrupted",
    "diverged": "diverged",
    "failed": "failed",
    "recorded": "recorded",
    "trained": "trained",  # without a known result, such as a flow that was built by hand
}
ENDED: frozenset[Status] = frozenset(WORDS.keys() - {"waiting", "preparing", "training"})
FAILED: frozenset[Status] = frozenset({"diverged", "failed"})
Figures = Mapping[str, float | None]


class Requested(NamedTuple):
    """An entrant as it is requested. Its style identifies it, also under another name."""

    style: int
    name: str
    plan: Plan
    edits: Edits


@dataclass(frozen=True, eq=False)
class EntrantRun:
    """An entrant and the state of its training.

    Attributes:
        name: Its name.
        project: Its project as of the latest event.
        status: The state of its training.
        fraction: Share of the budget that is spent, from 0 to 1.
        built: The target, as soon as it has been built.
        asked: The target that it learns next. None if that is the same one.
        wanted: The target that it learns next once it has been built. None if there is none, or if it has been.
        trial: The result that its training has reported. None before it has ended.
        later: The results of runs with later seeds, which the command line computes.
        style: Number of its color and dashes, which identifies it, also under another name.
        variant: The requested integrator and edits of layers. None if they are those of the project.
        scores: Known scores of the weights as other variants.
        previous: The entrant before it started over, to which one can return. None if there is none.
    """

    name: str
    project: Project
    status: Status = "waiting"
    fraction: float = 0.0
    built: BuiltTarget | None = None
    asked: BuiltTarget | None = None
    wanted: TargetSpec | None = None
    trial: Trial | None = None
    later: tuple[Trial, ...] = ()
    style: int = 0
    variant: Variant | None = None
    scores: Mapping[Variant, Score] = field(default_factory=dict)
    previous: "EntrantRun | None" = None

    @property
    def key(self) -> str:
        """Return the name under which it is trained, which stays the same when it is renamed."""
        return str(self.style)

    @property
    def title(self) -> str:
        """Return its name for users, which is the title of its family if it is named after that."""
        return title_of(self.name, self.project.flow)

    @cached_property
    def known(self) -> Known:
        """Return what can be shown of its flow."""
        project, target = self.project, self.built.target if self.built else None
        return Known.of(project.flow, project.weights, project.trace, target)

    @cached_property
    def result(self) -> Trial | None:
        """Return the result of its training, which a project without a checkpoint has kept. None if unknown."""
        return self.trial or kept_result(self.project, self.built.target if self.built else None)

    @property
    def problem(self) -> str:
        """Return why its training has failed. Empty if it has not."""
        return self.trial.failure if self.trial else ""

    @property
    def has_ended(self) -> bool:
        """Return whether its training has ended."""
        return self.status in ENDED

    @property
    def target(self) -> TargetSpec:
        """Return the requested target."""
        return self.wanted or (self.asked.spec if self.asked else self.project.target)

    @property
    def requested(self) -> Requested:
        """Return the entrant as it is requested."""
        flow, edits = self.requested_variant.flow, self.requested_variant.edits
        return Requested(self.style, self.name, Plan(self.target, flow, self.project.training), edits)

    @property
    def requested_variant(self) -> Variant:
        """Return the integrator and the edits of layers that are requested."""
        return self.variant or Variant.of(self.project)

    def having_variant(self, variant: Variant) -> "EntrantRun":
        """Return this entrant with another integrator and other edits requested."""
        return replace(self, variant=None if variant == Variant.of(self.project) else variant)

    def having_project(self, project: Project) -> "EntrantRun":
        """Return this entrant with the particles of another variant, or of another state of its training.

        The target that it has begun to learn need not be the one that was requested last.
        """
        scores = self.trained.known_scores if project.weights is self.project.weights else {}
        changed = replace(self, project=project, scores=scores).having_variant(self.variant or Variant.of(project))
        has_switched = self.asked is not None and self.asked.spec == project.target
        return replace(changed, built=self.asked, asked=None) if has_switched else changed

    def outstanding(self, state: TrainingState) -> Variant | None:
        """Return the variant whose particles have to be computed. None without one, or if a training moves them.

        Args:
            state: The state of the training of all entrants.
        """
        is_moved = self.status in {"preparing", "training"} and state in RUNNING
        return None if is_moved or self.variant is None or not self.variant.is_possible else self.variant

    def moved(self, variant: Variant, snapshot: Snapshot) -> "EntrantRun":
        """Return this entrant with the particles of another variant, and with its score if it is known."""
        timeline, past = self.project.timeline, self.project.timeline.moments[:-1]
        if variant.flow != self.project.flow:  # at another value of a condition, they hit another target
            past = tuple(Moment(each.step, each.weights, None, None) for each in past)
        timeline = replace(timeline, moments=tuple(map(without_particles, (*past, snapshot))))
        return self.having_project(replace(self.trained.varied(variant, snapshot).project, timeline=timeline))

    @property
    def trained(self) -> TrainedProject:
        """Return its project, target, scores and previous training, in the form that a flow on its own has."""
        previous = self.previous.trained if self.previous else None
        return TrainedProject(self.project, self.built, self.scores, previous=previous)

    @property
    def has_weights(self) -> bool:
        """Return whether it has weights, learned or recorded."""
        return bool(self.project.weights.parameters)

    @property
    def is_begun(self) -> bool:
        """Return whether it has learned something, even if it cannot be trained further. Recorded flows have not."""
        return self.has_weights and not self.is_recorded

    @property
    def is_recorded(self) -> bool:
        """Return whether it was recorded from another program, so that it cannot be trained."""
        return self.project.flow.is_recorded

    @property
    def is_unscored(self) -> bool:
        """Return whether its training was stopped and its result is still being computed."""
        return self.status == "stopped" and self.trial is None and bool(Comparison({self.name: self.project}).unscored)

    @property
    def can_go_on(self) -> bool:
        """Return whether it can train further: it has not ended, or its budget or target has changed since."""
        return self.target != self.project.target or can_go_on(self.project, self.result)

    @property
    def gap(self) -> float | None:
        """Test gap after the end of the training, and the validation gap otherwise, in nats. None if unknown."""
        return self.figures.get("validation_gap") if self.is_validated else self.figures["gap"]

    @property
    def is_validated(self) -> bool:
        """Return whether its gap is a validation gap, because the flow in its current state has not been tested."""
        return self.figures.get("gap") is None

    @property
    def kept(self) -> "EntrantRun | None":
        """Return the entrant to return to after it has started over: this one, unless its training has hardly begun."""
        return replace(self, previous=None) if is_worth_keeping(self.project) else self.previous

    def anew(self) -> "EntrantRun":
        """Return this entrant untrained, about to learn the requested target, or a recorded one as it is."""
        if self.is_recorded and self.requested_variant.flow.is_recorded:
            return self
        project = Project.untrained(self.target, self.requested_variant.flow, self.project.training)
        built = next((each for each in (self.asked, self.built) if each and each.spec == self.target), None)
        return EntrantRun(self.name, project, built=built, style=self.style, previous=self.kept)

    @property
    def start(self) -> Variant:
        """Return the variant with which its training started or, before that, the one from which it would start."""
        return Variant(
            self.project.flow, self.project.trained_edits if self.status == "training" else self.project.edits
        )

    def only_showing_edits(self) -> "EntrantRun":
        """Return this entrant with edits that are not part of its training as a request, if it is being trained."""
        if not self.start.is_possible:
            return self
        project = replace(self.project, edits=self.start.edits)
        return replace(self, project=project).having_variant(self.requested_variant)

    def after(self, event: Event | Trial, project: Project) -> "EntrantRun":
        """Return this entrant after an event of its training, or with its result, and with its project thereafter.

        It keeps the variant that is shown until the next particles arrive, and the one that is requested even then.
        """
        shown = with_shown_variant(project, event, self.project)
        changed = self.having_project(shown).having_variant(self.requested_variant)
        match event:
            case Preparing():
                return replace(changed, status="preparing", trial=None)
            case Advanced():  # perhaps with a larger budget than that of the results
                later = tuple(each for each in self.later if (each.figures.get("steps") or event.step) >= event.step)
                return replace(changed, status="training", fraction=event.fraction, trial=None, later=later)
            case Checkpoint():  # the most frequent report of a flow that trains alone
                return replace(changed, status="training", fraction=Budget.at(event, project.training).fraction)
            case Retargeted():
                return replace(changed, status="training", fraction=0.0, trial=None, later=())
            case Finished():
                return replace(
                    changed, status=event.ending, fraction=Budget.at(event.checkpoint, project.training).fraction
                )
            case Trial():
                return replace(changed, status=event.ending, trial=event)
        return changed

    def is_same_after(self, event: Event | Trial) -> bool:
        """Return whether an event makes no difference that users see: steps that leave the share in percent as it is.

        With results of later seeds, there is a difference once the training has gone on for longer than theirs.
        """
        if not isinstance(event, Advanced) or self.status != "training" or self.later:
            return False
        return percent(self.fraction) == percent(event.fraction)

    @property
    def is_edited(self) -> bool:
        """Return whether layers were edited after the training, whose figures are not those of the flow then."""
        return self.has_ended and self.requested_variant.edits != self.project.trained_edits

    @cached_property
    def figures(self) -> Figures:
        """Return the figures of the table by name: the latest ones, and those of the result after the end.

        Those of a flow whose layers were edited since are unknown, except for its score. NLLs are in the units of the
        data.
        """
        if not self.is_edited:
            return self._figures_of_training()
        score = self.project.score if self.variant is None else None
        return edited_figures(self._figures_of_training(), score and score.in_units(self.trained.units))

    @cached_property
    def summary(self) -> RunSummary:
        """Return its row of the table, without the difference from the best flow."""
        return replace(summary_of_figures(self.name, [self.figures]), running=int(not self.has_ended))

    @property
    def compared_trials(self) -> list[Trial]:
        """Return the result of the training, unless the flow has been edited since."""
        return [self.result] if self.result is not None and not self.is_edited else []

    def _figures_of_training(self) -> Figures:
        if self.result is not None and self.result.figures:
            return self.result.figures
        return current_figures(self.project, self.trained.units)

    def words(self) -> str:
        """Return the state of the training for users, such as "45%" or "diverged"."""
        if self.is_unscored:
            return "stopped, scoring…"
        words = percent(self.fraction) if self.status == "training" else WORDS[self.status]
        return ", ".join(filter(None, (words, edited_sentence(self.requested_variant.edits))))
