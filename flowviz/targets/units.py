"""Units of targets: data units, pixels or flow units."""

from typing import get_args

from flowviz.errors import SpecError, TargetError
from flowviz.records import FLOW_UNITS, Units
from flowviz.specs import ConditionalSpec, DrawingSpec, ImageSpec, TargetSpec, TextSpec
from flowviz.specs.target import sources_of, table_of
from flowviz.specs.view import UnitName
from flowviz.targets.build import build_target
from flowviz.targets.pixels import PixelDensity
from flowviz.targets.points import in_flow_units
from flowviz.targets.rows import Rows
from flowviz.targets.target import Target


def target_units(target: Target, name: UnitName) -> Units:
    """Return the units of a target.

    Args:
        target: The target.
        name: ``"data"`` for the units of a table of points (flow units for any other target); ``"pixels"`` for pixels
            of the underlying picture before downscaling, counted from its upper left corner; or ``"flow"`` for flow
            units.

    Raises:
        TargetError: If `name` is ``"pixels"`` and the target is not made of pixels.
        SpecError: If there is no such name.
    """
    _check_name(name)
    if name == "data" and isinstance(target, Rows):
        return target.units
    if name == "pixels":
        if not isinstance(target, PixelDensity):
            raise TargetError("This target has no pixels. Choose data or flow units.")
        return target.pixel_units
    return FLOW_UNITS


def has_pixels(spec: TargetSpec) -> bool:
    """Return whether a spec describes a target made of pixels: a text, an image, a drawing, or a mix of these.

    The classes of a condition have pixels of different sizes, so the target has none.
    """
    are_pixels = all(isinstance(source, TextSpec | ImageSpec | DrawingSpec) for source in sources_of(spec))
    return are_pixels and not isinstance(spec, ConditionalSpec)


def spec_units(spec: TargetSpec, name: UnitName) -> Units:
    """Return the units of the target that a spec describes.

    Builds the target only if the units are pixels.

    Args:
        spec: The spec of the target.
        name: The name of the units; see `target_units`.

    Raises:
        TargetError: If the target cannot be built, or if `name` is ``"pixels"`` and it is not made of pixels.
        FileError: If a picture in the spec is damaged.
        SpecError: If there is no such name.
    """
    _check_name(name)
    if name == "data" and (table := table_of(spec)):
        return in_flow_units(table.rows, Units(table.center, table.unit), standardize=table.standardize)[1]
    if name == "pixels":
        return target_units(build_target(spec), name)
    return FLOW_UNITS


def _check_name(name: str) -> None:
    names = get_args(UnitName)
    if name not in names:
        raise SpecError(f"There are no units named {name!r}. Choose one of {', '.join(names)}.")
