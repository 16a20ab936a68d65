"""Knowledge of the displayed flow, and the reasons why a recorded flow, which has no map, disables some choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowviz.records import Trace, Weights
from flowviz.records.recorded_flow import COLUMN, RecordedFlow
from flowviz.specs import FlowSpec, Seen, ViewSpec
from flowviz.specs.condition import Condition
from flowviz.targets import Target
from flowviz.targets.best_velocity import best_velocity_problem

NO_MAP = "The flow was recorded from another program: flowviz knows its particles, but not the map that moves them."
NO_TRAINING = f"{NO_MAP} To train a flow on these particles, choose one in the Flow panel."
NO_COMPONENTS = "The base of this flow is not a mixture, so it has a single component."
NO_GRID = "The recording contains no grid, and without the map, flowviz cannot move one."
NO_LOG_DET = "The recording contains no log-determinants (an array log_det)."
NO_DENSITY = "The recording contains no densities of its particles (the arrays log_prob and log_det)."
# Tools, directions, figures and exports.
NEED_MAP = "probe", "bend", "encode", "four_panels", "latents", "ledger", "samples", "code"


@dataclass(frozen=True)
class Known:
    """Knowledge of a flow.

    Attributes:
        problems: Why marks, velocities, colors, tools, directions, figures and exports cannot be chosen, by name.
        columns: The names of the columns by which the particles can be colored.
        condition: The condition that it was told, or None.
        leaves_out: Whether it was trained with values of its condition left out, so that it can be guided.
        estimates_density: Whether the densities of a recorded flow are estimated from its particles. None for others.
    """

    problems: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    estimates_density: bool | None = None
    condition: Condition | None = None
    leaves_out: bool = False

    @classmethod
    def of(cls, flow: FlowSpec, weights: Weights | None, trace: Trace, target: Target | None = None) -> "Known":
        """Return what is known of a flow with weights, whose particles are those of a trace, and of its target."""
        if not flow.is_recorded or weights is None:
            problem = "" if target is None else best_velocity_problem(target, flow)
            problems = dict.fromkeys(("best", "difference"), problem) if problem else {}
            problems = problems if flow.base == "mixture" else {"component": NO_COMPONENTS, **problems}
            return cls(problems, condition=flow.condition, leaves_out=flow.leave_out > 0)
        recording = RecordedFlow(flow, weights)
        lacking: dict[str, str] = {
            **{mark: NO_GRID if mark == "grid" else NO_MAP for mark in recording.unknown_marks},
            "log_density": "" if trace.has_densities else NO_DENSITY,
            "log_det": "" if trace.has_log_dets else NO_LOG_DET,
        }
        problems = {**dict.fromkeys(NEED_MAP, NO_MAP), **{name: why for name, why in lacking.items() if why}}
        return cls(problems, tuple(trace.columns), estimates_density=not recording.has_density_grids)

    def possible(self, seen: Seen) -> Seen:
        """Return a view without what cannot be shown of the flow."""
        view, usual = seen.view, ViewSpec()
        changes: dict[str, Any] = {"marks": frozenset(mark for mark in view.marks if mark not in self.problems)}
        has_column = view.color_by != "column" or view.column in self.columns
        if view.color_by in self.problems or not has_column:
            changes |= {"color_by": usual.color_by, "column": usual.column}
        if view.velocity in self.problems:
            changes |= {"velocity": usual.velocity}
        direction = "generate" if "encode" in self.problems else seen.direction
        probe = None if "probe" in self.problems else seen.probe
        return seen.model_copy(update={"view": view.model_copy(update=changes), "direction": direction, "probe": probe})

    def together(self, others: Sequence["Known"]) -> "Known":
        """Return what can be shown of at least one flow, this one or another.

        A problem remains only if all flows have it.
        """
        problems = {name: why for name, why in self.problems.items() if all(name in other.problems for other in others)}
        columns = dict.fromkeys(name for known in (self, *others) for name in known.columns)
        return Known(problems, tuple(columns))


def color_choice(color_by: str, column: str | None) -> str:
    """Return the value of the color combo box for the colors of a view."""
    return f"{COLUMN}{column}" if color_by == "column" else color_by


def colors_of(choice: str) -> dict[str, Any]:
    """Return the fields of a view for a value of the color combo box."""
    is_column = choice.startswith(COLUMN)
    return {"color_by": "column" if is_column else choice, "column": choice.removeprefix(COLUMN) if is_column else None}
