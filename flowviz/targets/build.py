"""Build targets from their specs."""

from functools import partial
from typing import overload

from flowviz.arguments import checked
from flowviz.records import Units
from flowviz.specs import ConditionalSpec, DrawingSpec, ImageSpec, MixSpec, PointsSpec, ShapeSpec, TargetSpec, TextSpec
from flowviz.specs.column import Column
from flowviz.targets.blurred import Blurred
from flowviz.targets.conditional import Classes, Moving
from flowviz.targets.drawing import drawing_target
from flowviz.targets.image import image_target
from flowviz.targets.ink import Ink
from flowviz.targets.mix import mixed
from flowviz.targets.pixels import PixelDensity
from flowviz.targets.points import Points
from flowviz.targets.shapes import shape_target
from flowviz.targets.target import Target
from flowviz.targets.text import text_letters, text_mask


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
            return _blurred(Ink(text_mask(spec), letters=partial(text_letters, spec)), spec.blur)
        case ImageSpec():
            return _blurred(image_target(spec), spec.blur)
        case ShapeSpec():
            return shape_target(spec.name)
        case DrawingSpec():
            return _blurred(drawing_target(spec), spec.blur)
        case PointsSpec():
            return _points(spec)
        case ConditionalSpec(sources=(PointsSpec() as table,)):
            return _points(table, spec.column)
        case ConditionalSpec():
            built = [build_target(source) for source in spec.sources]
            return Moving(spec.condition, built[0], spec.motion) if spec.motion else Classes(spec.condition, built)
        case MixSpec():
            parts = spec.parts
            return mixed([build_target(p.source) for p in parts], [p.weight for p in parts], spec.layout)


def _points(table: PointsSpec, column: Column | None = None) -> Points:
    units = Units(table.center, table.unit)
    return Points(table.rows, table.training_share, units, column, standardize=table.standardize)


def _blurred(ink: PixelDensity, width: float) -> PixelDensity:
    return Blurred(ink, width) if width else ink
