"""TargetSpec -> Target."""

from flowviz.specs import TargetSpec
from flowviz.targets.ink import Ink
from flowviz.targets.text import text_mask


def build_target(spec: TargetSpec) -> Ink:
    """The target that the spec describes. Raises `TargetError` where there is nothing to learn from."""
    return Ink(text_mask(spec.text, spec.weight))
