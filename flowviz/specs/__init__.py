"""What a person asks for: frozen, validated, JSON in and out."""

from flowviz.specs.flow import FlowSpec
from flowviz.specs.playback import Playback
from flowviz.specs.recipes import RECIPES, Family, Normalization
from flowviz.specs.spec import Spec
from flowviz.specs.target import TargetSpec
from flowviz.specs.training import TrainingSpec
from flowviz.specs.view import PictureSize, ViewSpec

__all__ = [
    "RECIPES",
    "Family",
    "FlowSpec",
    "Normalization",
    "PictureSize",
    "Playback",
    "Spec",
    "TargetSpec",
    "TrainingSpec",
    "ViewSpec",
]
