"""Drawing and coloring of the particles."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Scene, Selection, Trace
from flowviz.rendering.cache import cached
from flowviz.rendering.colormaps import STEPS, color_scale
from flowviz.rendering.colors import COMPONENTS, SURROUNDINGS, Color, Packed, packed, quadrant_colors, unpacked
from flowviz.rendering.density import difference_limit
from flowviz.rendering.projection import EDGE_MARK, Projection, unframed
from flowviz.rendering.raster import Canvas, Glide, between, tones
from flowviz.specs import ViewSpec
from flowviz.specs.view import Theme

WEIGHT_LIMIT = 3.0  # nats: weights of 20 and 1/20
RADIUS_LIMIT = 3.0  # standard deviations; one in 90 particles starts farther out
JUDGED = 20_000  # maximum number of particles that limits of color scales are estimated from
FEW = 0.01  # share of the particles beyond each limit of a color scale: including outliers would wash out the colors
DIMNESS = 0.82  # share of the background in the colors of unselected particles
CHOSEN: dict[Theme, Color] = {"light": (204, 84, 0), "dark": (255, 150, 60)}
OTHERS: dict[Theme, Color] = {"light": (168, 172, 178), "dark": (104, 109, 118)}


def draw_points(canvas: Canvas, scene: Scene, stage: float, view: ViewSpec, diameter: float) -> int:
    """Draw the particles. If some are selected, draw them on top and dim the others.

    Args:
        canvas: The canvas.
        scene: The scene.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view, which determines the colors.
        diameter: The diameter of a point in pixels.

    Returns:
        The number of particles outside the picture.
    """
    points, colors = Glide.at(scene.trace, stage), particle_colors(scene, stage, view)
    selection = shown_selection(scene)
    if selection is None:
        return canvas.draw_discs(points, colors, diameter)
    background, dimness = SURROUNDINGS[view.theme].background, _dimness(view)
    outside = canvas.draw_discs(
        points, colors, diameter, selection.chosen, wanted=False, background=background, dimness=dimness
    )
    return outside + canvas.draw_discs(points, colors, diameter, selection.chosen, wanted=True)


def points_in_order(scene: Scene, stage: float, view: ViewSpec) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return the positions (n, 2) and the colors (n, 3) that `draw_points` draws, in the order in which it does."""
    positions = Glide.at(scene.trace, stage).positions()
    colors = unpacked(particle_colors(scene, stage, view))[:, :3]
    selection = shown_selection(scene)
    if selection is None:
        return positions, colors
    order, chosen = np.argsort(selection.chosen, kind="stable"), selection.chosen[:, None]
    background, dimness = np.array(SURROUNDINGS[view.theme].background), _dimness(view)
    dimmed = np.where(chosen, colors, (1 - dimness) * colors + dimness * background).round().astype(np.uint8)
    return positions[order], dimmed[order]


def _dimness(view: ViewSpec) -> float:
    return 0.0 if view.color_by in {"selection", "leaked"} else DIMNESS


def edge_marks(
    scene: Scene, stage: float, view: ViewSpec, projection: Projection
) -> tuple[NDArray[np.float32], Packed, float]:
    """Return the centers (m, 2), the colors (m,) and the diameter in pixels of marks of particles that are outside."""
    left, right, bottom, top = projection.rectangle
    diameter = EDGE_MARK * projection.pixel
    positions = Glide.at(scene.trace, stage).positions()
    x, y = positions.T
    outside = np.flatnonzero((x < left) | (x > right) | (y < bottom) | (y > top))
    outside = outside[np.isfinite(positions[outside]).all(axis=1)]
    inset = diameter / 2 / projection.pixels_per_unit
    nearest = np.clip(positions[outside], (left + inset, bottom + inset), (right - inset, top - inset))
    return nearest.astype(np.float32), particle_colors(scene, stage, view)[outside], diameter


def draw_edge_marks(canvas: Canvas, scene: Scene, stage: float, view: ViewSpec, projection: Projection) -> None:
    """Draw a disc for each particle outside the picture, inside it where its edge is nearest."""
    places, colors, diameter = edge_marks(scene, stage, view, projection)
    canvas.draw_discs(Glide.still(places), colors, diameter)


def is_unknown(trace: Trace, view: ViewSpec) -> bool:
    """Return whether the colors show a density or a log-determinant that is not known."""
    return not {"log_density": trace.has_densities, "log_det": trace.has_log_dets}.get(view.color_by, True)


def shown_column(trace: Trace, view: ViewSpec) -> str | None:
    """Return the name of the column that the colors show, or None if the trace does not have it."""
    if view.color_by != "column":
        return None
    return next((name for name in trace.columns if view.column in (None, name)), None)


def shown_selection(scene: Scene) -> Selection | None:
    """Return the selection of a scene, or None if no particle is selected."""
    return scene.selection if scene.selection is not None and scene.selection.chosen.any() else None


def particle_colors(scene: Scene, stage: float, view: ViewSpec) -> Packed:
    """Return the colors (n,) of the particles at a stage, by the quantity that the view colors by.

    If the scene compares two flows, the colors show the difference of the log-densities where the particles end.
    """
    trace, theme = scene.trace, view.theme
    if scene.difference is not None:
        limit, known = difference_limit(scene.difference), np.nan_to_num(scene.difference.at_particles)
        return tones(Glide.still(known), -limit, limit, color_scale("change", theme))
    if is_unknown(trace, view):
        return _chosen_colors(trace, None, theme)
    match view.color_by:
        case "log_density":
            before, after, t = between(trace, stage)
            base = trace.base_log_density
            numbers = Glide(base - trace.log_det[before], base - trace.log_det[after], t)
            return tones(numbers, *log_density_limits(trace), color_scale("amount", theme))
        case "log_det":
            before, after, t = between(trace, stage)
            numbers = Glide(trace.log_det_of(before), trace.log_det_of(after), t)
            limit = log_det_limit(trace)
            return tones(numbers, -limit, limit, color_scale("change", theme))
        case "leaked":
            return _chosen_colors(trace, scene.leaked, theme)
        case "weight" if scene.log_weights is not None:
            weights = Glide.still(scene.log_weights.astype(np.float32))
            return tones(weights, -WEIGHT_LIMIT, WEIGHT_LIMIT, color_scale("change", theme))
        case "weight":
            return _chosen_colors(trace, None, theme)
        case "selection":
            return _chosen_colors(trace, scene.selection.chosen if scene.selection else None, theme)
        case _:
            return _base_colors(trace, unframed(view))


@cached(maxsize=4)
def _base_colors(trace: Trace, view: ViewSpec) -> Packed:
    """Return colors (n,) by the particles' positions in the base, which are the same at every stage."""
    base = trace.positions[0]
    if view.color_by == "radius":
        radius = Glide.still(np.hypot(*base.T))
        return tones(radius, 0.0, RADIUS_LIMIT, color_scale("amount", view.theme)[::-1])
    if view.color_by == "angle":
        turn = np.nan_to_num(np.arctan2(base[:, 1], base[:, 0])) / (2 * np.pi)
        return packed(color_scale("angle", view.theme)[(turn * STEPS).astype(np.int64) % STEPS])
    if (column := shown_column(trace, view)) is not None:
        values = trace.columns[column]
        return tones(Glide.still(values), *column_limits(values), color_scale("amount", view.theme))
    if view.color_by == "component" and (component := trace.component) is not None:
        return packed(np.array(COMPONENTS[view.theme], np.uint8)[component])
    return packed(quadrant_colors(base, view))


def _chosen_colors(trace: Trace, chosen: NDArray[np.bool_] | None, theme: Theme) -> Packed:
    """Return colors (n,) that show which particles are chosen; none are if `chosen` is None."""
    mask = np.zeros(trace.positions.shape[1], np.bool_) if chosen is None else chosen
    return packed(np.array([OTHERS[theme], CHOSEN[theme]], np.uint8)[mask.astype(np.intp)])


@cached(maxsize=8)
def log_density_limits(trace: Trace) -> tuple[float, float]:
    """Return the limits of the log-density over all stages, in nats.

    The limits are the 1% and 99% quantiles, rounded outward to whole nats so that they seldom change.
    """
    judged = trace.base_log_density[:JUDGED] - trace.log_det[:, :JUDGED]
    judged = judged[np.isfinite(judged)]
    if not len(judged):
        return -6.0, 0.0
    low, high = column_limits(judged)
    return float(np.floor(low)), float(max(np.ceil(high), np.floor(low) + 1))


def column_limits(values: NDArray[np.float32]) -> tuple[float, float]:
    """Return the 1% and the 99% quantile of values (n,), or two different numbers around them if they are equal."""
    low, high = np.quantile(values, [FEW, 1 - FEW]).tolist()
    return (low, high) if high > low else (low - 0.5, high + 0.5)


@cached(maxsize=8)
def log_det_limit(trace: Trace) -> float:
    """Return the limit of |log|det J|| over all single bijectors, in nats.

    The limit is the largest 99% quantile of any bijector, rounded up so that it seldom changes.
    """
    steps = np.abs(np.diff(trace.log_det[:, :JUDGED], axis=0))
    needed = max((float(np.quantile(s[np.isfinite(s)], 1 - FEW)) for s in steps if np.isfinite(s).any()), default=0.0)
    return next((limit for limit in (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8) if limit >= needed), float(np.ceil(needed)))
