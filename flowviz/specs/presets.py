"""Named presets: flows for those who need not know the families."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from flowviz.specs.flow import FlowSpec

PresetName = Literal["post", "sharp", "straight"]


@dataclass(frozen=True)
class Preset:
    """A flow under a name that says what it is good for.

    Attributes:
        title: The name.
        sentence: What the flow is good for.
        choices: Fields of the `FlowSpec`; all others are those of the family's recipe.
    """

    title: str
    sentence: str
    choices: Mapping[str, Any] = field(default_factory=dict)

    def flow(self, seed: int = 0) -> FlowSpec:
        """Return the flow, with the seed of its random numbers."""
        return FlowSpec(**self.choices, seed=seed)


PRESETS: Mapping[PresetName, Preset] = {
    "post": Preset(
        "As in the post",
        "RealNVP, the flow of the blog post. Its layers are the easiest to follow. Unlike in the post, batches are "
        "normalized with running averages, log-scales are bounded, the target is blurred at first, and the networks "
        "are narrower and also see hat functions and waves of their input",
        {"family": "realnvp"},
    ),
    "sharp": Preset(
        "Sharpest letters",
        "A spline flow. It draws the crispest edges with half as many layers, but each layer does more",
        {"family": "spline"},
    ),
    "straight": Preset(
        "Straightest paths",
        "Flow matching. Particles drift to the target along nearly straight paths, in as many steps as you like",
        {"family": "flow_matching", "pairing": "transport"},
    ),
}


def custom_title(flow: FlowSpec) -> str:
    """Return the title of a flow that fits no preset: that of the preset it was changed from, or of its family."""
    for preset in PRESETS.values():
        if all(getattr(flow, name) == value for name, value in preset.choices.items()):
            return f"{preset.title}, changed"
    return flow.recipe.title


def preset_of(flow: FlowSpec) -> PresetName | None:
    """Return the preset that a flow fits, whatever its seed, integrator and condition, or None if it fits none."""
    trained = flow.without_condition.as_trained().model_copy(update={"seed": 0})
    return next((name for name, preset in _flows().items() if preset == trained), None)


@cache
def _flows() -> Mapping[PresetName, FlowSpec]:
    return {name: preset.flow() for name, preset in PRESETS.items()}
