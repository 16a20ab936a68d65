"""Schema of the JSON metadata of a project file. See `format.py` for the meaning of its fields.

Records without arrays are fields themselves; a checkpoint becomes one with its arrays. The numbers of a flow are stored
as arrays; `State` fields refer to them by the number of a stored state.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from flowviz.projects.project import Plan
from flowviz.projects.states import Layout
from flowviz.records import Adjusted, Checkpoint, Environment, Recovered, Retargeted, Score
from flowviz.records.bounds import Count
from flowviz.records.events import Ending
from flowviz.records.measured import Share
from flowviz.records.timeline import MAX_MOMENTS
from flowviz.specs import RECIPES, SHAPES, FlowSpec, Seen, TargetSpec, TrainingSpec
from flowviz.specs.edits import Edits
from flowviz.specs.recipes import NAME, RECORDED
from flowviz.specs.spec import Spec

State = Annotated[int, Field(ge=0, le=MAX_MOMENTS + 2)]


class KeptText(Spec):
    """JSON of a `Kept`."""

    step: Count
    validation_nll: float
    without_density: Share = 0.0
    state: State


class WholeCheckpoint(Spec):
    """A `Checkpoint` from its JSON and its arrays, which refers to no state by number anymore."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    checkpoint: Checkpoint


class MomentText(Spec):
    """JSON of a `Moment`."""

    step: Count
    on_target: float | None
    coverage: float | None
    legibility: float | None = None
    effective_share: Share | None = None
    log_normalizer: float | None = None
    covered: Count | None = None
    parts: Count | None = None
    state: State


class TimelineText(Spec):
    """JSON of a `Timeline`."""

    period: Annotated[int, Field(ge=1, lt=2**53)] = 1
    moments: Annotated[tuple[MomentText, ...], Field(max_length=MAX_MOMENTS + 1)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        steps = [moment.step for moment in self.moments]
        if steps != sorted(set(steps)):
            raise ValueError(f"The steps of the timeline are not increasing: {steps}.")
        return self


class Metadata(Spec):
    """JSON metadata of a project file. `present` is the state of the project's weights."""

    format_version: int
    target: TargetSpec
    flow: FlowSpec
    training: TrainingSpec
    layout: Layout
    present: State
    changes: tuple[Retargeted, ...] = ()
    adjustments: tuple[Adjusted, ...] = ()
    recoveries: tuple[Recovered, ...] = ()
    kept_step: Count | None = None
    score: Score | None = None
    test_uses: Count = 0
    checkpoint: Mapping[str, Any] | None = None
    timeline: TimelineText = Field(default_factory=TimelineText)
    seen: Seen = Field(default_factory=Seen)
    next: Plan | None = None
    environment: Environment | None = None
    edits: Edits = Field(default_factory=Edits)
    ending: Ending | None = None
    trained_as: Edits = Field(default_factory=Edits)

    @model_validator(mode="after")
    def _of_this_flow(self) -> Self:
        names, owners = self.flow.stage_names(), self.flow.numbers_names()
        layout = (*self.layout.parameters, *self.layout.statistics)
        if any(name.partition("/")[0] not in owners for name in layout):
            raise ValueError("The weights belong to a different flow.")
        self.edits.checked(self.flow)
        self.trained_as.checked(self.flow)
        stages = (self.seen.stage, self.seen.probe and self.seen.probe[0])
        if any(stage is not None and stage >= len(names) for stage in stages):
            raise ValueError("The view shows a stage that the flow does not have.")
        if self.seen.moment not in (None, *(moment.step for moment in self.timeline.moments)):
            raise ValueError("The view shows a moment that the timeline does not have.")
        return self


def missing_extensions(text: Mapping[str, Any]) -> str:
    """Return the targets and flows that a project needs and nobody has registered, such as "the flow shear"."""
    plans = [plan for plan in (text, text.get("next")) if plan]
    sources = [source for plan in plans for source in _sources(plan["target"])]
    shapes = [source["name"] for source in sources if source.get("kind") == "shape"]
    families = [plan["flow"]["family"] for plan in plans]
    wanted = [("target", name) for name in shapes if name not in SHAPES]
    wanted += [("flow", name) for name in families if name not in RECIPES and name != RECORDED]
    return " and ".join(f"the {what} {name}" for what, name in dict.fromkeys(wanted) if NAME.fullmatch(name))


def _sources(target: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [part["source"] for part in target["parts"]] if target.get("kind") == "mix" else [target]
