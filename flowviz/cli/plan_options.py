"""The options that describe a training: its flow and its budget, and the plan that they amount to."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from flowviz.cli.spec_options import Given, options_like, parsed, read_spec, spec_options, takes
from flowviz.cli.target_sources import Sources, with_condition_value
from flowviz.errors import SpecError
from flowviz.projects import Plan
from flowviz.specs import (
    PRESETS,
    RECIPES,
    FlowSpec,
    PresetName,
    TargetSpec,
    TrainingSpec,
    target_spec,
)
from flowviz.specs.fields import SpecField, fields_of
from flowviz.specs.flow import MIXTURE_DEFAULTS
from flowviz.specs.target import TARGETS, condition_of
from flowviz.specs.training import replaced, with_usual_budget

OWN = "flowviz.own_options"  # key of the options of extensions in `Context.meta`
PLAN = ("target", "flow", "training")
PRESET_HELP = "; ".join(f"{name}: {preset.title}. {preset.sentence}" for name, preset in PRESETS.items())
ADJUSTABLE = "learning_rate", "clip_norm", "batch"  # when a training continues


class FlowCommand(TyperCommand):
    """A command that, if it has `--flow`, also has the options of all families that extensions have registered."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return all options, including those that extensions registered after the command was built."""
        usual = super().get_params(ctx)
        names = {name: option.name for option in usual for name in option.opts}
        own = _own_fields() if "--flow" in names else {}
        if taken := [field.option_name for field in own.values() if f"--{field.option_name}" in names]:
            raise SpecError(f"The command {self.name} already has --{taken[0]}. Rename the option of the extension.")
        return [*usual, *options_like(own)] if own else usual

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the options. Those of extensions, which the command function does not know, go to `flow_fields`."""
        rest: list[str] = super().parse_args(ctx, with_condition_value(args))
        if "flow" in ctx.params:
            given = {name: ctx.params.pop(name) for name in _own_fields()}
            ctx.meta[OWN] = {name: value for name, value in given.items() if value is not None}
        return rest


def _own_fields() -> Mapping[str, SpecField]:
    """Return the options that only families of extensions have, by name."""
    return {name: SpecField(name, info) for recipe in RECIPES.values() for name, info in recipe.options.items()}


def flow_fields(fields: Mapping[str, SpecField]) -> Callable[..., Given]:
    """Return a function for `takes` with an option for each of the given fields of a flow, for a `FlowCommand`."""

    @takes(fields=spec_options(fields))
    def given(fields: Given, context: typer.Context) -> Given:
        own = context.meta.get(OWN)
        return {**fields, "options": own} if own else fields

    return given


@takes(fields=flow_fields(fields_of(FlowSpec)))
def flow_options(
    fields: Given,
    preset: Annotated[PresetName | None, typer.Option(help=f"A flow for a purpose. {PRESET_HELP}.")] = None,
) -> Given:
    """Return the fields of a flow that the options set."""
    if preset is None:
        return fields
    if "family" in fields:
        raise SpecError("Give either --preset or --flow.")
    return {**PRESETS[preset].choices, **fields}


training_options = spec_options(fields_of(TrainingSpec))
settings_options = spec_options({name: fields_of(TrainingSpec)[name] for name in ADJUSTABLE})


def requested_plan(sources: Sources, flow: Given, training: Given, file: Path | None) -> Plan:
    """Return the training that options ask for, beginning with a file of `--spec`.

    Raises:
        SpecError: The options or the values in the file are wrong, or do not go together.
        FileError: A file cannot be read.
    """
    values = _read_plan(file)
    budget = TrainingSpec(**with_usual_budget(replaced(values.get("training", {}), training)))
    flow_spec, target = _flow(flow, values.get("flow", {}), budget.seed), _target(sources, values)
    return Plan(target, flow_spec.conditioned_on(condition_of(target)), budget)


def requested_target(sources: Sources, file: Path | None) -> TargetSpec:
    """Return the target that options ask for, or else a file of `--spec`. Raises as `requested_plan` does."""
    return _target(sources, _read_plan(file))


def _read_plan(file: Path | None) -> dict[str, Any]:
    """Return the specs of a training by name, from a file that holds some of them, or one alone."""
    targets = {name for kind in TARGETS.values() for name in kind.model_fields}
    alone = (TrainingSpec.model_fields, ("training",)), (FlowSpec.model_fields, ("flow",)), (targets, ("target",))
    values = read_spec(file, (PLAN, ()), *alone)
    if values.keys() - set(PLAN) or not all(isinstance(value, dict) for value in values.values()):
        raise SpecError(f"{file} is not the spec of a training: a JSON object whose keys are any of {', '.join(PLAN)}.")
    return values


def _target(sources: Sources, values: Mapping[str, Any]) -> TargetSpec:
    return target_spec(values["target"]) if "target" in values and not sources.are_given else sources.target()


def _flow(given: Given, base: Mapping[str, Any], seed: int) -> FlowSpec:
    """Return the flow; another family or base distribution than in the file begins with its own defaults."""
    start = {} if "family" in given else base
    if "base" in given:
        start = {name: value for name, value in start.items() if name not in MIXTURE_DEFAULTS}
    own = {"options": {**start.get("options", {}), **given["options"]}} if "options" in given else {}
    return FlowSpec(**{"seed": seed, **start, **parsed(FlowSpec, given), **own})
