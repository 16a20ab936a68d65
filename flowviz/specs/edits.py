"""Edits of layers: a user disables layers of a flow, and bends their curves, without training it."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from flowviz.specs.spec import Spec

MAX_BUMPS = 16  # of one layer
MIN_BUMP_WIDTH, MAX_BUMP_WIDTH = 0.02, 10.0
StageNumber = Annotated[int, Field(ge=1, le=1000)]


class Bump(Spec):
    """A smooth bump that is added to a curve of a layer: height · exp(−|x − center|² / 2 width²).

    Attributes:
        curve: Name of the curve, as in the report of the stage: "shift", "log-scale", or "velocity".
        center: Where the bump is highest, in flow units: a coordinate, or two of them for a velocity.
        height: How far the curve is moved there: one number, or two of them for a velocity.
        width: Standard deviation of the bump, in flow units.
    """

    curve: Annotated[str, Field(min_length=1, max_length=40)]
    center: Annotated[tuple[float, ...], Field(min_length=1, max_length=2)]
    height: Annotated[tuple[float, ...], Field(min_length=1, max_length=2)]
    width: Annotated[float, Field(ge=MIN_BUMP_WIDTH, le=MAX_BUMP_WIDTH)] = 0.5


class LayerEdit(Spec):
    """An edit of one layer: it may be disabled, so that it moves nothing, and its curves may be bent."""

    disabled: bool = False
    bumps: Annotated[tuple[Bump, ...], Field(max_length=MAX_BUMPS)] = ()


class Edits(Spec):
    """The edits of all layers of a flow, by the number of their stage (1 for the first after the base)."""

    layers: Mapping[StageNumber, LayerEdit] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _drop_empty(self) -> Self:
        """Keep edited layers alone, in order, so that equal edits compare equal."""
        kept = {stage: self.layers[stage] for stage in sorted(self.layers) if self.layers[stage] != LayerEdit()}
        object.__setattr__(self, "layers", kept)
        return self

    def __bool__(self) -> bool:
        """Return whether any layer is edited."""
        return bool(self.layers)

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
