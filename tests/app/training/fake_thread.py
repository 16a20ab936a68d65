"""A thread that trains nothing: a test sends its turns."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.training.worker import Work
from flowviz.projects import Comparison
from flowviz.projects.moments import without_particles
from flowviz.records import Event, Finished, Moment, Trial
from flowviz.specs import TargetSpec
from flowviz.targets import Target
from flowviz.training import Change, Retarget, Turn


class FakeThread(QObject):
    """A training thread whose turns are sent by a test."""

    turn_taken = pyqtSignal(int, object)
    ended = pyqtSignal(int)
    failed = pyqtSignal(int, object)

    def __init__(
        self, number: int, work: Work, comparison: Comparison, built: Mapping[TargetSpec, Target], previous: Any
    ) -> None:
        super().__init__()
        self.number, self.work, self.comparison, self.previous = number, work, comparison, previous
        self.built = built
        self.calls, self.changes = list[str](), list[Change]()

    def take(self, key: str, event: Event, **changed: Any) -> None:
        """Send an event of an entrant, whose project it changes, and its result after the last one."""
        project = self.comparison[key].after(event)
        moment = event.snapshot if isinstance(event, Finished) else event
        if isinstance(moment, Moment):
            project = replace(project, timeline=project.timeline.with_moment(without_particles(moment)))
        project = replace(project, **changed)
        self.comparison = self.comparison.with_project(key, project)
        self.turn_taken.emit(self.number, Turn(key, event, self.comparison))
        if isinstance(event, Finished):
            self.send_result(key, event.ending, event.figures())

    def send_result(self, key: str, ending: Any, figures: Mapping[str, float | None]) -> None:
        """Send the result of an entrant."""
        project = self.comparison[key]
        trial = Trial(project.flow.family, 1e-3, project.training.seed, ending, True, figures, name=key)
        self.comparison = self.comparison.with_trial(trial)
        self.turn_taken.emit(self.number, Turn(key, trial, self.comparison))

    @property
    def followed(self) -> TargetSpec | None:
        """The target that it was asked to learn last."""
        return next((each.spec for each in reversed(self.changes) if isinstance(each, Retarget)), None)

    def start(self) -> None:
        self.calls.append("start")

    def pause(self) -> None:
        self.calls.append("pause")

    def resume(self) -> None:
        self.calls.append("resume")

    def change(self, change: Change, /) -> None:
        self.changes.append(change)

    def keep_target(self) -> None:
        self.changes = [each for each in self.changes if not isinstance(each, Retarget)]

    def stop(self) -> None:
        self.calls.append("stop")

    def abandon(self) -> None:
        self.calls.append("abandon")
