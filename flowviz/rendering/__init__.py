"""Rendering of records to pixels, as a `ViewSpec` describes. Imports neither Qt nor TensorFlow."""

from typing import TYPE_CHECKING

from flowviz.lazy_names import lazy_names

__all__ = [
    "Camera",
    "Frame",
    "eased",
    "fitted_view",
    "overview_stages",
    "pixel_position",
    "plane_position",
    "positions_at",
    "prepare_density",
    "quadrant_colors",
    "render_frame",
    "render_sheet",
    "render_thumbnails",
    "sheet_stage",
    "small_view",
    "spaced_stages",
    "steadied",
    "swept_grids",
    "visible_rectangle",
]

if TYPE_CHECKING:
    from flowviz.rendering.camera import Camera, Frame, eased, fitted_view, steadied
    from flowviz.rendering.colors import quadrant_colors
    from flowviz.rendering.frame import positions_at, prepare_density, render_frame
    from flowviz.rendering.projection import pixel_position, plane_position, visible_rectangle
    from flowviz.rendering.sheet import (
        overview_stages,
        render_sheet,
        render_thumbnails,
        sheet_stage,
        small_view,
        spaced_stages,
    )
    from flowviz.rendering.velocity import swept_grids
else:
    __getattr__ = lazy_names(
        __name__,
        camera="Camera Frame eased fitted_view steadied",
        colors="quadrant_colors",
        frame="positions_at prepare_density render_frame",
        projection="pixel_position plane_position visible_rectangle",
        sheet="overview_stages render_sheet render_thumbnails sheet_stage small_view spaced_stages",
        velocity="swept_grids",
    )
