"""What the window shows, written to files."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from flowviz.app.questions import FlowKeeper, Subject
from flowviz.records import Scene, Snapshot, Timeline, Trace
from flowviz.rendering import visible_rectangle, write_frames, write_overview, write_playback
from flowviz.rendering.frames import OVERVIEW_NAME, playback_names
from flowviz.specs import PictureSize, Playback, ViewSpec

What = Literal["stages", "overview", "playback"]
WHAT: Mapping[What, str] = {
    "stages": "Every stage",
    "overview": "All stages in one",
    "playback": "What plays",
}


@dataclass(frozen=True)
class Export:
    """A scene of a flow as it is seen, at a stage; and as it plays, through the layers, the training or both.

    `encode` pulls points of the target back through a flow; None where particles of the base are seen.
    """

    subject: Subject
    scene: Scene
    stage: int
    view: ViewSpec
    playback: Playback
    timeline: Timeline
    encode: Callable[[FlowKeeper, Subject], Trace] | None = None

    def names(self, what: What, rate: int) -> list[str]:
        """The files that would be written, `rate` frames a second of playing."""
        if what == "overview":
            return [OVERVIEW_NAME]
        if what == "playback":
            return playback_names(self.playback, self.scene.trace.last_stage, rate)
        return [f"{name}.png" for name in self.scene.trace.names]

    def written(self, what: What, folder: Path, size: PictureSize, rate: int) -> Generator[Path, None, None]:
        """Write them; yields each as it is drawn. Loads TensorFlow where something is to be computed by the flow."""
        scene = replace(self.scene, density=None, grid=None)  # they may be of a moment ago
        painter = _Painter(self, FlowKeeper(), size)
        if what == "overview":
            return write_overview(painter.completed(scene, self.stage, self.subject), folder, self.view, size)
        if what == "playback":
            return write_playback(painter.at, folder, self.view, size, self.playback, scene.trace.last_stage, rate)
        return write_frames(
            scene, folder, self.view, size, complete=lambda scene, stage: painter.completed(scene, stage, self.subject)
        )


@dataclass
class _Painter:
    """Completes the scenes of an export, in its thread."""

    export: Export
    keeper: FlowKeeper
    size: PictureSize
    _last: Scene | None = None
    _subject: Subject | None = None

    def at(self, position: float) -> tuple[Scene, float]:
        """The scene, and the stage, at a position of the playing."""
        export = self.export
        stage = float(export.stage) if export.playback.through == "training" else position
        subject, trace = self._moment(position)
        if self._last is None or subject is not self._subject:
            self._last = replace(export.scene, trace=trace, density=None, grid=None)
            self._subject = subject
        self._last = self.completed(self._last, round(stage), subject)
        return self._last, stage

    def completed(self, scene: Scene, stage: int, subject: Subject) -> Scene:
        """The scene with what the view shows of it beside the particles."""
        view = self.export.view
        if not view.marks & {"density", "grid"}:
            return scene
        from flowviz.flows.scenes import completed  # loads TensorFlow

        return completed(self.keeper.flow(subject), scene, stage, view, visible_rectangle(view, self.size))

    def _moment(self, position: float) -> tuple[Subject, Trace]:
        """The flow, and its particles, at a position of the playing."""
        export = self.export
        snapshots = [moment for moment in export.timeline.moments if isinstance(moment, Snapshot)]
        if export.playback.through == "layers" or not snapshots:
            return export.subject, export.scene.trace
        snapshot = snapshots[round(position / max(export.scene.trace.last_stage, 1) * (len(snapshots) - 1))]
        if self._subject is not None and snapshot.weights is self._subject.weights and self._last is not None:
            return self._subject, self._last.trace
        subject = Subject(export.subject.spec, snapshot.weights)
        return subject, export.encode(self.keeper, subject) if export.encode else snapshot.trace
