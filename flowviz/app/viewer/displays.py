"""Protocols of the widgets and queries that the viewer depends on; tests implement them with fakes."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtBoundSignal

from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.example_view import ExampleView
from flowviz.app.viewer.figure_maker import DrawnFigure, FigureRequest
from flowviz.app.viewer.subject import Move, Subject
from flowviz.projects.variant import Variant
from flowviz.records import (
    Density,
    FieldGrid,
    Moment,
    Scene,
    Score,
    Snapshot,
    StageReport,
    Timeline,
    Trace,
    Units,
    VelocityField,
)
from flowviz.records.ledger import Ledger
from flowviz.rendering import Camera
from flowviz.specs import PictureSize, TrainingSpec, ViewSpec
from flowviz.specs.edits import Edits
from flowviz.specs.view import Direction, Theme
from flowviz.targets import Target


class ReadoutDisplay(Protocol):
    """Describes the particle under the mouse or the layer."""

    def show_summary(self, trace: Trace, edits: Edits, *, encoded: bool, selected: int) -> None: ...
    def show_stage(self, stage: int) -> None: ...
    def show_nothing(self) -> None: ...
    def show_particle(self, trace: Trace, particle: int, units: Units) -> None: ...
    def show_probe(self, probe: Trace, units: Units) -> None: ...


class ScoreDisplay(Protocol):
    """Shows how many particles land on the target."""

    def show_score(self, score: str) -> None: ...


class InspectorDisplay(Protocol):
    """Describes a stage and explains what is shown."""

    @property
    def report_requested(self) -> pyqtBoundSignal: ...
    def show_stage(self, title: str, explanation: str, share: float) -> None: ...
    def show_report(self, report: StageReport | None) -> None: ...
    def show_loading(self) -> None: ...
    def offer_report(self) -> None: ...
    def show_view(
        self, direction: Direction, view: ViewSpec, *, overview: bool, probed: bool, folded: float
    ) -> None: ...
    def set_theme(self, theme: Theme) -> None: ...


class FigureDisplay(Protocol):
    """Covers the cloud with a picture."""

    @property
    def left(self) -> pyqtBoundSignal: ...
    @property
    def resized(self) -> pyqtBoundSignal: ...
    @property
    def size_in_pixels(self) -> PictureSize:
        """Return the size of the picture in device pixels."""

    @property
    def word_height(self) -> float:
        """Return the height of text, relative to the shorter side of the picture."""

    def show_title(self, title: str) -> None: ...
    def show_sentence(self, sentence: str) -> None: ...
    def show_picture(self, pixels: NDArray[np.uint8], sentences: str) -> None: ...
    def hide(self) -> None: ...


class LedgerDisplay(Protocol):
    """Shows what each stage adds to a log-density."""

    @property
    def mean_requested(self) -> pyqtBoundSignal: ...
    @property
    def shown(self) -> pyqtBoundSignal: ...
    @property
    def stage_chosen(self) -> pyqtBoundSignal: ...
    def is_shown(self) -> bool: ...
    def show_ledger(self, ledger: Ledger, limits: tuple[float, float] | None) -> None: ...
    def show_nothing(self, sentence: str) -> None: ...
    def show_stage(self, stage: int) -> None: ...
    def set_theme(self, theme: Theme) -> None: ...


class StripDisplay(Protocol):
    """Shows small pictures of the stages."""

    @property
    def side(self) -> int:
        """Return the side of a picture in device pixels."""

    @property
    def side_changed(self) -> pyqtBoundSignal: ...
    @property
    def pictured(self) -> tuple[int, ...]:
        """Return the stages with a picture."""

    def set_stages(self, titles: list[str], shares: NDArray[np.float64], *, thinned: bool) -> None: ...
    def show_pictures(self, stages: Sequence[int], pictures: NDArray[np.uint8]) -> None: ...


class SliderDisplay(Protocol):
    """Shows the current stage."""

    def set_stages(self, positions: list[str], titles: list[str], *, thinned: bool) -> None: ...


class PlaybackDisplay(Protocol):
    """Shows whether the playhead is playing."""

    @property
    def play_toggled(self) -> pyqtBoundSignal: ...
    def show_playing(self, playing: bool) -> None: ...


class HistoryDisplay(Protocol):
    """Shows the moments of a training."""

    def show_timeline(self, timeline: Timeline) -> None: ...


class BarDisplay(Protocol):
    """Requests a zoom to the cloud or to the current stage, or to keep what is visible."""

    @property
    def fit_requested(self) -> pyqtBoundSignal: ...
    @property
    def hold_requested(self) -> pyqtBoundSignal: ...
    @property
    def stage_fit_requested(self) -> pyqtBoundSignal: ...


class Displays(Protocol):
    """The widgets of the viewer."""

    @property
    def view_bar(self) -> BarDisplay: ...
    @property
    def cloud(self) -> CloudView: ...
    @property
    def example(self) -> ExampleView: ...
    @property
    def readout(self) -> ReadoutDisplay: ...
    @property
    def score(self) -> ScoreDisplay: ...
    @property
    def strip(self) -> StripDisplay: ...
    @property
    def slider(self) -> SliderDisplay: ...
    @property
    def playback(self) -> PlaybackDisplay: ...
    @property
    def history(self) -> HistoryDisplay: ...
    @property
    def inspector(self) -> InspectorDisplay: ...
    @property
    def figure(self) -> FigureDisplay: ...
    @property
    def ledger(self) -> LedgerDisplay: ...


class Queries(Protocol):
    """Answers queries about a flow in the background; `on_result` is called in the GUI thread."""

    @property
    def notice_posted(self) -> pyqtBoundSignal: ...
    @property
    def flow_queried(self) -> pyqtBoundSignal: ...

    def density(
        self,
        subject: Subject,
        stage: int,
        particles: Trace,
        camera: Camera,
        size: PictureSize,
        units: Units,
        on_result: Callable[[Density], object],
    ) -> None: ...

    def grid(self, subject: Subject, on_result: Callable[[Trace], object]) -> None: ...
    def velocity(
        self,
        subject: Subject,
        grids: tuple[FieldGrid, ...],
        on_result: Callable[[tuple[VelocityField, ...]], object],
    ) -> None: ...

    def encoded(self, subject: Subject, target: Target, on_result: Callable[[Trace], object]) -> None: ...

    def figure(self, asked: FigureRequest, on_result: Callable[[DrawnFigure], object]) -> None: ...
    def mean_ledger(
        self, subject: Subject, target: Target, units: Units, on_result: Callable[[Ledger], object]
    ) -> None: ...

    def followed(
        self,
        variant: Variant,
        particles: Trace,
        moments: tuple[Moment, ...],
        on_result: Callable[[tuple[Snapshot, ...]], object],
    ) -> None: ...

    def integrated(
        self,
        variant: Variant,
        particles: NDArray[np.float32],
        moment: Moment,
        target: Target | None,
        on_result: Callable[[Snapshot], object],
    ) -> None: ...

    def prepare(self, subject: Subject, particles: NDArray[np.float32]) -> None: ...
    def positions(
        self,
        variant: Variant,
        move: Move,
        moment: Moment,
        target: Target | None,
        on_result: Callable[[Snapshot], object],
    ) -> None: ...

    def scored(
        self,
        subject: Subject,
        step: int,
        target: Target,
        training: TrainingSpec,
        on_result: Callable[[Score], object],
    ) -> None: ...

    def report(
        self, subject: Subject, stage: int, trace: Trace, on_result: Callable[[StageReport], object]
    ) -> None: ...

    def probe(
        self, subject: Subject, point: tuple[float, float], stage: int, on_result: Callable[[Trace], object]
    ) -> None: ...

    def thumbnails(
        self, scene: Scene, view: ViewSpec, side: int, stages: Sequence[int], on_result: Callable[[Any], object]
    ) -> None: ...
    def example(self, name: str, on_result: Callable[[Trace | None], object]) -> None: ...
    def give_way(self, gives_way: bool) -> None: ...
    def drop(self) -> None: ...
    def drop_stages(self) -> None: ...
    def close(self) -> None: ...
