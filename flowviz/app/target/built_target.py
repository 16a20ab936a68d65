"""What a flow shall learn, made ready to be shown and trained."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import FlowvizError
from flowviz.specs import PointsSpec, TargetSpec, TextSpec
from flowviz.targets import Points, Target, borrowed_fonts, build_target

UNKNOWN_ENTROPY = "Its entropy is unknown, so no gap can be told."


@dataclass(frozen=True)
class BuiltTarget:
    """A target, the spec that it was built from, its picture (rows, columns), and what there is to say about it."""

    spec: TargetSpec
    target: Target
    picture: NDArray[np.uint8]
    note: str = ""

    @property
    def title(self) -> str:
        """What a person would call it."""
        return self.spec.title


def build(spec: TargetSpec) -> BuiltTarget:
    """The goal that the spec describes. Raises `FlowvizError` where there is nothing to learn."""
    target = build_target(spec)
    return BuiltTarget(spec, target, target.preview(), " ".join(_notes(spec, target)))


def build_or_explain(spec: TargetSpec) -> BuiltTarget | str:
    """The goal, or the sentence of what is wrong with it."""
    try:
        return build(spec)
    except FlowvizError as error:
        return str(error)


def _notes(spec: TargetSpec, target: Target) -> list[str]:
    notes = []
    if isinstance(spec, TextSpec):
        notes += [found.sentence() for found in borrowed_fonts(spec)]
    if isinstance(spec, PointsSpec) and isinstance(target, Points):
        far = f"{target.outliers:,}" if target.outliers else "none"
        notes.append(f"{len(spec.rows):,} points, {far} of them far out.")
    if target.entropy is None:
        notes.append(UNKNOWN_ENTROPY)
    return notes
