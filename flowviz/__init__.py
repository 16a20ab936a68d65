"""flowviz: watch a normalizing flow bend a Gaussian cloud into a word.

`from flowviz import ...` offers the library: the specs say what is asked for, the functions of `flowviz.library` do it.
Importing the package loads neither TensorFlow nor Qt, and each name only when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

OTHER_SPECS = {"Bump", "Edits", "Entrant", "LayerEdit", "Part", "PictureSize", "Playback", "Seen"}
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


def __getattr__(name: str) -> Any:
    """Import a public name on its first use (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name.endswith(("Spec", "PRESETS", "_spec")) or name in OTHER_SPECS:
        module = "flowviz.specs"
    else:
        own = {"FlowvizError": "flowviz.errors", "Comparison": "flowviz.projects", "Project": "flowviz.projects"}
        module = own.get(name, "flowviz.library")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
