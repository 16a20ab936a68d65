"""Pictures of a project in Matplotlib axes, for figures that are composed in Python."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from flowviz.arguments import checked
from flowviz.errors import ArgumentError
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import shots
from flowviz.projects import Project
from flowviz.records import Rectangle, Units
from flowviz.rendering.colors import unpacked
from flowviz.rendering.density import density_limits
from flowviz.rendering.particles import particle_colors
from flowviz.rendering.projection import visible_rectangle
from flowviz.specs import ExportSpec, PictureSize, Seen, ViewSpec
from flowviz.specs.view import ColorBy, UnitName

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

SIZE = PictureSize(width=1080, height=1080)  # pixels, for which the limits are fitted
AREA = 2.0  # of a particle, in square points

Content = Literal["points", "density"]


@checked
def draw(
    project: Project,
    ax: "Axes",
    what: Content = "points",
    *,
    stage: int | None = None,
    color_by: ColorBy = "quadrant",
    units: UnitName = "data",
    **style: Any,
) -> "Artist":
    """Draw the particles or the density of a project into Matplotlib axes, with limits that fit the particles.

    `fig, ax = plt.subplots(); flowviz.draw(project, ax)` draws the particles at the last stage, in the units of the
    data. To draw the particles on top of the density, call it twice with the same axes. Titles, fonts and the size on
    paper are up to your figure. Drawing a density loads TensorFlow.

    Args:
        project: The project.
        ax: The axes. x and y get the same scale, unless a table of points would look like a line.
        what: `points` for the particles, or `density` for the log-density in nats as an image.
        stage: The stage; None for the last one.
        color_by: The meaning of the colors of particles, such as `quadrant` or `log_density`.
        units: The units of the axes and of the density: `data`, `pixels` or `flow`; see `flowviz.units`.
        **style: Arguments for `Axes.scatter` or `Axes.imshow`, such as `s=1`, `alpha=0.5` or `cmap="viridis"`.

    Returns:
        The artist. For a density, `fig.colorbar(artist)` adds a color bar.

    Raises:
        ArgumentError: If an argument has the wrong type.
        SpecError: If the stage does not exist.
        FileError: If the weights do not fit the flow.
        TargetError: If the target has no pixels.
    """
    if not hasattr(ax, "imshow"):
        raise ArgumentError(f"draw() takes Matplotlib axes as ax, not {type(ax).__name__}.")
    view = ViewSpec(color_by=color_by, units=units, marks={what})
    seen = Seen(view=view, stage=stage)
    [shot] = shots(project, ExportSpec(seen=seen))
    scenes = Scenes(project, seen, None, (shot,))
    scene, found = scenes.scene(shot, SIZE), scenes.units
    rectangle = visible_rectangle(scenes.camera(None).at(shot.stage, SIZE), SIZE)
    usual: dict[str, Any]
    if scene.density is None:
        x, y = found.values(scene.trace.positions[round(shot.stage)]).T
        usual = {"s": AREA, "linewidths": 0}
        if "color" not in style:  # Matplotlib takes only one of the two
            usual["c"] = unpacked(particle_colors(scene, shot.stage, view)) / 255
        artist: Artist = ax.scatter(x, y, **{**usual, **style})
    else:
        low, high = (limit - found.log_det for limit in density_limits(scene.density))
        usual = {"cmap": "PuBu", "interpolation": "bilinear", "origin": "upper"}
        if "norm" not in style:  # which has limits of its own
            usual |= {"vmin": low, "vmax": high}
        shown, extent = found.log_density(scene.density.log_density), _extent(scene.density.rectangle, found)
        artist = ax.imshow(shown, extent=extent, **{**usual, **style})
    x0, x1, y0, y1 = _extent(rectangle, found)
    ax.set(xlim=(x0, x1), ylim=(y0, y1), aspect=abs(found.scale[0] / found.scale[1]))
    return artist


def _extent(rectangle: Rectangle, units: Units) -> tuple[float, float, float, float]:
    """Return the left, right, bottom and top edges of a rectangle in other units."""
    left, right, bottom, top = rectangle
    (x0, y0), (x1, y1) = units.values(np.array([(left, bottom), (right, top)])).tolist()
    return x0, x1, y0, y1
