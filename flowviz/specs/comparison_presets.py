"""Named comparisons, each of which shows one choice in the design or the training of a flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flowviz.errors import SpecError
from flowviz.specs.comparison import ComparisonSpec, comparison_spec
from flowviz.specs.target import MIN_BLUR, DrawingSpec, ImageSpec, TargetSpec, TextSpec, condition_of
from flowviz.specs.training import TrainingSpec

ComparisonPresetName = Literal[
    "families", "normalization", "learning_rate", "layers", "base", "objective", "condition", "seeds"
]


@dataclass(frozen=True)
class ComparisonPreset:
    """A comparison of several flows on one target.

    Attributes:
        title: The name that users see.
        sentence: What the comparison shows, without a period.
        entrants: The entrants by name, with those fields of the flow and the training in which they differ.
        blur: Blur of ink whose edges are sharp, so that it has a smooth density; 0 to leave them sharp.
        needs_condition: Whether it is about targets with a condition only.
    """

    title: str
    sentence: str
    entrants: Mapping[str, Mapping[str, Mapping[str, Any]]]
    blur: float = 0.0
    needs_condition: bool = False

    def spec(self, target: TargetSpec, training: TrainingSpec) -> ComparisonSpec:
        """Return the comparison.

        Args:
            target: The target that all flows learn.
            training: The training of those entrants that do not differ in it, with the budget of all.

        Raises:
            SpecError: If the comparison needs a condition, and the target has none.
        """
        self.check(target)
        if self.blur and isinstance(target, TextSpec | ImageSpec | DrawingSpec):
            target = target.model_copy(update={"blur": target.blur or self.blur})
        entrants = [{"name": name, **values} for name, values in self.entrants.items()]
        return comparison_spec({"target": target, "training": training, "entrants": entrants})

    def check(self, target: TargetSpec) -> None:
        """Raise `SpecError` if the comparison needs a condition, and the target has none."""
        if self.needs_condition and condition_of(target) is None:
            raise SpecError(
                "The target has no condition, so there is nothing to tell a flow. Add one to several words, let one "
                "word turn, grow or move, or choose a column of a table."
            )


COMPARISON_PRESETS: Mapping[ComparisonPresetName, ComparisonPreset] = {
    "families": ComparisonPreset(
        "Affine, spline, flow matching",
        "Layers that stretch the plane, layers that bend it, and a velocity along which particles drift",
        {
            "RealNVP": {"flow": {"family": "realnvp"}},
            "Spline": {"flow": {"family": "spline"}},
            "Flow matching": {"flow": {"family": "flow_matching"}},
        },
    ),
    "normalization": ComparisonPreset(
        "Batch normalization as in the post, and a stable one",
        "Statistics of single batches make the picture and the loss disagree, and running averages prevent that",
        {
            "as in the post": {"flow": {"normalization": "minibatch"}},
            "stable": {"flow": {"normalization": "running"}},
        },
    ),
    "learning_rate": ComparisonPreset(
        "Learning rate: too high, right, too low",
        "Steps that are too large destroy what was learned; steps that are too small take too long",
        {
            "too high": {"training": {"learning_rate": 0.1}},
            "right": {},
            "too low": {"training": {"learning_rate": 2e-5}},
        },
    ),
    "layers": ComparisonPreset(
        "4, 8 and 16 layers",
        "More layers draw finer letters, but each training step takes longer",
        {f"{layers} layers": {"flow": {"layers": layers}} for layers in (4, 8, 16)},
    ),
    "base": ComparisonPreset(
        "One Gaussian or eight",
        "A flow cannot tear the plane, so one Gaussian leaves threads between letters",
        {"one Gaussian": {"flow": {"base": "normal"}}, "eight": {"flow": {"base": "mixture", "components": 8}}},
    ),
    "objective": ComparisonPreset(
        "Samples, density, weighted density",
        "Without samples, a flow can settle on some parts of a density; importance weights bring the others back",
        {
            "samples": {"flow": {"family": "spline"}},
            "density": {"flow": {"family": "spline"}, "training": {"objective": "density"}},
            "weighted density": {"flow": {"family": "spline"}, "training": {"objective": "weighted_density"}},
        },
        blur=MIN_BLUR,
    ),
    "condition": ComparisonPreset(
        "Told the condition, or not",
        "What it is worth to know the condition, such as the word, in nats",
        {
            "told": {"flow": {"family": "spline"}},
            "not told": {"flow": {"family": "spline", "ignores_condition": True}},
        },
        needs_condition=True,
    ),
    "seeds": ComparisonPreset(
        "Three seeds",
        "How much a result depends on chance alone",
        {f"seed {seed}": {"training": {"seed": seed}} for seed in range(3)},
    ),
}
