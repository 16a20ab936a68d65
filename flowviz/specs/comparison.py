"""The spec of a comparison: several entrants, each a flow that learns a target, with the same budget."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import field_validator, model_validator

from flowviz.errors import SpecError
from flowviz.specs.fields import described
from flowviz.specs.flow import FlowSpec
from flowviz.specs.shares import counted
from flowviz.specs.spec import Spec
from flowviz.specs.target import TargetSpec, target_spec
from flowviz.specs.training import TrainingSpec, replaced, with_usual_budget

MAX_ENTRANTS = 6
MAX_SEEDS = 1000
MAX_NAME = 40  # characters

SHARED = ("target", "flow", "training")  # what a comparison can give to all entrants at once
Values = Mapping[str, Any]
FigureColumns = Literal["stages", "marks", "targets"]  # of the figure of a comparison


class Entrant(Spec):
    """A flow that learns a target, and how it is trained, under a name."""

    name: Annotated[str, described("Name", "Name of the flow, different from all other names")]
    target: Annotated[TargetSpec, described("Target", "The target that the flow learns")]
    flow: Annotated[FlowSpec, described("Flow", "The flow")]
    training: Annotated[TrainingSpec, described("Training", "How the flow is trained")]

    @field_validator("name")
    @classmethod
    def _is_short_and_printable(cls, name: str) -> str:
        if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > MAX_NAME:
            raise ValueError(f"{name!r} cannot be the name of a flow. Use 1 to {MAX_NAME} printable characters.")
        return name

    @property
    def seed(self) -> int:
        """Return the seed of the training."""
        return self.training.seed

    def with_later_seeds(self, offset: int) -> "Entrant":
        """Return this entrant with the seeds of its flow and of its training increased by an offset."""
        flow = self.flow.model_copy(update={"seed": self.flow.seed + offset})
        return self.model_copy(update={"flow": flow, "training": self.training.with_seed(self.seed + offset)})


class ComparisonSpec(Spec):
    """One to six entrants with different names and equal budgets, each of its own training time or of steps.

    "Several flows learn one target" and "one flow learns several targets" are both lists of entrants.
    """

    entrants: Annotated[tuple[Entrant, ...], described("Flows", f"1 to {MAX_ENTRANTS} flows")]
    seeds: Annotated[
        int,
        described("Seeds", "Number of runs of each flow, whose seeds count up from its own", ge=1, le=MAX_SEEDS),
    ] = 1
    baseline: Annotated[
        bool,
        described(
            "Limit by counting",
            "Whether the table has a line with the gap of an adaptive histogram of the target. It is no flow, because "
            "it takes the plane apart, but it shows how sharp a flow could be",
        ),
    ] = False

    @property
    def budget(self) -> TrainingSpec:
        """Return the training of the first entrant, whose seconds or steps are those of all."""
        return self.entrants[0].training

    @property
    def budget_words(self) -> str:
        """Return the budget of each entrant, such as "20 s of training" or "1,000 steps"."""
        return budget_words(self.budget)

    @model_validator(mode="after")
    def _can_be_compared(self) -> Self:
        count = len(self.entrants)
        if not count:
            raise ValueError("A comparison needs at least one flow.")
        if count > MAX_ENTRANTS:
            extra = (
                f"{_called(self.entrants[MAX_ENTRANTS].name)}{' and later ones' if count > MAX_ENTRANTS + 1 else ''}"
            )
            raise ValueError(f"A comparison can have up to {MAX_ENTRANTS} flows, not {count}. Leave out {extra}.")
        names = [entrant.name for entrant in self.entrants]
        if repeated := next((name for number, name in enumerate(names) if name in names[:number]), None):
            raise ValueError(f"{_called(repeated)} is listed twice. Give each flow a different name.")
        first = self.entrants[0]
        for other in self.entrants:
            if budget_words(other.training) != budget_words(first.training):
                raise ValueError(
                    f"{_called(other.name)}: its budget is {budget_words(other.training)}, but that of "
                    f'"{first.name}" is {budget_words(first.training)}. Give all flows the same budget.'
                )
        return self


def with_learning_rates(spec: ComparisonSpec, rates: Sequence[float]) -> ComparisonSpec:
    """Return a comparison that trains each entrant with each of the given learning rates.

    Args:
        spec: The comparison.
        rates: The learning rates. Each becomes part of the names of its entrants.

    Raises:
        SpecError: If a rate is out of range, or if the comparison would have too many entrants.
    """
    entrants = [
        Entrant(
            **{
                **dict(entrant),
                "name": f"{entrant.name}, rate {rate:g}",
                "training": TrainingSpec(**{**dict(entrant.training), "learning_rate": rate}),
            }
        )
        for entrant in spec.entrants
        for rate in sorted({*rates})
    ]
    return ComparisonSpec(**{**dict(spec), "entrants": tuple(entrants)})


def budget_words(training: TrainingSpec) -> str:
    """Return the budget of a training, such as "20 s of training" or "1,000 steps"."""
    return f"{training.seconds:.15g} s of training" if training.steps is None else counted(training.steps, "step")


def comparison_spec(values: Any) -> ComparisonSpec:
    """Return the comparison that JSON values describe, such as those that `ComparisonSpec.model_dump` returned.

    A target, a flow and a training beside the entrants apply to all of them. Without a list of entrants, they describe
    the only entrant, which is named after its family. An entrant can replace the target and
    single fields of the others; a flow of another family begins with the defaults of that family.

    Args:
        values: `{"entrants": [{"name": NAME, "target": {...}, "flow": {...}, "training": {...}}, ...], "seeds": N,
            "baseline": BOOL, "target": {...}, "flow": {...}, "training": {...}}`, of which only names of entrants and
            targets are required.

    Raises:
        SpecError: If the values are invalid. The message names the flow.
    """
    given = _object(values, "A comparison", (*ComparisonSpec.model_fields, *SHARED))
    only = [{"name": _part("flow", given).get("family", FlowSpec().family)}] if given.keys() & {*SHARED} else []
    entrants = given.get("entrants", only)
    if not isinstance(entrants, list | tuple):
        raise SpecError('The flows of a comparison, its "entrants", must be a list.')
    shared = {name: given[name] for name in SHARED if name in given}
    own = {name: given[name] for name in ComparisonSpec.model_fields if name in given}
    return ComparisonSpec(**{**own, "entrants": tuple(_entrants(entrants, shared))})


def _entrants(entrants: Iterable[Any], shared: Values) -> Iterable[Entrant]:
    for number, values in enumerate(entrants, start=1):
        name = values.get("name") if isinstance(values, Mapping) else None
        label = _called(name) if isinstance(name, str) and name.isprintable() else f"Flow {number}"
        yield _entrant(_object(values, label, ("name", *SHARED)), shared, label)


def _entrant(values: Values, shared: Values, label: str) -> Entrant:
    if not isinstance(values.get("name"), str):
        raise SpecError(f'{label} has no name. Give it one, such as "name": "spline".')
    target = values.get("target", shared.get("target"))
    if target is None:
        raise SpecError(f'{label} has no target. Give it one, or put a "target" for all flows next to the list.')
    try:
        training = TrainingSpec(**with_usual_budget(replaced(_part("training", shared), _part("training", values))))
        flow = _flow(*(_part("flow", source) for source in (values, shared)))
        flow_spec = FlowSpec(**{"seed": training.seed, **flow})
        return Entrant(name=values["name"], target=target_spec(target), flow=flow_spec, training=training)
    except SpecError as error:
        raise SpecError(f"{label}: {error}") from error


def _flow(own: Values, shared: Values) -> Values:
    """Return the fields of a flow. Of another family, it shares only the seed."""
    if own.get("family", shared.get("family")) != shared.get("family"):
        shared = {name: value for name, value in shared.items() if name == "seed"}
    return {**shared, **own}


def _part(name: str, source: Values) -> Values:
    found = source.get(name, {})
    if isinstance(found, Spec):
        return found.model_dump()
    if not isinstance(found, Mapping):
        raise SpecError(f"The {name} must be an object with the fields of a {name}.")
    return found


def _object(values: Any, label: str, known: tuple[str, ...]) -> Values:
    if not isinstance(values, Mapping):
        raise SpecError(f"{label} must be an object with the fields {', '.join(known)}.")
    if unknown := next((name for name in values if name not in known), None):
        raise SpecError(f'{label} has no field "{unknown}". Its fields are {", ".join(known)}.')
    return values


def _called(name: str) -> str:
    return f'Flow "{name}"'
