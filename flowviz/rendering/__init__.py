"""Rendering of records to pixels, as a `ViewSpec` describes. Imports neither Qt nor TensorFlow."""

from flowviz.rendering.camera import Camera, Frame, eased, fitted_view, steadied
from flowviz.rendering.colors import quadrant_colors
from flowviz.rendering.frame import positions_at, prepare_density, render_frame
from flowviz.rendering.projection import pixel_position, plane_position, visible_rectangle
from flowviz.rendering.sheet import overview_stages, render_sheet, render_thumbnails, sheet_stage, spaced_stages
from flowviz.rendering.velocity import swept_grids

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
    "spaced_stages",
    "steadied",
    "swept_grids",
    "visible_rectangle",
]
