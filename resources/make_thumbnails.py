"""Draw the thumbnails of the gallery: the last stage of each example, in both themes.

    python resources/make_thumbnails.py

Run it after `make_gallery.py`, and after each change of how particles look.
"""

from typing import get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from flowviz import rendering
from flowviz.projects import Example, Project, examples
from flowviz.records import Scene
from flowviz.rendering import Camera
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import MIN_SIDE, Theme

SIDE = 256  # pixels, for screens with two pixels per logical one
LINE_COLOR, LINE_WIDTH = (128, 128, 128), 2  # between the flows of a comparison
COLORS = 256  # of a file


def main() -> None:
    """Draw all thumbnails."""
    themes: tuple[Theme, ...] = get_args(Theme)
    for example in examples():
        for theme in themes:
            picture = Image.fromarray(thumbnail(example, theme)).quantize(COLORS)
            picture.save(example.thumbnail(theme), optimize=True)


def thumbnail(example: Example, theme: Theme) -> NDArray[np.uint8]:
    """Return the last stage of an example, or those of all its flows, as RGB pixels of shape (side, side, 3)."""
    view = ViewSpec(theme=theme, labels=False, axes=False)
    projects = [*example.comparison().projects.values()] if example.is_comparison else [example.project()]
    edges = np.linspace(0, SIDE, len(projects) + 1).round().astype(int)
    strips = zip(projects, np.diff(edges).tolist(), strict=True)
    pixels = np.concatenate([strip(project, view, height) for project, height in strips])
    for edge in edges[1:-1]:
        pixels[edge : edge + LINE_WIDTH] = LINE_COLOR
    return pixels


def strip(project: Project, view: ViewSpec, height: int) -> NDArray[np.uint8]:
    """Return the last stage of a project, in its colors; a low strip is drawn larger and scaled down."""
    scale, trace = -(-MIN_SIDE // height), project.trace
    size = PictureSize(width=scale * SIDE, height=scale * height)
    diameter = view.point_diameter * SIDE / height  # else points would be smaller in a lower strip
    view = view.model_copy(update={"color_by": project.seen.view.color_by, "point_diameter": diameter})
    camera = Camera(view, trace.boxes).at(trace.last_stage, size)
    pixels = rendering.render_frame(Scene(trace), trace.last_stage, camera, size)[..., :3]
    means: NDArray[np.float64] = pixels.reshape(height, scale, SIDE, scale, 3).mean((1, 3))
    return means.astype(np.uint8)


if __name__ == "__main__":
    main()
