"""What a person asks for: frozen, validated, JSON in and out."""

from typing import TYPE_CHECKING

from flowviz.lazy_names import lazy_names
from flowviz.specs.edits import Bump, Edits, LayerEdit
from flowviz.specs.export import ExportSpec
from flowviz.specs.flow import FlowSpec
from flowviz.specs.playback import Playback
from flowviz.specs.presets import PRESETS, Preset, PresetName, preset_of
from flowviz.specs.recipes import RECIPES, Family, Normalization
from flowviz.specs.seen import Seen
from flowviz.specs.shapes import SHAPES, ShapeName
from flowviz.specs.spec import Spec
from flowviz.specs.target import (
    DrawingSpec,
    ImageSpec,
    MixSpec,
    Part,
    PointsSpec,
    ShapeSpec,
    SourceSpec,
    TargetSpec,
    TextSpec,
    target_spec,
)
from flowviz.specs.training import TrainingSpec
from flowviz.specs.view import PictureSize, ViewSpec

__all__ = [
    "COMPARISON_PRESETS",
    "PRESETS",
    "RECIPES",
    "SHAPES",
    "Bump",
    "ComparisonPreset",
    "ComparisonPresetName",
    "ComparisonSpec",
    "DrawingSpec",
    "Edits",
    "Entrant",
    "ExportSpec",
    "Family",
    "FlowSpec",
    "ImageSpec",
    "LayerEdit",
    "MixSpec",
    "Normalization",
    "Part",
    "PictureSize",
    "Playback",
    "PointsSpec",
    "Preset",
    "PresetName",
    "Seen",
    "ShapeName",
    "ShapeSpec",
    "SourceSpec",
    "Spec",
    "TargetSpec",
    "TextSpec",
    "TrainingSpec",
    "ViewSpec",
    "comparison_spec",
    "preset_of",
    "target_spec",
]

if TYPE_CHECKING:  # the window does not compare flows at its start
    from flowviz.specs.comparison import ComparisonSpec, Entrant, comparison_spec
    from flowviz.specs.comparison_presets import COMPARISON_PRESETS, ComparisonPreset, ComparisonPresetName
else:
    __getattr__ = lazy_names(
        __name__,
        comparison="ComparisonSpec Entrant comparison_spec",
        comparison_presets="COMPARISON_PRESETS ComparisonPreset ComparisonPresetName",
    )
