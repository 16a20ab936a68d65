"""flowviz: watch a normalizing flow bend a Gaussian cloud into a word.

`from flowviz import ...` offers the library: the specs say what is asked for, the functions of `flowviz.library` do it.
Importing the package loads neither TensorFlow nor Qt, and each name only when it is first used.
"""

from typing import TYPE_CHECKING

from flowviz.lazy_names import lazy_names

if TYPE_CHECKING:
    from flowviz.errors import FlowvizError
    from flowviz.library import (
        build_flow,
        build_target,
        compare,
        edit,
        latents,
        ledger,
        load,
        load_comparison,
        load_extensions,
        picture,
        render,
        render_comparison,
        render_difference,
        rescored,
        resume,
        sample,
        sample_in_parts,
        save,
        save_comparison,
        score,
        score_in_parts,
        trace,
        trace_in_parts,
        train,
        units,
    )
    from flowviz.projects import Comparison, Project
    from flowviz.specs import (
        COMPARISON_PRESETS,
        PRESETS,
        Bump,
        ComparisonSpec,
        DrawingSpec,
        Edits,
        Entrant,
        ExportSpec,
        FlowSpec,
        ImageSpec,
        LayerEdit,
        MixSpec,
        Part,
        PictureSize,
        Playback,
        PointsSpec,
        Seen,
        ShapeSpec,
        TextSpec,
        TrainingSpec,
        ViewSpec,
        comparison_spec,
    )
else:
    __getattr__ = lazy_names(
        __name__,
        errors="FlowvizError",
        library="build_flow build_target compare edit latents ledger load load_comparison load_extensions picture "
        "render render_comparison render_difference rescored resume sample sample_in_parts save "
        "save_comparison score score_in_parts trace trace_in_parts train units",
        projects="Comparison Project",
        specs="COMPARISON_PRESETS PRESETS Bump ComparisonSpec DrawingSpec Edits Entrant ExportSpec FlowSpec "
        "ImageSpec LayerEdit MixSpec Part PictureSize Playback PointsSpec Seen ShapeSpec TextSpec "
        "TrainingSpec ViewSpec comparison_spec",
    )

__version__ = "0.1.0"
__all__ = [
    "COMPARISON_PRESETS",
    "PRESETS",
    "Bump",
    "Comparison",
    "ComparisonSpec",
    "DrawingSpec",
    "Edits",
    "Entrant",
    "ExportSpec",
    "FlowSpec",
    "FlowvizError",
    "ImageSpec",
    "LayerEdit",
    "MixSpec",
    "Part",
    "PictureSize",
    "Playback",
    "PointsSpec",
    "Project",
    "Seen",
    "ShapeSpec",
    "TextSpec",
    "TrainingSpec",
    "ViewSpec",
    "build_flow",
    "build_target",
    "compare",
    "comparison_spec",
    "edit",
    "latents",
    "ledger",
    "load",
    "load_comparison",
    "load_extensions",
    "picture",
    "render",
    "render_comparison",
    "render_difference",
    "rescored",
    "resume",
    "sample",
    "sample_in_parts",
    "save",
    "save_comparison",
    "score",
    "score_in_parts",
    "trace",
    "trace_in_parts",
    "train",
    "units",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
