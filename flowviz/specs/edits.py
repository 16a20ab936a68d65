"""Edits of layers: a user disables layers of a flow, and bends their curves, without training it."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from flowviz.errors import SpecError
from flowviz.specs import recipes
from flowviz.specs.flow import FlowSpec
from flowviz.specs.spec import Spec

MAX_BUMPS = 16  # of one layer
MIN_BUMP_WIDTH, MAX_BUMP_WIDTH = 0.02, 10.0
FARTHEST_BUMP = 1000.0  # each coordinate of its center, in flow units
MAX_SPLINE_RISE = 1.5  # height of a bump of a spline, in widths: up to √e, the spline would still increase
StageNumber = Annotated[int, Field(ge=1, le=1000)]
BentCurve = Literal["shift", "log-scale", "spline", "velocity"]


class Bent(NamedTuple):
    """Numbers of a bump of a curve: allowed lengths of its center, length of its height, and the largest of those."""

    centers: tuple[int, ...]
    heights: int
    highest: float


BENT: Mapping[BentCurve, Bent] = {
    "shift": Bent((1,), 1, 20.0),
    "log-scale": Bent((1,), 1, 5.0),
    "spline": Bent((1, 2), 1, MAX_SPLINE_RISE * MAX_BUMP_WIDTH),
    "velocity": Bent((2,), 2, 100.0),
}
BENT_CURVES: dict[str, tuple[BentCurve, ...]] = {  # by the kind of the stage; extensions add to it
    recipes.REAL_NVP: ("shift", "log-scale"),
    recipes.ADDITIVE_COUPLING: ("shift",),
    recipes.MASKED_AUTOREGRESSIVE: ("shift", "log-scale"),
    recipes.INVERSE_AUTOREGRESSIVE: ("shift", "log-scale"),
    recipes.SPLINE_COUPLING: ("spline",),
    recipes.FLOW_STEP: ("velocity",),
}


class Bump(Spec):
    """A smooth bump of a curve of a layer: height · exp(−|x − center|² / 2 width²).

    A bump of a shift, a log-scale or a velocity is added to it; those of a layer add up. A bump of a spline moves the
    points of its curves up or down: it maps the value v to v + height · exp(…), after the bumps before it. It is at
    most `MAX_SPLINE_RISE` widths high, and cut off there, so that splines remain strictly increasing. Its center is the
    point (x, v) of the plane, in which the curve of x takes the value v, or only v, to bend the curves of all x alike.

    """

    curve: Annotated[BentCurve, Field(description="The curve to bend")]
    center: Annotated[
        tuple[Annotated[float, Field(ge=-FARTHEST_BUMP, le=FARTHEST_BUMP)], ...],
        Field(
            min_length=1,
            max_length=2,
            description="Position of the peak, in flow units: the coordinate that a shift or log-scale depends on, the "
            "point or its y after a spline, or a point for a velocity",
        ),
    ]
    height: Annotated[
        tuple[float, ...],
        Field(
            min_length=1,
            max_length=2,
            description="How far the curve moves there: one number, or two for a velocity",
        ),
    ]
    width: Annotated[
        float,
        Field(ge=MIN_BUMP_WIDTH, le=MAX_BUMP_WIDTH, description="Standard deviation of the bump, in flow units"),
    ] = 0.5

    @model_validator(mode="after")
    def _check_sizes(self) -> Self:
        bent = BENT[self.curve]
        if len(self.center) not in bent.centers or len(self.height) != bent.heights:
            sizes = f"{bent.centers[-1]} and {bent.heights} numbers"
            raise ValueError(f"The center and the height of a bump of a {self.curve} have {sizes}.")
        if max(map(abs, self.height)) > bent.highest:
            raise ValueError(f"A bump of a {self.curve} can be at most {bent.highest:g} high.")
        return self


class LayerEdit(Spec):
    """An edit of one layer: it may be disabled, so that it moves nothing, and its curves may be bent."""

    disabled: Annotated[bool, Field(description="Whether the layer is replaced by the identity")] = False
    bumps: Annotated[tuple[Bump, ...], Field(max_length=MAX_BUMPS, description="The bumps on its curves")] = ()


class Edits(Spec):
    """The edits of all layers of a flow, by the number of their stage (1 for the first after the base)."""

    layers: Mapping[StageNumber, LayerEdit] = Field(
        default_factory=dict, description="The edit of each edited layer, by the number of its stage"
    )

    @model_validator(mode="after")
    def _drop_empty(self) -> Self:
        """Keep edited layers alone, in order, so that equal edits compare equal."""
        kept = {stage: self.layers[stage] for stage in sorted(self.layers) if self.layers[stage] != LayerEdit()}
        object.__setattr__(self, "layers", kept)
        return self

    def __bool__(self) -> bool:
        """Return whether any layer is edited."""
        return bool(self.layers)

    def __hash__(self) -> int:
        """Return a hash, which pydantic does not for mappings."""
        return hash(tuple(self.layers.items()))

    @property
    def disabled(self) -> frozenset[int]:
        """Return the numbers of the disabled stages."""
        return frozenset(stage for stage, edit in self.layers.items() if edit.disabled)

    def of(self, stage: int) -> LayerEdit:
        """Return the edit of a stage."""
        return self.layers.get(stage, LayerEdit())

    def having(self, stage: int, edit: LayerEdit) -> "Edits":
        """Return these edits with another edit of a stage."""
        return Edits(layers={**self.layers, stage: edit})

    def first_other_than(self, others: "Edits") -> int | None:
        """Return the number of the first stage that others edit differently, or None if there is none."""
        stages = self.layers.keys() | others.layers.keys()
        return min((stage for stage in stages if self.of(stage) != others.of(stage)), default=None)

    def checked(self, flow: FlowSpec) -> "Edits":
        """Return these edits if they fit a flow.

        Raises:
            SpecError: If there is no such stage, or if it has no curve that is bent so.
        """
        names = flow.stage_names()
        for stage, edit in self.layers.items():
            if stage >= len(names):
                raise SpecError(f"The edits refer to stage {stage}, but the flow ends with stage {len(names) - 1}.")
            kind = names[stage].partition("_")[2]
            for bump in edit.bumps:
                if bump.curve not in BENT_CURVES.get(kind, ()):
                    raise SpecError(f"The edits bend the {bump.curve} of stage {names[stage]}, which has none.")
        return self


def flow_by_hand(layers: int = 4) -> FlowSpec:
    """Return a flow to be built by hand: couplings with tables, which are the identity until they are edited."""
    return FlowSpec(family="realnvp", layers=layers, conditioner="table", normalization="none", log_scale_bound=None)
