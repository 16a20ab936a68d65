"""Build targets from their specs."""

from typing import overload

from flowviz.arguments import checked
from flowviz.records import Units
from flowviz.specs import ConditionalSpec, DrawingSpec, ImageSpec, MixSpec, PointsSpec, ShapeSpec, TargetSpec, TextSpec
from flowviz.targets.conditional import Classes, Moving
from flowviz.targets.drawing import drawing_target
from flowviz.targets.image import image_target
from flowviz.targets.ink import Ink
from flowviz.targets.mix import mixed
from flowviz.targets.pixels import PixelDensity
from flowviz.targets.points import Points
from flowviz.targets.shapes import shape_target
from flowviz.targets.target import Target
from flowviz.targets.text import text_mask


@overload
def build_target(spec: TextSpec | DrawingSpec) -> Ink: ...
@overload
def build_target(spec: ImageSpec) -> PixelDensity: ...
@overload
def build_target(spec: PointsSpec) -> Points: ...
@overload
def build_target(spec: TargetSpec) -> Target: ...
@checked
def build_target(spec: TargetSpec) -> Target:
    """Build the target that a spec describes.

    Args:
        spec: The spec of a text, an image, a shape, a drawing, points or a mix.

    Returns:
        The target, a distribution over the plane in flow units.

    Raises:
        TargetError: If there is nothing to learn, for example because a text is blank.
        FileError: If a picture in the spec is damaged.
    """
    match spec:
        case TextSpec():
            return Ink(text_mask(spec))
        case ImageSpec():
            return image_target(spec)
        case ShapeSpec():
            return shape_target(spec.name)
        case DrawingSpec():
            return drawing_target(spec)
        case PointsSpec():
            units = Units(spec.center, spec.unit)
            return Points(spec.rows, spec.training_share, units, standardize=spec.standardize)
        case ConditionalSpec():
            built = [build_target(source) for source in spec.sources]
            return Moving(spec.condition, built[0], spec.motion) if spec.motion else Classes(spec.condition, built)
        case MixSpec():
            parts = spec.parts
            return mixed([build_target(p.source) for p in parts], [p.weight for p in parts], spec.layout)
