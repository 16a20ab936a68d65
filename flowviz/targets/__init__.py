"""Target distributions: build the distribution that a flow learns from its spec."""

from typing import TYPE_CHECKING

from flowviz.lazy_names import lazy_names

__all__ = [
    "BUILT_IN",
    "DRAWN_TOGETHER",
    "AdaptiveHistogram",
    "Borrowed",
    "Extent",
    "Face",
    "Ink",
    "PixelDensity",
    "Points",
    "Target",
    "borrowed_fonts",
    "build_target",
    "columns_of",
    "darkness_of",
    "draw_in_parts",
    "fresh_points",
    "has_pixels",
    "image_spec",
    "installed_faces",
    "leaked",
    "points_spec",
    "read_drawing",
    "read_image",
    "read_points",
    "reading_columns",
    "reading_points",
    "reads_fonts",
    "result_of",
    "spec_units",
    "split_sentences",
    "target_picture",
    "target_units",
]

if TYPE_CHECKING:
    from flowviz.targets.build import build_target
    from flowviz.targets.drawing import read_drawing
    from flowviz.targets.fonts import BUILT_IN, Face, installed_faces
    from flowviz.targets.histogram import AdaptiveHistogram
    from flowviz.targets.image import darkness_of, image_spec, read_image
    from flowviz.targets.ink import Ink
    from flowviz.targets.layout import Borrowed
    from flowviz.targets.mix import split_sentences
    from flowviz.targets.pixels import PixelDensity
    from flowviz.targets.points import Points, points_spec
    from flowviz.targets.tables import columns_of, read_points, reading_columns, reading_points, result_of
    from flowviz.targets.target import (
        DRAWN_TOGETHER,
        Extent,
        Target,
        draw_in_parts,
        fresh_points,
        leaked,
        target_picture,
    )
    from flowviz.targets.text import borrowed_fonts, reads_fonts
    from flowviz.targets.units import has_pixels, spec_units, target_units
else:
    __getattr__ = lazy_names(
        __name__,
        build="build_target",
        drawing="read_drawing",
        fonts="BUILT_IN Face installed_faces",
        histogram="AdaptiveHistogram",
        image="darkness_of image_spec read_image",
        ink="Ink",
        layout="Borrowed",
        mix="split_sentences",
        pixels="PixelDensity",
        points="Points points_spec",
        tables="columns_of read_points reading_columns reading_points result_of",
        target="DRAWN_TOGETHER Extent Target draw_in_parts fresh_points leaked target_picture",
        text="borrowed_fonts reads_fonts",
        units="has_pixels spec_units target_units",
    )
