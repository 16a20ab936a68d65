"""Families of flows: a recipe, and the classes of stages that it names."""

from flowviz.errors import SpecError
from flowviz.flows.normalization import ActNorm, BatchNormalization
from flowviz.flows.objective import MaximumLikelihood, Objective
from flowviz.flows.stage import Stage
from flowviz.specs import FlowSpec, recipes

NORMALIZATIONS: tuple[type[Stage], ...] = (BatchNormalization, ActNorm)  # that any family can have


class Family:
    """A family: its name in `RECIPES`, its objective, and the classes of its stages other than normalizations."""

    def __init__(
        self, name: recipes.Family, *classes: type[Stage], objective: type[Objective] = MaximumLikelihood
    ) -> None:
        self.name, self.objective = name, objective
        self._classes = {each.kind: each for each in (*classes, *NORMALIZATIONS)}

    def stages(self, spec: FlowSpec) -> tuple[Stage, ...]:
        """Return the stages of a flow of this family, in drawing order: from the base to the data."""
        names = spec.stage_names()[1:]
        if missing := set(spec.bijector_kinds()) - set(self._classes):
            raise SpecError(f"The flow {self.name} has no class for the stage {missing.pop()} of its recipe.")
        return tuple(self._classes[kind](name, spec) for kind, name in zip(spec.bijector_kinds(), names, strict=True))
