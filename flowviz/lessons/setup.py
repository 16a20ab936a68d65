"""The setup of a step of a lesson: the state of the program with which it begins."""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from flowviz.errors import SpecError
from flowviz.lessons.observations import PanelName
from flowviz.lessons.one_dimension import KNOTS, MonotoneCurve
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.specs.edits import Edits
from flowviz.specs.edits import StageNumber as LayerNumber
from flowviz.specs.seen import StageNumber
from flowviz.specs.spec import Spec
from flowviz.specs.target import ShapeSpec, TextSpec
from flowviz.specs.training import with_usual_budget
from flowviz.specs.view import COARSE_GRID, CameraMode, ColorBy, Direction, Mark, SquareNumber, ViewSpec

Clear = Literal["clear"]
VIEW_KEYS = "marks", "color_by", "beside"  # fields of the view
SEEN_KEYS = "direction", "overview", "fitted"  # fields of what is seen
Heights = Annotated[tuple[float, ...], Field(min_length=len(KNOTS), max_length=len(KNOTS))]
PaneNumber = Annotated[int, Field(ge=1, le=MAX_ENTRANTS)]
EXCLUSIVE = {"text", "shape"}, {"edits", "disabled_layers"}  # keys of which a setup has one


def _key(title: str, description: str, example: Any) -> Any:
    """Return a field that is left as it is by default, with a description and an example for the guide."""
    return Field(default=None, title=title, description=description, examples=[example])


class Setup(Spec):
    """The state that a step begins with. Whatever is not given stays as it is."""

    pane: PaneNumber | None = _key(
        "Pane", "The number of the flow to select in a comparison; the other keys then apply to it", 2
    )
    stage: StageNumber | Literal["last"] | None = _key("Stage", 'The stage to show, or "last"', 2)
    moment: StageNumber | Literal["latest"] | None = _key(
        "Moment", 'The training step whose flow is shown, or "latest"', 100
    )
    marks: frozenset[Mark] | None = _key("Marks", "What is drawn", ["points", "grid"])
    color_by: ColorBy | None = _key("Color by", "What the colors of the particles mean", "log_density")
    direction: Direction | None = _key(
        "Direction", "Whether particles move from the base to the target, or back", "encode"
    )
    beside: bool | None = _key("Beside", "Whether density, grid and velocity are drawn beside the points", True)
    overview: bool | None = _key("Overview", "Whether all stages are shown in one picture", False)
    fitted: Literal[True] | None = _key("Fitted", "Follow the cloud again, after the learner has zoomed", True)
    camera: CameraMode | None = _key(
        "Camera",
        '"fixed" shows all stages at one scale, in which both axes are equal; "follow" frames the cloud at each stage',
        "fixed",
    )
    pace: Annotated[float, Field(gt=0, le=10)] | None = _key(
        "Pace", "How many seconds the cloud takes from one stage to the next, in this step alone", 2.0
    )
    grid: int | None = _key(
        "Grid", "How many cells the grid has along each side: 4, 5, 8, 10, 16, 20 or 40, which is usual", 8
    )
    square: Clear | tuple[SquareNumber, SquareNumber] | None = _key(
        "Square",
        "A cell of the grid to mark, with its area beside it: its column and its row in stage 0, from 1 at the lower "
        'left; or "clear". Without a grid key, the grid gets 8 cells along each side',
        [5, 4],
    )
    tool: Literal["move", "rectangle", "lasso", "probe", "bend"] | None = _key("Tool", "The tool of the mouse", "probe")
    probe: Clear | tuple[StageNumber, float, float] | None = _key(
        "Probe", 'A point to probe: its stage and its two coordinates in flow units; or "clear"', [0, 1.0, 0.5]
    )
    selection: Clear | None = _key("Selection", '"clear" selects no particles', "clear")
    playing: bool | None = _key("Playing", "Whether the flow plays", False)
    panels: frozenset[PanelName] | None = _key(
        "Panels", "The panels of the window that are open beside the lesson; none at first", ["target", "training"]
    )
    given: float | None = _key(
        "Given",
        "The value of the condition of a conditional flow: 0 for the first class, 1 for the second, or the number",
        1.0,
    )
    text: Annotated[str, Field(min_length=1)] | None = _key("Text", "The text to learn", "SUN")
    shape: str | None = _key("Shape", "The shape to learn, instead of a text", "two_moons")
    flow: dict[str, Any] | None = _key(
        "Flow", "The flow to train next; fields as in a comparison, with the defaults of the family", {"family": "nice"}
    )
    training: dict[str, Any] | None = _key(
        "Training", "The next training; by default, it takes 60 seconds", {"steps": 2000, "learning_rate": 0.1}
    )
    train: Literal["start", "once", "stop"] | None = _key(
        "Train",
        '"start" begins a training, "once" only if none has begun since the flow was opened, "stop" ends it',
        "stop",
    )
    disabled_layers: frozenset[LayerNumber] | None = _key("Disabled layers", "The layers that are disabled", [2])
    curve: Literal["straight"] | Heights | None = _key(
        "Curve",
        'The curve of the one-dimensional view: its heights at x = −3, −2, …, 3; "straight" moves nothing',
        [-3, -2, -0.2, 0, 0.2, 2, 3],
    )
    suspects: bool | None = _key(
        "Suspects", "Whether three points are marked, of which A and C belong to the target, and B does not", True
    )
    edits: Clear | None = _key("Edits", '"clear" enables all layers and removes all bumps', "clear")

    @property
    def flow_spec(self) -> FlowSpec | None:
        """Return the flow to train next, or None to leave it as it is."""
        return None if self.flow is None else FlowSpec(**self.flow)

    @property
    def training_spec(self) -> TrainingSpec | None:
        """Return the next training, or None to leave it as it is."""
        return None if self.training is None else TrainingSpec(**with_usual_budget(self.training))

    @property
    def target_spec(self) -> TextSpec | ShapeSpec | None:
        """Return the target to learn next, or None to leave it as it is."""
        if self.shape is not None:
            return ShapeSpec(name=self.shape)
        return None if self.text is None else TextSpec(text=self.text)

    @property
    def grid_spec(self) -> ViewSpec | None:
        """Return a view with the grid and its marked square, or None to leave them as they are."""
        square = None if self.square == "clear" else self.square
        if cells := self.grid or (COARSE_GRID if square else None):
            return ViewSpec(grid_cells=cells, square=square)
        return ViewSpec(square=None) if self.square else None

    @property
    def monotone_curve(self) -> MonotoneCurve | None:
        """Return the curve of the one-dimensional view, or None to leave it as it is."""
        if self.curve is None:
            return None
        return MonotoneCurve() if isinstance(self.curve, str) else MonotoneCurve(self.curve)

    def begins_training(self, *, has_trained: bool) -> bool:
        """Return whether a training begins, given whether one has begun since the flow was opened."""
        return self.train == "start" or (self.train == "once" and not has_trained)

    def after(self, earlier: "Setup") -> "Setup":
        """Return the state after an earlier setup and this one."""
        given = self.changes()
        replaced = {name for pair in EXCLUSIVE if pair & given.keys() for name in pair} | {"pace"}
        replaced |= {"grid", "square"} if self.grid or self.square not in {None, "clear"} else set()
        replaced |= {"probe"} if self.tool not in {None, "probe"} else set()
        kept = {name: value for name, value in earlier._effects().items() if name not in replaced}
        return Setup(**{**kept, **given})

    def _effects(self) -> dict[str, Any]:
        """Return what is set, by key, with the grid that a square implies and the tool that a probe implies."""
        grid = {"grid": COARSE_GRID} if self.square not in {None, "clear"} else {}
        tool = {"tool": "probe"} if self.probe not in {None, "clear"} else {}
        return {**grid, **self.changes(), **tool}

    def changes(self) -> dict[str, Any]:
        """Return what is set, by key."""
        return {name: value for name, value in self if value is not None}

    def view_changes(self) -> dict[str, Any]:
        """Return the fields of the view that are set, with their values. A grid without a square has none."""
        changes = {name: value for name, value in self.changes().items() if name in VIEW_KEYS}
        return changes if self.grid_spec is None else {**changes, **self.grid_spec.model_dump(exclude_unset=True)}

    def seen_changes(self) -> dict[str, Any]:
        """Return what is set of what is seen, beside the fields of the view."""
        changes = {name: value for name, value in self.changes().items() if name in SEEN_KEYS}
        return changes if self.camera is None else {**changes, "fitted": True}

    @field_validator("flow", "training")
    @classmethod
    def _has_fields(cls, values: dict[str, Any] | None) -> dict[str, Any] | None:
        if values is not None and not all(name.isidentifier() and name != "self" for name in values):
            raise ValueError("The names of fields are words, such as learning_rate.")
        return values

    @model_validator(mode="after")
    def _can_be_set(self) -> Self:
        if self.text is not None and self.shape is not None:
            raise SpecError("Give a text or a shape, not both.", ("shape",))
        if self.edits is not None and self.disabled_layers is not None:
            raise SpecError("Disable layers or clear all edits, not both.", ("edits",))
        if self.monotone_curve is not None and not self.monotone_curve.always_rises:
            raise SpecError("Each height of a curve is above the one before it.", ("curve",))
        for key in ("flow_spec", "training_spec", "target_spec", "grid_spec"):
            self._check(key)
        return self

    def _check(self, key: str) -> None:
        """Raise a `SpecError` that names the key if a spec cannot be built."""
        place = "shape" if key == "target_spec" and self.shape is not None else key.removesuffix("_spec")
        try:
            getattr(self, key)
        except SpecError as error:
            raise SpecError(str(error), ("text" if place == "target" else place, *error.place)) from error

    def edited(self, edits: Edits, last_stage: int) -> Edits:
        """Return the edits of layers after this setup, without layers beyond the last stage of the flow."""
        if self.edits is not None:
            return Edits()
        if self.disabled_layers is None:
            return edits
        for stage in edits.disabled | {stage for stage in self.disabled_layers if stage <= last_stage}:
            disabled = stage in self.disabled_layers
            edits = edits.having(stage, edits.of(stage).model_copy(update={"disabled": disabled}))
        return edits


def setup_keys() -> list[tuple[str, str, str]]:
    """Return the name and the description of each key of a setup, and an example of its value in TOML."""
    fields = Setup.model_fields.items()
    return [(name, field.description or "", _as_toml(*(field.examples or []))) for name, field in fields]


def _as_toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_as_toml(inner)}' for key, inner in value.items())} }}"
    return json.dumps(value)
