"""Observations of the program, by which a lesson detects that an action was done."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf, isfinite
from sys import float_info
from typing import Any, Literal, get_args

from flowviz.file_kinds import listed
from flowviz.lessons.one_dimension import RANGE
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.specs.explanations import BUILT_IN_KINDS
from flowviz.specs.fields import fields_of
from flowviz.specs.flow import Arrangement, BaseName, ConditionerKind, Integrator, Pairing
from flowviz.specs.recipes import RECIPES, Normalization
from flowviz.specs.shapes import SHAPES
from flowviz.specs.spec import Spec
from flowviz.specs.target import TARGETS
from flowviz.specs.training import ObjectiveName
from flowviz.specs.view import ColorBy, Direction, Mark

Kind = Literal["number", "text", "flag", "list"]

SUSPECTS = ("A", "B", "C")
TOOLS = ("move", "rectangle", "lasso", "probe", "bend")
TRAINING_STATES = ("idle", "preparing", "running", "paused", "stopping", "ended", "diverged")
PanelName = Literal["target", "flow", "training", "loss", "inspector", "ledger"]
NATS = "nats"
MAX_NUMBER = float_info.max  # a TOML file may contain larger integers


@dataclass(frozen=True)
class Observation:
    """Something that the program observes.

    Attributes:
        name: Name in a lesson file.
        description: A description, without a period.
        choices: All values of a text, or of the items of a list; empty if any is possible. Extensions may add to them.
        unit: Unit of a number.
        kind: A number, a text, a flag (true or false), or a list.
        minimum: The smallest value of a number.
        maximum: The largest value of a number.
        is_whole: Whether a number has no decimals.
        together: Items of a list that are always in it together, or not at all.
    """

    name: str
    description: str
    choices: Collection[str] = ()
    unit: str = ""
    kind: Kind = "number"
    minimum: float = -inf
    maximum: float = inf
    is_whole: bool = False
    together: Collection[str] = ()

    def problem(self, value: Any, *, is_item: bool = False) -> str:
        """Return why a value cannot be compared with this observation, in a sentence, or an empty string.

        Args:
            value: The value.
            is_item: Whether the value is an item of a list, or several of them.
        """
        items = value if isinstance(value, tuple | list) else (value,)
        if self.kind != "list" and isinstance(value, tuple | list):
            return f"{self.name} is compared with one value, not with a list."
        if self.kind == "list" and not is_item and not isinstance(value, tuple | list):
            return f"{self.name} is compared with a list, such as [{quoted(value)}]."
        if self.kind == "number" and not is_number(value):
            return f"{self.name} is compared with a number, not with {quoted(value)}."
        if self.kind == "flag" and not isinstance(value, bool):
            return f"{self.name} is compared with true or false, not with {quoted(value)}."
        if self.kind == "text" and not isinstance(value, str):
            return f"{self.name} is compared with a text in quotation marks, not with {quoted(value)}."
        wrong = next((item for item in items if self.choices and item not in self.choices), None)
        if wrong is None:
            return ""
        return f"{self.name} is never {quoted(wrong)}. It is {listed(map(quoted, self.choices))}."

    def completed(self, items: frozenset[Any]) -> frozenset[Any]:
        """Return a list with all items that are in it together with those that are in it already."""
        return items.union(self.together) if items.intersection(self.together) else items

    @property
    def range_words(self) -> str:
        """Return the range of a number in words, such as "from 0 to 100" or "at least 0"; empty if it has none."""
        if isfinite(self.minimum) and isfinite(self.maximum):
            return f"from {self.minimum:.10g} to {self.maximum:.10g}"
        if isfinite(self.minimum):
            return f"at least {self.minimum:.10g}"
        return f"at most {self.maximum:.10g}" if isfinite(self.maximum) else ""


def is_number(value: Any) -> bool:
    """Return whether a value is a number that a float can hold, which true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER


def quoted(value: Any) -> str:
    """Return a value as it is in a lesson file."""
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else str(value)


_number = partial(Observation, kind="number")
_amount = partial(_number, minimum=0)
_count = partial(_amount, is_whole=True)
_text = partial(Observation, kind="text")
_flag = partial(Observation, kind="flag")
_list = partial(Observation, kind="list")


def _limits(spec: type[Spec], field: str) -> dict[str, Any]:
    """Return the limits of a field of a spec, as those of what is observed."""
    limits = zip(("minimum", "maximum"), fields_of(spec)[field].limits, strict=True)
    return {name: limit for name, limit in limits if limit is not None}


VIEW = (
    _count("stage", "The stage that is shown: 0 is the base, 1 the cloud after the first layer"),
    _count("last_stage", "The number of the last stage"),
    _text("stage_kind", "The kind of the layer before the stage that is shown", BUILT_IN_KINDS),
    _count("moment", "The training step whose flow is shown; unknown before a training", unit="steps"),
    _flag("live", "Whether the latest moment of the training is shown"),
    _number(
        "given",
        "The value of the condition at which the flow is shown: 0 for the first class, 1 for the second, 0.5 in "
        "between, or the number; unknown without a condition",
    ),
    _list("marks", "What is drawn", get_args(Mark)),
    _text("color_by", "What the colors of the particles mean", get_args(ColorBy)),
    _text("direction", "Whether particles move from the base to the target, or back", get_args(Direction)),
    _flag("beside", "Whether density, grid and velocity are drawn beside the points"),
    _flag("overview", "Whether all stages are shown in one picture"),
    _text("tool", "The tool of the mouse", TOOLS),
    _flag("probe", "Whether a point is probed"),
    _count("probe_stage", "The stage at which a point was probed"),
    _number("probe_x", "The horizontal coordinate of the probed point, at its stage", unit="flow units"),
    _number("probe_y", "The vertical coordinate of the probed point, at its stage", unit="flow units"),
    _amount(
        "probe_density",
        "The density of the flow at the place of the probed point at the last stage: high on a word, near 0 in empty "
        "space; unknown until it is computed",
        unit="shares per square flow unit",
    ),
    _count("selection", "How many particles are selected", unit="particles"),
    _flag("fitted", "Whether the view follows the cloud, rather than showing a part of the plane that was zoomed to"),
    _flag("playing", "Whether the flow is playing"),
    _flag("played", "Whether a playback has reached its end since the step began"),
    _list("suspects_probed", "Which of the marked points were probed since they are marked", SUSPECTS),
)
REQUEST = (
    _text("target_kind", "The page of the target panel", TARGETS),
    _text("text", "The text of the target; unknown on other pages"),
    _text("shape", "The shape of the target; unknown on other pages", SHAPES),
    _text("flow_family", "The family of the flow to train next", RECIPES),
    _count("flow_layers", "How many layers the flow to train next has", unit="layers", **_limits(FlowSpec, "layers")),
    _text("conditioner", "What the layers of the flow to train next learn", get_args(ConditionerKind)),
    _text("normalization", "How the flow to train next is normalized between layers", get_args(Normalization)),
    _amount(
        "log_scale_bound",
        "The log-scale bound of the flow to train next; unknown without one",
        **_limits(FlowSpec, "log_scale_bound"),
    ),
    _text("base", "The base distribution of the flow to train next", get_args(BaseName)),
    _count("components", "How many Gaussians a mixture base has", unit="Gaussians", **_limits(FlowSpec, "components")),
    _text("arrangement", "Where the Gaussians of a mixture base are", get_args(Arrangement)),
    _text("pairing", "How flow matching pairs particles with points", get_args(Pairing)),
    _text("integrator", "The integrator of flow matching", get_args(Integrator)),
    _count(
        "integrator_steps",
        "In how many steps flow matching follows the velocity",
        unit="steps",
        **_limits(FlowSpec, "integrator_steps"),
    ),
    _amount(
        "learning_rate",
        "The learning rate of the next training; that of the family if none was chosen",
        **_limits(TrainingSpec, "learning_rate"),
    ),
    _amount("clip_norm", "The norm to which the next training clips gradients; that of the family if none was chosen"),
    _count("batch", "How many target points each training step has", unit="points", **_limits(TrainingSpec, "batch")),
    _text("objective", "What the next training learns from", get_args(ObjectiveName)),
    _amount(
        "budget_seconds",
        "How long to train; unknown if a number of steps was chosen",
        unit="s",
        **_limits(TrainingSpec, "seconds"),
    ),
    _count(
        "budget_steps",
        "How many steps to train; unknown if a time was chosen",
        unit="steps",
        minimum=1,
        **_limits(TrainingSpec, "steps"),
    ),
)
TRAINING = (
    _text(
        "training",
        "The state of the training: idle if none has begun since the flow was opened, ended if it is over, whether by "
        "itself or by Stop",
        TRAINING_STATES,
    ),
    _flag("trained_as_requested", "Whether the flow that is shown was trained to the end, with the settings requested"),
    _count("steps", "How many steps were trained", unit="steps"),
    _count("recoveries", "How often the guard brought the training back to its best state since it began"),
    _number("nll", "The loss on points that were not trained on; for a finished flow, on the test points", unit=NATS),
    _number("entropy", "The entropy of the target; unknown for points without a density", unit=NATS),
    _number("gap", "The loss minus the entropy", unit=NATS),
    _amount("on_target", "How many of the particles land on the target", unit="%", maximum=100),
    _count("covered", "How many parts of the target, such as letters, get a quarter of their share of the particles"),
)
EDITS = (
    _list("disabled_layers", "The numbers of the disabled layers; unknown until the cloud shows them"),
    _count("bumps", "How many bumps bend the curves of layers; unknown until the cloud shows them"),
)
COMPARISON = (
    _flag("comparison", "Whether a comparison is shown"),
    _count("comparison_entrants", "How many flows are compared", unit="flows", maximum=MAX_ENTRANTS),
    _count(
        "comparison_different",
        "How many of the flows that are compared differ from one another in their options",
        unit="flows",
        maximum=MAX_ENTRANTS,
    ),
    _list("comparison_families", "The families of the flows that are compared", RECIPES),
    _count(
        "pane",
        "The number of the selected flow among those that are compared, from 1; unknown without a comparison",
        minimum=1,
        maximum=MAX_ENTRANTS,
    ),
    _text("comparison_training", "The state of the comparison's training", TRAINING_STATES),
    _amount("comparison_spent", "How much of its budget the flow that was trained the least has used up", unit="%"),
    _text("comparison_best", "The family of the flow with the smallest gap; unknown before all have one", RECIPES),
)
ONE_DIMENSION = (
    _amount("one_dimension_slope_at_center", "The slope of the curve in the middle"),
    _amount("one_dimension_slope_left", "The average slope of the curve from −1 to 0"),
    _amount("one_dimension_slope_right", "The average slope of the curve from 0 to 1"),
    _amount("one_dimension_max_density", "The highest density after the curve"),
    _amount("one_dimension_total", "The area below the density after the curve"),
    _amount(
        "one_dimension_largest_move", "How far the point of the curve that was moved the most is from where it was"
    ),
    _number("one_dimension_slice", "Where the shaded slice is before the curve", minimum=-RANGE, maximum=RANGE),
)
WINDOW = (
    _flag("exported", "Whether something was exported since the step began"),
    _flag("presenting", "Whether the window is in presentation mode"),
    _list("panels", "The panels of the window that are open", get_args(PanelName), together=("flow", "training")),
)

GROUPS: Mapping[str, tuple[Observation, ...]] = {
    "The view": VIEW,
    "The target, the flow and the next training": REQUEST,
    "The training": TRAINING,
    "Edits of layers": EDITS,
    "Comparisons": COMPARISON,
    "The one-dimensional view": ONE_DIMENSION,
    "The window": WINDOW,
}
OBSERVATIONS: Mapping[str, Observation] = {each.name: each for group in GROUPS.values() for each in group}
