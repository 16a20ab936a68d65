"""What a person asks for: frozen, validated, JSON in and out."""

from flowviz.specs.flow import FlowSpec
from flowviz.specs.spec import Spec
from flowviz.specs.target import TargetSpec
from flowviz.specs.training import TrainingSpec
from flowviz.specs.view import PictureSize, ViewSpec

__all__ = ["FlowSpec", "PictureSize", "Spec", "TargetSpec", "TrainingSpec", "ViewSpec"]
