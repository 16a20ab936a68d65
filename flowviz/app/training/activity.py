"""The activity: the state of the training, as one value from which all controls and sentences are derived."""

from dataclasses import dataclass, replace
from typing import Literal

from flowviz.app.editing.layer_editor import edited_sentence
from flowviz.app.state.request import Request
from flowviz.app.training.trained_project import TrainedProject, same_weights
from flowviz.app.training.training_state import TrainingState
from flowviz.app.widgets.labels import shortened
from flowviz.projects import Project
from flowviz.records import Finished, Progress
from flowviz.specs import TargetSpec
from flowviz.specs.shares import counted
from flowviz.training.schedule import Budget
from flowviz.training.settings import spent_budget

GREETING = "Press Train and watch the cloud become the target."
RETRY = "Press Train to try again."
FOLLOWING = "Computing the particles of earlier moments. This loads TensorFlow, which takes a few seconds…"
LOADING = "Loading TensorFlow, which takes a few seconds the first time…"
WARMING_UP = " Warming up: the countdown starts at full speed."
PREPARING, STOPPING = "Preparing…", "Stopping…"
SWITCHES = "Type or choose another target to switch to it."
STARTS_OVER = "Restart starts over with the chosen flow."
RECORDED = "Showing {}, a recorded flow with {}. To train a flow on this target, choose one above."
MAX_TITLE, MAX_CHIP_TITLE = 24, 16  # characters
Scope = Literal["only", "selected", "all"]


@dataclass(frozen=True)
class NextTraining:
    """The request for the next training, beside the flow that is shown.

    Attributes:
        shown: The target of the trained flow that is shown. None before the first training.
        requested: The target of the next training.
        problem: Why the next training cannot start. Empty if it can.
        follows: Whether a running training switches to the requested target.
        has_other_flow: Whether the requested flow differs from the trained one that is shown.
    """

    shown: TargetSpec | None = None
    requested: TargetSpec | None = None
    problem: str = ""
    follows: bool = False
    has_other_flow: bool = False

    @classmethod
    def of(cls, shown: Project | None, request: Request, problem: str) -> "NextTraining":
        """Return the next training of what is requested, beside the trained flow that is shown, if any."""
        return cls(
            shown=shown.target if shown else None,
            requested=request.plan.target,
            problem=problem,
            follows=request.follows,
            has_other_flow=shown is not None and not same_weights(shown.flow, request.plan.flow),
        )


@dataclass(frozen=True)
class Activity:
    """State of the training, its latest event, and the training that would come next.

    Attributes:
        state: The state of the training.
        event: What happened last, in a sentence. Empty while the training learns its target.
        target: Title of the target of the training. Empty if there is no training.
        can_train: Whether there is a target to train on, at least soon.
        untrainable: Why the requested flow cannot be trained. Empty if it can.
        can_resume: Whether a training that was stopped or opened can be resumed.
        can_extend: Whether a training whose budget is used up can be extended.
        returning: Number of flows that can return to the trainings that were replaced when they started over.
        fraction: Share of the budget that is spent, from 0 to 1.
        progress: Steps, speed and time left. None before the first step.
        is_warming_up: Whether the training is still slow, and does not use up its budget.
        is_following: Whether particles of earlier moments are being computed.
        is_loading: Whether edits have to wait until TensorFlow is loaded.
        is_deferred: Whether the picture shows the requested integrator only with the next snapshot.
        next: The next training.
        is_elsewhere: Whether flows other than the selected one are trained, which Train does not start over.
        scope: Whether Train starts the only flow, the selected one of a comparison, or all of them.
    """

    state: TrainingState = TrainingState.IDLE
    event: str = GREETING
    target: str = ""
    can_train: bool = False
    untrainable: str = ""
    can_resume: bool = False
    can_extend: bool = False
    returning: int = 0
    fraction: float = 0.0
    progress: Progress | Budget | None = None
    is_warming_up: bool = False
    is_following: bool = False
    is_loading: bool = False
    is_deferred: bool = False
    next: NextTraining = NextTraining()
    is_elsewhere: bool = False
    scope: Scope = "only"

    @property
    def has_time_left(self) -> bool:
        """Return whether the training goes on, now or after a pause."""
        return self.state not in {TrainingState.IDLE, TrainingState.STOPPING}

    @property
    def running_percent(self) -> int | None:
        """Return how much of the budget is spent. None without a training, in its preparation or if it is elsewhere."""
        return (
            None
            if self.is_elsewhere or self.state in {TrainingState.IDLE, TrainingState.PREPARING}
            else round(100 * self.fraction)
        )

    @property
    def offered(self) -> tuple[object, ...]:
        """Return everything that decides which buttons are enabled, and what they do."""
        return (
            self.state,
            self.is_elsewhere,
            self.scope,
            self.can_train,
            self.untrainable,
            self.can_resume,
            self.can_extend,
            self.returning,
        )

    def having_delays_of(self, other: "Activity") -> "Activity":
        """Return the same activity with another one's reasons why the picture is not what was requested."""
        return replace(self, **{name: getattr(other, name) for name in ("is_following", "is_loading", "is_deferred")})

    @property
    def sentence(self) -> str:
        """Return why nothing can be trained, or what the training does and what comes next, in a sentence or two."""
        problem = self.next.problem if self.state == TrainingState.IDLE else ""
        return problem or " ".join(filter(None, (self._current(), self._next())))

    @property
    def next_step(self) -> str:
        """Return which flow is shown and which one Train would train, or an empty text if they are the same."""
        coming = self.next
        if coming.shown is None or coming.requested is None or coming.problem or not self.can_train:
            return ""
        has_other_target = coming.shown != coming.requested
        if self.state != TrainingState.IDLE or self.untrainable or not (has_other_target or coming.has_other_flow):
            return ""
        shown, requested = (_quoted(spec.title, MAX_CHIP_TITLE) for spec in (coming.shown, coming.requested))
        same = "the chosen flow" if coming.has_other_flow else "with the current choices"
        return f"Showing {shown} · Train {same if coming.shown.title == coming.requested.title else f'on {requested}'}"

    def begun(self) -> "Activity":
        """Return the activity at the beginning of a training, or without one."""
        return replace(self, event=GREETING, fraction=0.0, progress=None, is_warming_up=False)

    def spent(self, budget: Progress | Budget) -> "Activity":
        """Return the activity after a share of the budget is spent."""
        progress = budget if budget.step else None  # there is no speed before the first step
        return replace(self, fraction=budget.fraction, progress=progress)

    def ended(self, finished: Finished) -> "Activity":
        """Return the activity after the end of a training, whose NLLs are in the units to show."""
        return replace(self.spent(finished.progress), event=finished.ended())

    def at_rest(self, trained: TrainedProject) -> "Activity":
        """Return the activity beside a flow that was trained before, or built by hand."""
        rests, budget = replace(self.begun(), event=_description(trained)), spent_budget(trained.project)
        return rests if budget is None else rests.spent(budget)

    def _current(self) -> str:
        if self.is_loading:
            return LOADING
        if self.is_following:
            return FOLLOWING
        if self.state == TrainingState.STOPPING:
            return STOPPING
        if self.state == TrainingState.PAUSED and self.target:  # perhaps while the training was prepared
            return f"Paused while learning {_quoted(self.target)}."
        if self.event:
            return self.event
        if self.state == TrainingState.PREPARING:
            return PREPARING
        return f"Learning {_quoted(self.target)}.{WARMING_UP if self.is_warming_up else ''}"

    def _next(self) -> str:
        """Return what happens to another target: to the requested one, or to the one that the user may request."""
        coming = self.next
        if coming.shown is None or coming.requested is None or coming.problem:
            return ""
        if coming.has_other_flow and (coming.follows or coming.shown == coming.requested):
            return STARTS_OVER if self.state in {TrainingState.TRAINING, TrainingState.PAUSED} else ""
        if self.state == TrainingState.TRAINING and coming.follows:
            return "" if self.is_warming_up else SWITCHES
        if coming.shown == coming.requested:
            return ""
        return self._other_target(coming.shown, coming.requested)

    def _other_target(self, shown_target: TargetSpec, requested_target: TargetSpec) -> str:
        is_same = shown_target.title == requested_target.title  # the title is, but not the spec
        requested = "the current choices" if is_same else _quoted(requested_target.title)
        resumes = self.state == TrainingState.PAUSED or (self.state == TrainingState.IDLE and self.can_resume)
        if resumes and self.next.follows:
            return f"Resume switches to {requested}."
        restarts = self.state in {TrainingState.PAUSED, TrainingState.TRAINING}
        return f"Restart starts over with {requested}." if restarts else ""


def _quoted(title: str, longest: int = MAX_TITLE) -> str:
    return f"'{shortened(title, longest)}'"


def _description(trained: TrainedProject) -> str:
    """Return how long a flow was trained, and how good it is, in a sentence or two."""
    project, budget = trained.project, spent_budget(trained.project)
    if project.flow.is_recorded:
        return RECORDED.format(_quoted(project.target.title), counted(project.trace.last_stage, "layer"))
    step = budget.step if budget else 0
    score = project.score.in_units(trained.units) if project.score else None
    made = f"after {counted(step, 'step')}" if budget else "built by hand"
    known = ", ".join(filter(None, (project.target.title, made, edited_sentence(project.edits))))
    result = f": {score.sentence()}" if score else "" if len(project.history.step) else "; no losses yet"
    kept = f" Kept the best state, step {score.step:,}." if score and score.step != step else ""
    return f"{known}{result}.{kept}"
