"""The families of flows: which bijectors each chains, and what is particular about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pydantic import create_model
from pydantic.fields import FieldInfo

from flowviz.specs.spec import Spec

Family = str  # a key of `RECIPES`, to which extensions add
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")  # of a family or a target of an extension
Normalization = Literal["running", "minibatch", "actnorm", "box", "none"]
Role = Literal["layer", "normalization", "mixing"]

# The kinds of stages, as TFP names its bijectors where it has them.
BASE = "base"
REAL_NVP = "real_nvp"
ADDITIVE_COUPLING = "additive_coupling"
SPLINE_COUPLING = "spline_coupling"
MASKED_AUTOREGRESSIVE = "masked_autoregressive"
INVERSE_AUTOREGRESSIVE = "inverse_autoregressive"
BATCH_NORMALIZATION = "batch_normalization"
ACTNORM = "actnorm"
PERMUTE = "permute"
LINEAR_MIXING = "linear_mixing"
SCALE = "scale"
FLOW_STEP = "flow_step"
PLANAR_LAYER = "planar"
RADIAL_LAYER = "radial"

RECORDED = "recorded"  # the family of flows of other programs, of which only particles are known

VELOCITY_FIELD = "velocity_field"  # the numbers that all flow steps share
LEARNING_RATE = 2e-3
CLASSIC_LEARNING_RATE = 1e-2  # 15,000 steps: gap 0.38 instead of 0.48 (planar), 0.60 instead of 0.68 (radial)

NORMALIZATION_KINDS: Mapping[Normalization, str] = {
    "running": BATCH_NORMALIZATION,
    "minibatch": BATCH_NORMALIZATION,
    "actnorm": ACTNORM,
    "box": ACTNORM,
}

POST: tuple[Role, ...] = ("layer", "normalization", "mixing")
CLASSIC: tuple[Role, ...] = ("layer", "normalization")  # of layers that move both coordinates, and need no mixing
GLOW: tuple[Role, ...] = ("layer", "mixing", "normalization")

SEARCHES = "has no formula for where it moves a particle, and has to search for it"
CLASSIC_DEFAULTS = {"layers": 32, "normalization": "none"}


@dataclass(frozen=True)
class Recipe:
    """A family. `block` is repeated for every layer, from the base to the target, after the stages of `first`.

    `layer` is the kind of the stage that learns a curve, `mixing` the kind of the one that lets the next layer move the
    other coordinate. Only every `normalization_period`-th layer is normalized. `defaults` are where the family differs
    from those of `FlowSpec`. A training step looks at `batch` points. The learning rate begins at `learning_rate`, and
    after `constant_steps` it also falls with the inverse square root of the number of steps. Adam shortens longer
    gradients to `clip_norm`, averages their squares with `second_decay` (β₂) at first and over more steps later, and
    shrinks all parameters by `weight_decay` times the learning rate in each step; the weight decay falls as the
    learning rate does. Kernels after the first layer of a network learn at `later_rate` times the learning rate. After
    each chunk of at most `lookahead` steps, all parameters move halfway back. If the loss is the NLL, the first
    training points are blurred by Gaussian noise whose standard deviation, in flow units, falls from `blur` to 0.
    A continuous family learns one velocity field, and its layers are the steps of an integrator. A family without
    log-scales does not bound them. One without networks has no tables either.

    For the families of extensions: `stages` are the classes of the stages, or the names to import them by. `objective`,
    a class or such a name, replaces the NLL as the loss. `options` are the options that only this family has, by name,
    each made by `option`. `bent` are the curves of its layers that can be bent. `takes_condition` says that its stages
    take a condition, as couplings do; families of flowviz take one if they have networks. `no_density` says, as a
    clause, why the family cannot learn from the log-density of a target; it is empty if it can.
    """

    title: str
    sentence: str
    layer: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    mixing: str = PERMUTE
    block: tuple[Role, ...] = POST
    normalization_period: int = 2
    first: tuple[str, ...] = ()
    batch: int = 256
    learning_rate: float = LEARNING_RATE
    constant_steps: int = 15_000
    clip_norm: float = 5.0
    second_decay: float = 0.999
    weight_decay: float = 0.0
    later_rate: float = 1.0
    lookahead: int | None = None
    blur: float = 0.0
    has_log_scale: bool = True
    has_bins: bool = False
    has_network: bool = True
    is_continuous: bool = False
    stages: tuple[Any, ...] = ()
    objective: Any = None
    options: Mapping[str, FieldInfo] = field(default_factory=dict)
    bent: tuple[str, ...] = ()
    takes_condition: bool = False
    no_density: str = ""

    @cached_property
    def own_fields(self) -> type[Spec]:
        """Return the spec of the options that only this family has."""
        fields: dict[str, Any] = {name: (info.annotation, info) for name, info in self.options.items()}
        return create_model(f"The flow {self.title}", __base__=Spec, **fields)


RECIPES: dict[Family, Recipe] = {
    # B. Saund, "Normalizing Flows" (blog post); Dinh et al. 2017, "Density estimation using Real NVP".
    "realnvp": Recipe(
        "RealNVP",
        "The blog post's flow: each coupling stretches and shifts one coordinate, depending on the other.",
        REAL_NVP,
        {"hats": 20, "waves": 4},
        batch=512,  # which takes hardly longer, because a step evaluates the networks at as many knots
        learning_rate=4e-3,
        constant_steps=3_000,  # with more, the loss of words of two letters rises by 0.15 nats
        clip_norm=1.0,  # a few points next to the letters have gradients that would undo what was learned
        second_decay=0.99,
        weight_decay=0.1,  # large weights saturate the bound of the log-scale
        later_rate=0.5,  # in eight layers, steps of later kernels add up to jumps of the loss
        lookahead=100,  # rises of the loss are a third as large
        blur=0.6,  # letters first take the shape of a cloud; the loss rises half as much later
    ),
    # Dinh et al. 2014, "NICE: Non-linear independent components estimation".
    "nice": Recipe(
        "NICE",
        "The ancestor of RealNVP: each coupling only shifts; only the scale and the normalizations change areas.",
        ADDITIVE_COUPLING,
        first=(SCALE,),
        has_log_scale=False,
    ),
    # Kingma & Dhariwal 2018, "Glow: Generative flow with invertible 1×1 convolutions".
    "glow": Recipe(
        "Glow",
        "Affine couplings with actnorm, and a learned linear map in place of each permutation.",
        REAL_NVP,
        {"normalization": "actnorm"},
        mixing=LINEAR_MIXING,
        block=GLOW,
        normalization_period=1,
    ),
    # Papamakarios et al. 2017, "Masked autoregressive flow for density estimation"; E. Jang's tutorial, part 2.
    "maf": Recipe(
        "MAF",
        "Masked autoregressive flow: moves the second coordinate depending on the new first one. "
        "Fast to train, slow to sample.",
        MASKED_AUTOREGRESSIVE,
        no_density="MAF moves particles one coordinate after the other, which is slow",
    ),
    # Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow".
    "iaf": Recipe(
        "IAF",
        "Inverse autoregressive flow: moves the second coordinate depending on the old first one. "
        "Fast to sample, slow to train.",
        INVERSE_AUTOREGRESSIVE,
    ),
    # Durkan et al. 2019, "Neural spline flows".
    "spline": Recipe(
        "Spline",
        "Each coupling bends one coordinate along a smooth rising curve, not a straight line: the sharpest letters.",
        SPLINE_COUPLING,
        {
            "layers": 4,
            "bins": 32,
            "min_bin_height": 1e-5,
            "hats": 64,
            "normalization": "box",
            "base": "uniform",
        },
        batch=1024,  # which takes hardly longer, because a step computes splines at the same number of knots
        has_log_scale=False,
        has_bins=True,
    ),
    # Lipman et al. 2023, "Flow matching for generative modeling".
    "flow_matching": Recipe(
        "Flow matching",
        "One network learns a velocity at every place and time, and particles drift along it in small steps.",
        FLOW_STEP,
        {
            "layers": 1,
            "width": 64,
            "depth": 3,
            "waves": 6,
            "base": "uniform",
            "normalization": "none",
            "pairing": "transport",
            "integrator": "midpoint",
            "integrator_steps": 20,
        },
        block=("layer",),
        learning_rate=5e-3,
        second_decay=0.99,
        has_log_scale=False,
        is_continuous=True,
        no_density="flow matching learns from pairs of a particle and a point of the target",
    ),
    # Rezende & Mohamed 2015, "Variational inference with normalizing flows".
    "planar": Recipe(
        "Planar",
        "The first flow of most courses: each layer pulls points apart or presses them together at one line. It shows "
        "the limits of simple layers: letters stay smeared.",
        PLANAR_LAYER,
        CLASSIC_DEFAULTS,
        no_density=f"a planar layer {SEARCHES}",
        block=CLASSIC,
        learning_rate=CLASSIC_LEARNING_RATE,
        has_log_scale=False,
        has_network=False,
    ),
    "radial": Recipe(
        "Radial",
        "The planar flow's companion in most courses: each layer moves points toward one center or away from it. It "
        "shows the limits of simple layers: letters stay blobs.",
        RADIAL_LAYER,
        CLASSIC_DEFAULTS,
        no_density=f"a radial layer {SEARCHES}",
        block=CLASSIC,
        learning_rate=CLASSIC_LEARNING_RATE,
        has_log_scale=False,
        has_network=False,
    ),
}

# Not among the families to choose from, because it cannot be trained.
RECORDED_RECIPE = Recipe(
    "Recorded flow",
    "A flow of another program, of which only the paths of some particles are known.",
    RECORDED,
    {"normalization": "none"},
    has_log_scale=False,
    has_network=False,
)
