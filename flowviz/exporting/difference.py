"""The picture of the difference between two flows of a comparison."""

import json
from dataclasses import replace
from typing import Any

from flowviz.errors import SpecError
from flowviz.exporting.export import Export
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.scene_fields import difference
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import Shot
from flowviz.projects import Comparison, Project
from flowviz.records import Scene
from flowviz.records.provenance import Provenance
from flowviz.records.recorded_flow import RecordedFlow
from flowviz.specs import ExportSpec, PictureSize
from flowviz.specs.fields import with_values

Names = tuple[str, str]  # of two entrants, A and B


class DifferenceExport(Export):
    """A picture of log p_A − log p_B in the plane of the target, with the particles of A colored by it.

    It loads TensorFlow, and is reproducible to the byte.
    """

    def __init__(
        self, comparison: Comparison, names: Names, spec: ExportSpec, keeper: FlowKeeper | None = None
    ) -> None:
        """Prepare a picture; nothing is written yet.

        Args:
            comparison: The comparison.
            names: Names of the entrants A and B.
            spec: What to write: a picture of the last stage, and its format, size and view.
            keeper: A cache of the flow A for previews.

        Raises:
            SpecError: If there is no such entrant, their targets differ, or the spec asks for something else.
        """
        first, second = checked_pair(comparison, names)
        if spec.what != "view" or spec.seen.direction != "generate":
            raise SpecError("A difference can only be exported as a picture of the last stage.")
        if (spec.seen.stage, spec.seen.moment) != (None, None):
            raise SpecError("A difference is that of the trained flows, at the last stage. Leave out stage and moment.")
        self._names, self._other = names, second
        super().__init__(first, with_values(spec, {"marks": spec.seen.view.marks - {"density"}}), keeper)

    def _scenes(self, particles: int | None, keeper: FlowKeeper | None = None) -> Scenes:
        return _DifferenceScenes(
            self._names, self._other, self._project, self._spec.seen, particles, self._shots, keeper
        )

    @property
    def _provenance(self) -> Provenance:
        own, other = super()._provenance, self._other
        rival = {"names": self._names, "other": other.flow.model_dump(mode="json", exclude_defaults=True)}
        description = json.dumps({**json.loads(own.description), **rival}, ensure_ascii=False, sort_keys=True)
        return own._replace(title=" minus ".join(self._names), description=description)


class _DifferenceScenes(Scenes):
    """The scenes of the flow A, with its difference from the flow B."""

    def __init__(self, names: Names, other: Project, *arguments: Any) -> None:
        """Create the scenes; the other arguments are those of `Scenes`."""
        super().__init__(*arguments)
        self._names, self._other, self._other_keeper = names, other, FlowKeeper()

    def title(self, shot: Shot, scene: Scene) -> str:
        """Return the title of the picture."""
        kept = [(self._project.flow, self._project.weights), (self._other.flow, self._other.weights)]
        is_estimate = any(
            flow.is_recorded and not RecordedFlow(flow, weights).has_density_grids for flow, weights in kept
        )
        return "{}log density: {} minus {}".format("estimated " if is_estimate else "", *self._names)

    def _completed(self, scene: Scene, shot: Shot, size: PictureSize) -> Scene:
        found, other = super()._completed(scene, shot, size), self._other
        if found.difference is not None:
            return found
        second = self._other_keeper.flow(other.flow, other.weights, other.edits)
        around = self.rectangle(shot, size)
        return replace(found, difference=difference(self._flow(shot.moment), second, found.trace, around, self._names))


def checked_pair(comparison: Comparison, names: Names) -> tuple[Project, Project]:
    """Return the projects of two entrants whose densities can be compared.

    Raises:
        SpecError: If there is no such entrant, both are the same one, one is untrained, or their targets differ.
    """
    first, second = (comparison[name] for name in names)
    if first is second:
        raise SpecError(f"The difference of {names[0]!r} from itself is 0 everywhere. Choose two flows.")
    untrained = [name for name in names if not comparison[name].weights.parameters]
    if untrained:
        raise SpecError(f"{untrained[0]!r} has not been trained yet, so it has no density to compare.")
    if first.target != second.target:
        raise SpecError(
            f"{names[0]!r} learns '{first.target.title}', and {names[1]!r} learns '{second.target.title}'. "
            "Two densities can only be compared if the flows learn the same target."
        )
    return first, second
