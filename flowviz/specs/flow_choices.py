"""Which choices of a flow go together."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowviz.errors import SpecError
from flowviz.specs.condition import ANY

if TYPE_CHECKING:
    from flowviz.specs.flow import FlowSpec

NETWORK_FIELDS = ("width", "depth", "hats", "waves")  # fields of `FlowSpec` that a table does not have
PATH_WORDS = {"pairing": "a pairing", "integrator": "an integrator", "integrator_steps": "integrator steps"}
SOLE_FIELDS = {"layers": 1, "conditioner": "network", "hats": 0, "normalization": "none"}  # of a continuous flow


def check_choices(flow: "FlowSpec") -> None:
    """Raise `ValueError` if the family of a flow does not have all of its fields."""
    recipe = flow.recipe
    if (len(flow.stages) > 1) != flow.is_recorded:
        raise ValueError("A recorded flow has the names of at least two stages, and no other flow has names.")
    if flow.options and not recipe.options:
        raise ValueError(f"The {flow.family} flow has no options of its own. Leave out {' and '.join(flow.options)}.")
    if flow.log_scale_bound is not None and not recipe.has_log_scale:
        raise ValueError(f"The {flow.family} flow has no log-scale to bound.")
    if {flow.bins is not None, flow.min_bin_height is not None} != {recipe.has_bins}:
        raise ValueError("Only the spline flow has bins, and it needs at least 2.")
    if flow.base != "mixture" and (flow.components, flow.arrangement) != (None, None):
        raise ValueError("Only a mixture base has components and an arrangement. Leave them out, or choose a mixture.")
    _check_path(flow)
    _check_network(flow)


def check_condition(flow: "FlowSpec") -> None:
    """Raise `ValueError` if a flow cannot have its condition, or cannot be shown as it is."""
    if flow.condition and not flow.takes_condition:
        what = "table" if flow.conditioner == "table" else f"{flow.family} flow"
        reason = "does not take a condition" if flow.recipe.stages else "has no networks"
        raise ValueError(
            f"A {what} {reason}, so it cannot be conditional. Choose another flow, or ignore the condition."
        )
    if (flow.given == ANY or flow.guidance != 1) and not flow.leave_out:
        raise ValueError(
            "The flow was always told the value of the condition, so it never learned all values together: it has no "
            "guidance, and no value 'any'. Train one that leaves out some values, such as 0.1 of them."
        )


def check_particles(flow: "FlowSpec") -> None:
    """Raise `SpecError` if the particles of a flow are not guided, although its density is."""
    if flow.is_tilted and not flow.guides_particles:
        raise SpecError(
            "Guidance changes only the density of this flow, which pictures show, and none of its particles. Set it to "
            "1, or train flow matching."
        )


def _check_path(flow: "FlowSpec") -> None:
    needs = flow.recipe.is_continuous
    if wrong := [words for name, words in PATH_WORDS.items() if (getattr(flow, name) is None) == needs]:
        raise ValueError(f"{'Flow matching needs' if needs else 'Only flow matching has'} {' and '.join(wrong)}.")
    if needs and (names := _differing(flow, SOLE_FIELDS)):
        raise ValueError(f"Flow matching learns one network for all steps. Leave out its {' and '.join(names)}.")
    if needs and flow.arrangement == "learned":
        raise ValueError("Flow matching cannot learn its base. Arrange the components on a ring or on a grid.")


def _check_network(flow: "FlowSpec") -> None:
    fields = type(flow).model_fields
    usual = {name: flow.recipe.defaults.get(name, fields[name].default) for name in NETWORK_FIELDS}
    if not flow.recipe.has_network and (names := _differing(flow, {"conditioner": "network", **usual})):
        raise ValueError(f"The {flow.family} flow has no networks or tables. Leave out the {' and '.join(names)}.")
    if flow.conditioner == "table" and (names := _differing(flow, usual)):
        raise ValueError(f"A table has no {' and no '.join(names)}. Leave that out, or choose a network.")


def _differing(flow: "FlowSpec", usual: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields whose values differ from the given usual values."""
    return [name for name, value in usual.items() if getattr(flow, name) != value]
