"""The spec of a flow: its family, sizes and base distribution, and the names of its bijectors in drawing order."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from flowviz.errors import SpecError
from flowviz.specs.condition import ANY, Condition, Value
from flowviz.specs.fields import Option, described
from flowviz.specs.flow_choices import check_choices, check_condition
from flowviz.specs.recipes import (
    BASE,
    NORMALIZATION_KINDS,
    PERMUTE,
    RECIPES,
    RECORDED,
    RECORDED_RECIPE,
    VELOCITY_FIELD,
    Family,
    Normalization,
    Recipe,
)
from flowviz.specs.spec import Spec

ConditionerKind = Literal["network", "table"]
Pairing = Literal["independent", "transport"]
Integrator = Literal["euler", "midpoint", "rk4"]
BaseName = Literal["normal", "uniform", "student_t", "mixture"]
Arrangement = Literal["ring", "grid", "learned"]

INTEGRATOR_FIELDS = ("integrator", "integrator_steps")  # on which the weights do not depend
MIXTURE_DEFAULTS: Mapping[str, Any] = {"components": 8, "arrangement": "ring"}  # which other bases do not have
MAX_COMPONENTS = 9
TABLE_KNOTS = 129  # a power of two, and one
RUNNING_MOMENTUM, MINIBATCH_MOMENTUM = 0.9995, 0.99
MINIBATCH_WARNING = (
    "Minibatch normalization computes the loss with the statistics of each batch and draws with running averages: "
    "while it trains, picture and loss disagree, and the cloud may be flattened. Choose running to avoid that."
)
FLOW_OPTION = Option(name="flow", form="|".join(RECIPES))
MANY_WEIGHTS, WEIGHT_BYTES = 5_000_000, 200  # the bytes are of memory while training: measured for 34 million weights


class FlowSpec(Spec):
    """A family of flows and its sizes. Fields that are not given have the values of the family's recipe.

    Hat functions make sharp edges easy; triangle waves do so with far fewer numbers. A table has neither, nor a width
    or depth, so these keep their defaults beside one, and so do all of them in families without networks. Only the
    spline has bins, only flow matching a pairing and an integrator, which can change without changing the weights, and
    only a mixture base components and an arrangement. A batch-normalization momentum near 1 keeps the noise of single
    batches out of the averages: the gap varies less from seed to seed, and the clouds in between stay within a few
    units.
    """

    family: Annotated[Family, described("Family", "Family of the flow"), FLOW_OPTION] = "realnvp"
    layers: Annotated[int, described("Layers", "Number of trainable layers", ge=1, le=32)] = 8
    conditioner: Annotated[
        ConditionerKind,
        described(
            "Conditioner", "What decides how far a layer moves a point: a network, as in the post, or a table of values"
        ),
    ] = "network"
    width: Annotated[int, described("Width", "Units in each hidden layer of the networks", ge=1, le=1024)] = 32
    depth: Annotated[int, described("Depth", "Number of hidden layers in each network", ge=1, le=8)] = 2
    bins: Annotated[int | None, described("Bins", "Number of pieces of each spline", ge=2, le=256)] = None
    min_bin_height: Annotated[
        float | None,
        described(
            "Smallest bin height", "Smallest height of a piece of a spline, as a share of its interval", gt=0, le=1e-3
        ),
    ] = None
    hats: Annotated[
        int, described("Hat functions", "Number of hat functions of its input that a network sees", ge=0, le=1024)
    ] = 0
    waves: Annotated[
        int,
        described(
            "Waves",
            "Number of octaves of waves of its input that a network sees: triangle waves, or sines in flow matching",
            ge=0,
            le=12,
        ),
    ] = 0
    normalization: Annotated[
        Normalization,
        described(
            "Normalization",
            "How points are centered and scaled: between layers, to keep them in range, or only next to the target, "
            "whose box becomes a square",
        ),
    ] = "running"
    log_scale_bound: Annotated[
        float | None,
        described(
            "Log-scale bound", "Limit how much a layer can stretch, to a factor of e^±bound; or none", gt=0, le=20
        ),
        Option(form="BOUND|none", none="none"),
    ] = 1.0
    batch_normalization_momentum: Annotated[
        float,
        described(
            "Batch-normalization momentum",
            "Share of its running averages that a batch normalization keeps at each step",
            ge=0,
            lt=1,
        ),
    ] = RUNNING_MOMENTUM
    pairing: Annotated[
        Pairing | None,
        described(
            "Pairing",
            "How flow matching pairs particles of the base with points of the target: independently, or by a transport "
            "plan, which makes the paths nearly straight",
        ),
    ] = None
    integrator: Annotated[
        Integrator | None,
        described(
            "Integrator",
            "Method of each step of flow matching: Euler looks at the velocity once, midpoint twice, RK4 four times, "
            "for a smaller error",
        ),
    ] = None
    integrator_steps: Annotated[
        int | None,
        described(
            "Integrator steps",
            "Number of steps in which flow matching follows the velocity, from 1 to 100",
            ge=1,
            le=100,
        ),
    ] = None
    base: Annotated[
        BaseName,
        described(
            "Base distribution",
            "Where the particles start: one round Gaussian, an even square, a cloud with far outliers, or several "
            "Gaussians",
        ),
    ] = "normal"
    components: Annotated[
        int | None, described("Components", "Number of Gaussians of a mixture base", ge=2, le=MAX_COMPONENTS)
    ] = None
    arrangement: Annotated[
        Arrangement | None,
        described(
            "Arrangement", "Where the Gaussians of a mixture base are: on a ring, on a grid, or moved by the training"
        ),
    ] = None
    options: Mapping[str, bool | int | float | str] = Field(
        default_factory=dict, description="Options that only a family of an extension has, by name"
    )
    ignores_condition: Annotated[
        bool,
        described(
            "Ignore the condition",
            "Learn one density for all values of a condition, without knowing the value of each point",
        ),
    ] = False
    leave_out: Annotated[
        float,
        described(
            "Values left out",
            "Share of the points whose value a conditional flow is not told, so that it also learns all values "
            "together, as guidance needs; 0.1 is usual",
            ge=0,
            le=0.5,
        ),
    ] = 0.0
    condition: Annotated[
        Condition | None,
        Field(description="Condition of the densities that the flow learns; None if it learns one density"),
        Option(is_internal=True),
    ] = None
    given: Annotated[
        Value | None,
        Field(description="Value of the condition at which the flow is shown, or any"),
        Option(is_internal=True),
    ] = None
    guidance: Annotated[
        float,
        described(
            "Guidance",
            "Weight w of the value of a condition, which tilts the density to p(x|c)^w p(x)^(1−w); 1 is none",
            ge=0,
            le=5,
        ),
        Option(is_internal=True),
    ] = 1.0
    stages: Annotated[
        tuple[str, ...],
        Field(description="Names of the stages of a recorded flow, base first"),
        Option(is_internal=True),
    ] = ()
    seed: Annotated[
        int, described("Seed of the flow", "Seed of the flow's first numbers", ge=0, lt=2**63), Option(name="flow-seed")
    ] = 0

    def __hash__(self) -> int:
        """Return a hash. That of pydantic fails, because a mapping has none."""
        return hash(tuple(tuple(value.items()) if name == "options" else value for name, value in self))

    @property
    def recipe(self) -> Recipe:
        """Return what the family is made of."""
        return RECORDED_RECIPE if self.is_recorded else RECIPES[self.family]

    @property
    def is_recorded(self) -> bool:
        """Return whether the flow is one of another program, of which only particles are known."""
        return self.family == RECORDED

    @property
    def takes_condition(self) -> bool:
        """Return whether the flow can be conditional, because it has networks, or its extension says so."""
        is_told = self.recipe.takes_condition or not self.recipe.stages
        return is_told and self.recipe.has_network and self.conditioner == "network"

    @property
    def given_label(self) -> str:
        """Return at which value of the condition, and with which guidance, the flow is shown; empty without one."""
        if self.condition is None:
            return ""
        value = self.condition.label(self.condition.range[0] if self.given is None else self.given)
        of = "" if self.recipe.is_continuous else "density with "  # whose particles are not guided
        return f"{value}, {of}guidance {self.guidance:g}" if self.is_tilted else value

    @property
    def is_tilted(self) -> bool:
        """Return whether the density that is shown is tilted: p(x|c)^w p(x)^(1−w), with a weight w other than 1."""
        return self.condition is not None and self.guidance != 1 and self.given != ANY

    @property
    def guides_particles(self) -> bool:
        """Return whether the flow follows a guided velocity. The particles of other families are not guided."""
        return self.is_tilted and self.recipe.is_continuous

    @property
    def reach(self) -> float:
        """Return half the side of the square, in the units of the layers, that splines and hat functions divide."""
        ends_are_square = self.normalization == "box" and self.base == "uniform"
        return 2.0 if ends_are_square else 3.0  # a little more than the squares, or three standard deviations

    @property
    def warning(self) -> str | None:
        """Return what to know before training such a flow, in a sentence or two, or None."""
        found = [MINIBATCH_WARNING] if self.normalization == "minibatch" else []
        if self.weight_count >= MANY_WEIGHTS:
            memory = self.weight_count * WEIGHT_BYTES / 1e9
            found.append(
                f"This flow has about {self.weight_count / 1e6:.0f} million weights: training it takes about "
                f"{memory:.0f} GB of memory, and minutes before the first step."
            )
        return " ".join(found) or None

    @property
    def no_density(self) -> str:
        """Return why the flow cannot learn from the log-density of a target, as a clause; empty if it can."""
        if self.arrangement == "learned":
            return "particles would have to start at a base that is still being learned"
        return self.recipe.no_density or ("the family has a loss of its own" if self.recipe.objective else "")

    @property
    def weight_count(self) -> int:
        """Return the approximate number of weights of the networks, without the few numbers of other stages."""
        if self.conditioner != "network" or not self.recipe.has_network:
            return 0
        ends = self.hats + 2 * self.waves + 3 * (self.bins or 1)
        return self.layers * self.width * ((self.depth - 1) * self.width + ends)

    def shown_as(self, other: "FlowSpec") -> "FlowSpec":
        """Return this flow with the integrator of another one, and told the same, if both have that.

        The weights stay the same, and so does a training.
        """
        own = self.told_as(other)
        if not (self.recipe.is_continuous and other.recipe.is_continuous):
            return own
        return own.with_integrator(other.integrator, other.integrator_steps)

    def told_as(self, other: "FlowSpec") -> "FlowSpec":
        """Return this flow at the value of the condition of another one, and with its guidance, if it knows them."""
        if self.condition is None or self.condition != other.condition:
            return self
        if self.leave_out:
            return self.model_copy(update={"given": other.given, "guidance": other.guidance})
        return self.model_copy(update={"given": self.condition.range[0] if other.given == ANY else other.given})

    def conditioned_on(self, condition: Condition | None) -> "FlowSpec":
        """Return this flow with a condition, shown at its first value, or without one if it ignores conditions.

        Raises:
            SpecError: If the flow has no networks, or if it leaves out values although it has no condition.
        """
        if condition is None or self.ignores_condition:
            if self.leave_out:
                raise SpecError(
                    "The flow has no condition, so there are no values to leave out. Add one, or leave out none."
                )
            return self.without_condition
        has_same = condition == self.condition and self.given is not None
        given = self.given if has_same else condition.range[0]
        return FlowSpec(**{**dict(self), "condition": condition, "given": given})

    @property
    def without_condition(self) -> "FlowSpec":
        """Return this flow as it was before it got the condition of its target."""
        return self.model_copy(update={"condition": None, "given": None, "guidance": 1.0})

    def bijector_kinds(self) -> tuple[str, ...]:
        """Return the kind of each bijector, in order from the base to the target."""
        if self.is_recorded:
            return self.stages[1:]
        kinds = [*self.recipe.first]
        for layer in range(self.integrator_steps or self.layers):
            kinds += [kind for role in self.recipe.block if (kind := self._kind(role, layer)) is not None]
        return tuple(kinds[:-1] if kinds[-1] == PERMUTE else kinds)  # at the very end it would only mirror the target

    def stage_kinds(self) -> tuple[str, ...]:
        """Return the kind of each stage: `("base", "real_nvp", ...)`."""
        return self.stages or (BASE, *self.bijector_kinds())

    def stage_names(self) -> tuple[str, ...]:
        """Return the name of each stage, with its number: `("00_base", "01_real_nvp", ...)`.

        All numbers have as many digits as the last one, so that names of files sort in the order of the stages.
        """
        kinds = self.stage_kinds()
        digits = max(2, len(str(len(kinds) - 1)))
        return tuple(f"{stage:0{digits}d}_{kind}" for stage, kind in enumerate(kinds))

    def numbers_names(self) -> tuple[str, ...]:
        """Return the names under which the weights of the base and of the bijectors are stored.

        These are the names of the stages, except that all flow steps share one velocity field, and that everything
        about a recorded flow has one name.
        """
        if self.is_recorded:
            return (RECORDED,)
        return (VELOCITY_FIELD,) if self.recipe.is_continuous else self.stage_names()

    def with_integrator(self, integrator: Integrator | None = None, steps: int | None = None) -> "FlowSpec":
        """Return the same flow with another method or number of steps. None keeps the present one.

        Raises:
            SpecError: If a value is invalid, or the flow has no integrator.
        """
        changes = {"integrator": integrator, "integrator_steps": steps}
        return FlowSpec(**{**dict(self), **{name: value for name, value in changes.items() if value is not None}})

    def as_trained(self) -> "FlowSpec":
        """Return the same flow as a training measures it: with the integrator of its recipe, and at no other condition.

        The weights do not depend on how the flow is shown, so the state that a training keeps must not either.
        """
        usual = {name: self.recipe.defaults[name] for name in INTEGRATOR_FIELDS if self.recipe.is_continuous}
        return self.at_first_value().model_copy(update=usual)

    def at_first_value(self) -> "FlowSpec":
        """Return the same flow, shown at the first value of its condition, if it has one, and without guidance."""
        return self.model_copy(update={"given": self.condition.range[0] if self.condition else None, "guidance": 1.0})

    def _kind(self, role: str, layer: int) -> str | None:
        if role == "normalization":
            is_last = layer == self.layers - 1
            normalized = is_last if self.normalization == "box" else layer % self.recipe.normalization_period == 0
            return NORMALIZATION_KINDS.get(self.normalization) if normalized else None
        return self.recipe.layer if role == "layer" else self.recipe.mixing

    @model_validator(mode="before")
    @classmethod
    def _as_the_recipe_has_it(cls, values: Any) -> Any:
        recipes, family = {**RECIPES, RECORDED: RECORDED_RECIPE}, values.get("family", "realnvp")
        recipe = next((recipe for name, recipe in recipes.items() if name == family), None)
        if recipe is None:
            raise ValueError(f"There is no flow named {values['family']!r}. Choose one of {', '.join(RECIPES)}.")
        usual = {**recipe.defaults}
        if not recipe.has_log_scale:
            usual["log_scale_bound"] = None
        if values.get("normalization") == "minibatch":
            usual["batch_normalization_momentum"] = MINIBATCH_MOMENTUM
        found = {**usual, **values}
        if isinstance(own := values.get("options", {}), Mapping):
            found["options"] = dict(recipe.own_fields(**own)) if recipe.options else own
        missing = [name for name in MIXTURE_DEFAULTS if found.get("base") == "mixture" and found.get(name) is None]
        return {**found, **{name: MIXTURE_DEFAULTS[name] for name in missing}}

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        check_choices(self)
        check_condition(self)
        return self

    @model_serializer(mode="wrap")
    def _without_empty_options(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = serialize(self)
        empty = {name for name in ("options", "stages") if not getattr(self, name)}
        return {name: value for name, value in found.items() if name not in empty}
