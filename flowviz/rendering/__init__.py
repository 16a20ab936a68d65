"""records + ViewSpec -> pixels -> image files. Knows neither Qt nor TensorFlow."""

from flowviz.rendering.colors import quadrant_colors
from flowviz.rendering.frame import fitted_view, positions_at, render_frame
from flowviz.rendering.frames import write_frames

__all__ = ["fitted_view", "positions_at", "quadrant_colors", "render_frame", "write_frames"]
