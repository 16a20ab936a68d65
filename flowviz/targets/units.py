"""The units of a target: those of its data, or the pixels of its picture."""

from flowviz.errors import TargetError
from flowviz.records import FLOW_UNITS, Units
from flowviz.specs import DrawingSpec, ImageSpec, MixSpec, PointsSpec, TargetSpec, TextSpec
from flowviz.specs.view import UnitName
from flowviz.targets.build import build_target
from flowviz.targets.pixels import PixelDensity
from flowviz.targets.points import Points
from flowviz.targets.target import Target


def target_units(target: Target, name: UnitName) -> Units:
    """Return the units of a target.

    Args:
        target: The target.
        name: ``"data"`` for the units of a table of points (flow units for every other target), ``"pixels"`` for the
            pixels of the picture that a text, an image or a drawing is made of, from its upper left corner, or
            ``"flow"``.

    Raises:
        TargetError: If the target has no pixels.
    """
    if name == "data" and isinstance(target, Points):
        return target.units
    if name == "pixels":
        if not isinstance(target, PixelDensity):
            raise TargetError("The target is not made of pixels. Choose data or flow units.")
        return target.pixel_units
    return FLOW_UNITS


def has_pixels(spec: TargetSpec) -> bool:
    """Return whether the target that a spec describes is made of pixels."""
    if isinstance(spec, MixSpec):
        return all(has_pixels(part.source) for part in spec.parts)
    return isinstance(spec, TextSpec | ImageSpec | DrawingSpec)


def spec_units(spec: TargetSpec, name: UnitName) -> Units:
    """Return the units of the target that a spec describes; the target is built only if they depend on it.

    Raises:
        TargetError: If the target has no pixels, or cannot be built.
    """
    if name == "pixels" or (name == "data" and isinstance(spec, PointsSpec)):
        return target_units(build_target(spec), name)
    return FLOW_UNITS
