"""A target that is ready to be shown and trained on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz import targets
from flowviz.errors import FlowvizError
from flowviz.records import Units
from flowviz.specs import TargetSpec, TextSpec
from flowviz.specs.target import table_of
from flowviz.targets import Target

UNKNOWN_ENTROPY = "The best possible loss of this target is unknown, so no gap is shown."


@dataclass(frozen=True)
class BuiltTarget:
    """A target, the spec that it was built from, its picture (rows, columns), and notes for the user.

    `split` describes the training and test points; it applies only to flows trained on the target.
    """

    spec: TargetSpec
    target: Target
    picture: NDArray[np.uint8]
    note: str = ""
    split: str = ""

    @property
    def title(self) -> str:
        """Return the title for the user."""
        return self.spec.title

    @property
    def units(self) -> Units:
        """Return the units of the data; flow units if the target has none."""
        return targets.target_units(self.target, "data")


def build(spec: TargetSpec) -> BuiltTarget:
    """Build the target of a spec. Raises `FlowvizError` if the target is empty or cannot be built."""
    target = targets.build_target(spec)
    split = " ".join(targets.split_sentences(target))
    return BuiltTarget(spec, target, target.preview(), " ".join(_notes(spec, target)), split)


def build_or_explain(spec: TargetSpec) -> BuiltTarget | str:
    """Build the target of a spec, or return the reason why it cannot be built."""
    try:
        return build(spec)
    except FlowvizError as error:
        return str(error)


def _notes(spec: TargetSpec, target: Target) -> list[str]:
    notes = []
    if isinstance(spec, TextSpec):
        notes += [font.sentence() for font in targets.borrowed_fonts(spec)]
    if (table := table_of(spec)) and isinstance(target, targets.Points):
        outliers = f"{target.outliers:,}" if target.outliers else "none"
        notes.append(f"{len(table.rows):,} points, {outliers} of them outliers.")
    if target.entropy is None:
        notes.append(UNKNOWN_ENTROPY)
    return notes
