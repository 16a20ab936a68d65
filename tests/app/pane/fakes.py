"""Fakes of the widgets and the queries of the viewer, which record their calls."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QCheckBox

from flowviz.app.pane.cloud_view import Drawn
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.inspector import LOADING, OFFER, UNTRAINED
from flowviz.app.pane.readout import Texts
from flowviz.app.pane.viewer import Viewer
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.state.state import State
from flowviz.app.state.view import View, ViewState
from flowviz.projects.variant import Variant
from flowviz.records import Scene, Snapshot, StageReport, Timeline, Trace, Weights, nearest
from flowviz.records.ledger import Ledger
from flowviz.rendering import positions_at
from flowviz.specs import FlowSpec, PictureSize, TextSpec, ViewSpec
from flowviz.targets import build_target

TARGET = build_target(TextSpec(text="Hi"))
STAGES = 4
PARTICLES = 50
STEPS = 0, 100, 200
WEIGHTS = Weights({"w": np.zeros(1, np.float32)}, {})
SPEC = FlowSpec(layers=2, normalization="none")


def trace(scale: float = 1.0, stages: int = STAGES, particles: int = PARTICLES) -> Trace:
    """Return a trace whose particles move to the right, by one unit in each stage."""
    base = np.random.default_rng(0).standard_normal((particles, 2), dtype=np.float32)
    positions = np.stack([scale * base + np.array([stage, 0]) for stage in range(stages)])
    names = ("00_base", *(f"{stage:02d}_real_nvp" for stage in range(1, stages)))
    log_det = np.repeat(0.1 * np.arange(stages, dtype=np.float32)[:, None], particles, axis=1)
    return Trace(names, positions.astype(np.float32), log_det)


def snapshot(step: int, scale: float = 1.0, **sizes: int) -> Snapshot:
    return Snapshot(step, WEIGHTS, 0.9, 0.8, trace(scale, **sizes))


class FakeCloud(QObject):
    fit_requested = pyqtSignal()
    pointer_moved = pyqtSignal(object)
    stage_clicked = pyqtSignal(int)
    resized = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.stage = 0.0
        self.pixel = 0.001
        self.size_in_pixels = PictureSize(width=400, height=300)
        self.view = ViewSpec()
        self.tool = "move"
        self.overview = False
        self.drawn = Drawn()
        self.progress = ""

    @property
    def scene(self) -> Scene | None:
        return self.drawn.scene

    def change(self, progress: str) -> None:
        self.progress = progress

    def set_view(self, view: ViewSpec) -> None:
        self.view = view

    def follow(self, view: View) -> None:
        self.tool, self.overview = view.tool, view.seen.overview

    def show_scene(self, scene: Scene) -> None:
        self.drawn = Drawn(scene)

    def show_stage(self, stage: float) -> None:
        self.stage = stage

    def particle_at(self, point: tuple[float, float] | None) -> int | None:
        if point is None or self.scene is None:
            return None
        return nearest(positions_at(self.scene.trace, self.stage), point, 0.01)


class FakeExample(QObject):
    dismissed = pyqtSignal()
    trace: Trace | None = None  # that is visible
    stage = 0.0
    title, activity = "", ""

    def show_trace(self, trace: Trace, stage: float, title: str) -> None:
        self.trace, self.stage, self.title = trace, stage, title

    def show_stage(self, stage: float) -> None:
        self.stage = stage

    def show_activity(self, activity: str) -> None:
        self.activity = activity

    def hide(self) -> None:
        self.trace = None


class FakeReadout:
    def __init__(self) -> None:
        self.shown = "summary"
        self.summaries = list[str]()

    @property
    def summary(self) -> str:
        return self.summaries[-1]

    def summarize(self, summarize: "partial[Texts]") -> None:
        direction = "encoded" if summarize.keywords["encoded"] else "generated"
        self.summaries.append(f"{len(summarize.args[0].positions[0])} {direction}")

    def describe(self, describe: Callable[[int], Texts] | None) -> None:
        name = describe(0)[0].partition(" · ")[0] if describe else "Summary"
        self.shown = "probe" if name.startswith("Here (") else name.lower()


class FakeScore:
    score = ""

    def show_score(self, score: str) -> None:
        self.score = score


class FakeInspector(QObject):
    report_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.title, self.report = "", ""
        self.calls = list[str]()

    def show_stage(self, title: str, explanation: str, share: float, *, awaited: bool = True) -> None:
        self.calls.append("show_stage")
        self.title = title
        self.share = "unknown" if np.isnan(share) else "known"

    def show_report(self, report: StageReport | None, hint: str = UNTRAINED) -> None:
        self.calls.append("show_report")
        hints = {UNTRAINED: "untrained", LOADING: "loading", OFFER: "offer"}
        self.report = f"report {report.stage}" if report else hints[hint]

    def show_view(
        self,
        direction: str,
        view: ViewSpec,
        *,
        overview: bool,
        probed: bool,
        folded: float,
        estimated: bool | None = None,
    ) -> None:
        self.calls.append("show_view")
        self.folded = folded
        self.view = direction, view.marks, overview, probed


class FakeStrip(QObject):
    side_changed = pyqtSignal()
    side = 20

    def set_stages(self, titles: list[str], shares: Any, *, thinned: bool) -> None:
        self.titles = titles

    @property
    def pictured(self) -> tuple[int, ...]:
        return tuple(range(len(self.titles)))

    def show_pictures(self, stages: Any, pictures: Any) -> None:
        self.pictures = pictures


class FakeSlider:
    def set_stages(self, positions: list[str], titles: list[str]) -> None:
        self.positions, self.titles = positions, titles


class FakePlayback(QObject):
    play_toggled = pyqtSignal()
    playing = False

    def show_playing(self, playing: bool) -> None:
        self.playing = playing


class FakeHistory:
    def show_timeline(self, timeline: Timeline) -> None:
        self.timeline = timeline


class FakeBar(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.fit_action, self.fit_stage_action, self.zoom_action = QAction(self), QAction(self), QAction(self)


class FakeFigure(QObject):
    resized = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.size_in_pixels, self.word_height = PictureSize(width=400, height=300), 0.04
        self.title, self.sentence, self.picture = "", "", None

    def show_title(self, title: str) -> None:
        self.title = title

    def show_sentence(self, sentence: str) -> None:
        self.sentence, self.picture = sentence, None

    def show_picture(self, pixels: Any, sentences: str) -> None:
        self.sentence, self.picture = sentences, pixels

    def hide(self) -> None:
        self.title = ""


class FakeLedger(QObject):
    shown = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.is_visible, self.mean = True, QCheckBox()
        self.ledger: Ledger | None = None
        self.limits: tuple[float, float] | None = None
        self.sentence, self.theme = "", ""

    def isVisible(self) -> bool:  # noqa: N802  # name of Qt
        return self.is_visible

    def show_ledger(self, ledger: Ledger, limits: tuple[float, float] | None) -> None:
        self.ledger, self.limits, self.sentence = ledger, limits, ""

    def disable_mean(self, reason: str) -> None:
        self.reason = reason

    def show_nothing(self, sentence: str) -> None:
        self.ledger, self.sentence = None, sentence


class FakeDisplays:
    def __init__(self) -> None:
        self.view_bar, self.cloud, self.readout = FakeBar(), FakeCloud(), FakeReadout()
        self.score, self.example = FakeScore(), FakeExample()
        self.strip, self.slider, self.playback = FakeStrip(), FakeSlider(), FakePlayback()
        self.history, self.inspector = FakeHistory(), FakeInspector()
        self.figure, self.ledger = FakeFigure(), FakeLedger()

    def clear_calls(self) -> None:
        self.inspector.calls.clear()
        self.readout.summaries.clear()


class FakeQueries(QObject):
    """Queries that are kept, the latest of each topic, until a test answers them."""

    notice_posted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, tuple[Any, ...]] = {}
        self.failed_topics, self.is_ready = set[str](), State(False)
        self.gives_way = False

    def density(self, *asked: Any) -> None:
        self.asked["density"] = asked

    def grid(self, *asked: Any) -> None:
        self.asked["grid"] = asked

    def velocity(self, *asked: Any) -> None:
        self.asked["velocity"] = asked

    def best_loss(self, *asked: Any) -> None:
        self.asked["best loss"] = asked

    def encoded(self, *asked: Any) -> None:
        self.asked["encoded"] = asked

    def figure(self, *asked: Any) -> None:
        self.asked["figure"] = asked

    def mean_ledger(self, *asked: Any) -> None:
        self.asked["ledger"] = asked

    def followed(self, *asked: Any) -> None:
        self.asked["followed"] = asked

    def prepare(self, *asked: Any) -> None:
        self.asked["prepare"] = asked

    def positions(self, *asked: Any) -> None:
        self.asked["positions"] = asked

    def integrated(self, *asked: Any) -> None:
        self.asked["integrated"] = asked

    def scored(self, *asked: Any) -> None:
        self.asked["scored"] = asked

    def report(self, *asked: Any) -> None:
        self.asked["report"] = asked

    def follow(self, topic: str, *asked: Any) -> None:
        self.asked[topic] = asked

    def thumbnails(self, *asked: Any) -> None:
        self.asked["thumbnails"] = asked

    def example(self, *asked: Any) -> None:
        self.asked["example"] = asked

    def give_way(self, gives_way: bool) -> None:
        self.gives_way = gives_way

    def drop(self) -> None:
        self.asked.clear()

    def drop_stages(self) -> None:
        lasting = "followed", "positions", "integrated", "scored"
        self.asked = {topic: self.asked[topic] for topic in lasting if topic in self.asked}

    def close(self) -> None:
        self.asked.clear()

    def answer(self, topic: str, result: Any) -> None:
        on_result: Callable[[Any], object] = self.asked.pop(topic)[-1]
        on_result(result)


def fake_viewer(displays: FakeDisplays, view: ViewState, queries: FakeQueries, owner: QObject) -> Viewer:
    """Return a viewer with fakes around it."""
    return Viewer(cast("ViewerWidgets", displays), view, cast("FlowQueries", queries), owner)


class Viewed:
    """A viewer at the latest of three moments of a training, with fakes around it."""

    def __init__(self, view: ViewState | None = None, *, trained: bool = True, **widgets: Any) -> None:
        """Create a viewer of a view; `widgets` replace fakes of the same name."""
        self.view, self.displays, self.queries = view or ViewState(), FakeDisplays(), FakeQueries()
        self.owner = QObject()
        for name, widget in widgets.items():
            setattr(self.displays, name, widget)
        self.viewer = fake_viewer(self.displays, self.view, self.queries, self.owner)
        self.viewer.reduce_motion(True)
        if trained:
            self.start()

    def start(self, **sizes: int) -> None:
        """Begin a training, and take its first snapshots."""
        self.viewer.begin_training(Variant(SPEC), TARGET)
        for step in STEPS:
            self.take(step, **sizes)

    def take(self, step: int, scale: float | None = None, **sizes: int) -> None:
        self.viewer.moments.take_snapshot(snapshot(step, 1 + step / 1000 if scale is None else scale, **sizes))

    @property
    def scene(self) -> Scene:
        scene = self.displays.cloud.scene
        assert scene is not None
        return scene

    def place(self, particle: int, stage: int) -> tuple[float, float]:
        x, y = self.scene.trace.positions[stage, particle]
        return float(x), float(y)
