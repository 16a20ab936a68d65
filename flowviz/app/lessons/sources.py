"""The sources of observations: functions that read them from the states of the window."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from flowviz.app.document.document import Document
from flowviz.app.pane.playhead import Playhead
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.pages import ShapeContents, TextContents
from flowviz.app.state.request import Request
from flowviz.app.state.view import View, ViewState
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.session import Session
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import Compared
from flowviz.lessons.outset import spec_observations
from flowviz.records import Advanced, Event, Finished, Preparing, Progress, Recovered, Trial
from flowviz.records.events import Ending
from flowviz.specs.edits import Edits

TRAINING_WORDS = {
    TrainingState.PREPARING: "preparing",
    TrainingState.TRAINING: "running",
    TrainingState.PAUSED: "paused",
    TrainingState.STOPPING: "stopping",
}
ENDING_WORDS: Mapping[Ending | None, str] = {
    "completed": "ended",
    "patience": "ended",
    "stopped": "ended",
    "interrupted": "ended",
    "diverged": "diverged",
    None: "idle",
}


def view_observations(value: View, viewer: Viewer) -> Mapping[str, Any]:
    """Observe what is shown."""
    seen, view = value.seen, value.seen.view
    probe = seen.probe
    timeline = viewer.moments.timeline
    return {
        "stage": value.stage,
        "last_stage": value.last_stage,
        "stage_kind": _kind(viewer, value.stage),
        "moment": timeline.moments[timeline.nearest(seen.moment)].step if timeline.moments else None,
        "live": viewer.moments.is_live,
        "marks": view.marks,
        "color_by": view.color_by,
        "direction": seen.direction,
        "beside": view.beside,
        "overview": seen.overview,
        "tool": value.tool,
        "probe": probe is not None,
        "probe_stage": probe[0] if probe else None,
        "probe_x": probe[1][0] if probe else None,
        "probe_y": probe[1][1] if probe else None,
        "probe_density": _probe_density(viewer) if probe else None,
        "selection": value.selection.count if value.selection else 0,
        "fitted": seen.fitted,
        "playing": viewer.playhead.is_playing.value,
    }


def _probe_density(viewer: Viewer) -> float | None:
    """Return the density of the flow where the probed point is at the last stage. None while it is computed."""
    path = viewer.scenes.scene.probe
    return None if path is None else float(np.exp(path.log_density(path.last_stage)[0]))


def _kind(viewer: Viewer, stage: int) -> str | None:
    """Return the kind of a stage: its name without its number."""
    names = viewer.scenes.generated.names
    return names[stage].partition("_")[2] if stage < len(names) else None


def is_end_of_playback(playhead: Playhead, view: ViewState, stage: int) -> bool:
    """Return whether the playhead, which has reached a stage, plays and is at the end."""
    value = view.value
    end = value.last_stage if value.seen.playback.heading == "forward" else 0
    return playhead.is_playing.value and stage == end


def edit_observations(edits: Edits) -> Mapping[str, Any]:
    """Return what is observed of the edits of layers."""
    bumps = sum(len(edit.bumps) for edit in edits.layers.values())
    return {"disabled_layers": sorted(edits.disabled), "bumps": bumps}


def request_observations(value: Request) -> Mapping[str, Any]:
    """Observe what is requested next."""
    flow, training = value.plan.flow, value.plan.training.of_family(value.plan.flow.recipe)
    contents = value.pages.of(value.kind)
    return {
        "target_kind": value.kind,
        "text": contents.text if isinstance(contents, TextContents) else None,
        "shape": contents.shape if isinstance(contents, ShapeContents) else None,
        **spec_observations(flow),
        **spec_observations(training),
    }


class TrainingSource:
    """Observes the training, and the metrics of the moment that is shown."""

    def __init__(
        self, session: Session, runner: TrainingRunner, status: TrainingStatus, document: Document[Any]
    ) -> None:
        self._session, self._metrics = session, status.metrics
        self._ending: Ending | None = None  # of the training that began since a project was opened
        self._steps, self._recoveries = 0, 0
        document.opened.connect(self._begin)
        runner.turn_taken.connect(lambda turn: self._on_event(turn.event) if turn.name == runner.job.attended else None)

    def read(self) -> Mapping[str, Any]:
        """Return the observations."""
        metrics, share = self._metrics, self._metrics.on_target
        return {
            "training": TRAINING_WORDS.get(self._session.state) or ENDING_WORDS[self._ending],
            "trained_as_requested": self._is_as_requested,
            "steps": self._steps,
            "recoveries": self._recoveries,
            "nll": metrics.nll,
            "entropy": metrics.entropy,
            "gap": metrics.gap,
            "on_target": None if share is None else 100 * share,
            "covered": metrics.covered,
        }

    @property
    def _is_as_requested(self) -> bool:
        plan = self._session.displayed.plan if self._session.displayed is not None else None
        return self._ending in {"completed", "patience"} and plan == self._session.shown.request.plan

    def _begin(self) -> None:
        steps = self._session.project().history.step
        self._ending, self._recoveries, self._steps = None, 0, int(steps[-1]) if len(steps) else 0

    def _on_event(self, event: Event | Trial) -> None:
        match event:
            case Preparing():
                self._ending, self._recoveries = None, 0
            case Progress() | Advanced():
                self._steps = event.step
            case Recovered():
                self._recoveries = event.recoveries
            case Finished():
                self._ending, self._steps = event.ending, event.progress.step


def comparison_observations(value: Compared) -> Mapping[str, Any]:
    """Observe the comparison that is shown; without entrants, there is none."""
    return {
        "comparison": bool(value.runs),
        "comparison_entrants": len(value.runs),
        "comparison_different": len({run.requested.plan for run in value.runs}),
        "comparison_families": frozenset(run.project.flow.family for run in value.runs),
        "pane": value.names.index(value.selected) + 1 if value.runs else None,
        "comparison_training": _comparison_state(value) if value.runs else None,
        "comparison_spent": 100 * min(run.fraction for run in value.runs) if value.runs else None,
        "comparison_best": _best(value),
    }


def _comparison_state(value: Compared) -> str:
    if word := TRAINING_WORDS.get(value.state):
        return word
    return "ended" if all(run.has_ended for run in value.runs) else "idle"


def _best(value: Compared) -> str | None:
    """Return the family of the entrant with the smallest gap. None while one of them has none."""
    gaps = [(run.gap, run.project.flow.family) for run in value.runs]
    known = [(gap, family) for gap, family in gaps if gap is not None]
    return min(known)[1] if known and len(known) == len(gaps) else None
