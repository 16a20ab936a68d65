"""The example that is played until the first snapshot of a training arrives."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from flowviz.app.main_window import MainWindow
from flowviz.app.pane import example_playback
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.example_view import ExampleView
from flowviz.projects import gallery, to_bytes
from flowviz.records import Preparing, Selection, Trace
from flowviz.specs import Playback
from tests.app.conftest import Window, settle
from tests.app.pane.fakes import trace
from tests.app.training.fakes import FakeThread, SessionHarness, fail, finished, snapshot, train

EXAMPLE = trace()
LAST = EXAMPLE.last_stage
SECONDS_TO_WORD = Playback(speed=example_playback.SPEED).seconds(LAST)


class Waiting(SessionHarness):
    """A session whose training is being prepared, and a clock that the test sets."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(example_playback, "DELAY_MS", 0)
        super().__init__()
        self.qtbot, self.now = qtbot, 0.0
        self.viewer.example._clock = lambda: self.now
        self.viewer.reduce_motion(False)

    @property
    def is_shown(self) -> bool:
        return self.displays.example.trace is not None

    def wait(self) -> None:
        """Start a training, and wait until the example is requested."""
        self.session.train()
        self.qtbot.waitUntil(lambda: "example" in self.queries.asked)

    def show(self) -> None:
        self.wait()
        self.queries.answer("example", EXAMPLE)
        assert self.is_shown

    def stage_after(self, seconds: float) -> float:
        self.now = seconds
        self.viewer.example.advance()
        return self.displays.example.stage


@pytest.fixture
def waiting(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Waiting:
    return Waiting(qtbot, monkeypatch)


def test_example_moves_from_its_base_to_its_word_and_back(waiting: Waiting) -> None:
    waiting.show()
    stages = [waiting.stage_after(share * SECONDS_TO_WORD) for share in (0, 0.25, 0.5, 0.75, 1)]
    assert stages[0] == 0
    assert stages[-1] == LAST
    assert stages == sorted(stages)
    there_and_back = 2 * (SECONDS_TO_WORD + example_playback.REST_SECONDS)
    assert waiting.stage_after(there_and_back / 2) == LAST, "it rests at the word"
    assert 0 < waiting.stage_after(there_and_back - SECONDS_TO_WORD / 2) < LAST
    assert waiting.stage_after(there_and_back) == 0


def test_example_says_that_it_is_one_and_what_is_prepared(waiting: Waiting) -> None:
    waiting.show()
    waiting.thread.send(Preparing("Loading TensorFlow"))
    assert waiting.displays.example.title.startswith("Example:")
    assert waiting.displays.example.activity == "Loading TensorFlow"


@pytest.mark.parametrize(("word", "name"), [("Hi", "flow"), ("Flow", "brad"), ("brad", "flow")])
def test_example_has_another_word_than_the_training(waiting: Waiting, word: str, name: str) -> None:
    waiting.request.show_text(word)
    waiting.wait()
    assert waiting.queries.asked["example"][0] == name
    waiting.queries.answer("example", EXAMPLE)
    assert f"'{name.upper()}'" in waiting.displays.example.title


def test_example_is_still_with_reduced_motion(waiting: Waiting) -> None:
    waiting.viewer.reduce_motion(True)
    waiting.show()
    assert {waiting.stage_after(seconds) for seconds in (0.0, 1.0, 5.0)} == {LAST}
    assert not waiting.viewer.example._ticks.isActive()


ENDINGS: dict[str, Callable[[Waiting], object]] = {
    "first snapshot": lambda waiting: waiting.thread.send(snapshot(0)),
    "stop": lambda waiting: waiting.session.stop(),
    "end": lambda waiting: waiting.thread.send(finished(0)),
    "failure": fail,
    "project": lambda waiting: waiting.session.show_project(waiting.session.project()),
    "closing": lambda waiting: waiting.session.shut_down(),
    "click": lambda waiting: waiting.displays.example.dismissed.emit(),
    "stage": lambda waiting: waiting.view.set_stage(3),
    "zoom": lambda waiting: waiting.view.zoom_to((0.0, 0.0), 1.0),
    "play": lambda waiting: waiting.viewer.playhead.toggle_playing(),
    "overview": lambda waiting: waiting.view.update(overview=True),
    "direction": lambda waiting: waiting.view.set_direction("encode"),
    "mark": lambda waiting: waiting.view.set_mark("grid", True),
    "tool": lambda waiting: waiting.view.set_tool("lasso"),
    "selection": lambda waiting: waiting.view.set_selection(Selection(np.arange(8000) < 3)),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_example_vanishes_for_good(waiting: Waiting, ending: Callable[[Waiting], object]) -> None:
    waiting.show()
    ending(waiting)
    assert not waiting.is_shown
    assert not waiting.viewer.example._ticks.isActive()
    waiting.viewer.example.advance()
    assert not waiting.is_shown


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_example_that_is_loaded_too_late_is_not_shown(waiting: Waiting, ending: Callable[[Waiting], object]) -> None:
    waiting.wait()
    on_result = waiting.queries.asked["example"][-1]
    ending(waiting)
    on_result(EXAMPLE)
    assert not waiting.is_shown


def test_nothing_is_loaded_if_the_first_snapshot_arrives_soon(waiting: Waiting) -> None:
    waiting.session.train()
    waiting.thread.send(snapshot(0))
    assert not waiting.viewer.example._delay.isActive()
    assert "example" not in waiting.queries.asked


def test_example_follows_the_theme(waiting: Waiting) -> None:
    waiting.show()
    waiting.view.update_view(theme="dark")
    assert waiting.is_shown


def test_example_goes_on_when_the_training_is_restarted(waiting: Waiting) -> None:
    waiting.show()
    middle = waiting.stage_after(SECONDS_TO_WORD / 2)
    waiting.session.train()
    assert waiting.is_shown
    assert not waiting.viewer.example._delay.isActive()
    assert waiting.stage_after(SECONDS_TO_WORD / 2) == middle
    waiting.thread.send(snapshot(0))
    assert not waiting.is_shown


def test_trained_flow_stays_visible_when_another_training_is_prepared(waiting: Waiting) -> None:
    train(waiting)
    waiting.thread.send(finished(200))
    waiting.session.train()
    assert not waiting.viewer.example._delay.isActive()


def test_explored_flow_stays_visible(waiting: Waiting) -> None:
    waiting.view.update(overview=True)
    waiting.session.train()
    assert not waiting.viewer.example._delay.isActive()


def test_missing_example_is_not_shown(waiting: Waiting) -> None:
    waiting.wait()
    waiting.queries.answer("example", None)
    assert not waiting.is_shown
    waiting.thread.send(snapshot(0))
    assert waiting.displays.cloud.scene is not None


def test_example_changes_nothing_but_its_own_display(waiting: Waiting) -> None:
    waiting.wait()
    before = state_of(waiting)
    waiting.queries.answer("example", EXAMPLE)
    waiting.stage_after(SECONDS_TO_WORD / 2)
    assert waiting.is_shown
    assert state_of(waiting) == before


def state_of(waiting: Waiting) -> list[object]:
    """Return what is saved and exported, and what the other widgets show."""
    displays, session = waiting.displays, waiting.session
    shown = (displays.strip.titles, displays.slider.titles, displays.inspector.title, displays.readout.summaries)
    widgets = displays.cloud.scene, displays.cloud.stage, displays.cloud.view, displays.score.score, *shown
    return [
        to_bytes(session.project().storable()),
        session.work.content(),
        session.work.all_edits(),
        waiting.view.value,
        *widgets,
    ]


@pytest.fixture
def preparing(window: Window, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """A window whose training is being prepared forever."""
    monkeypatch.setattr(window.main.session._runner, "_make_thread", FakeThread)
    yield window
    window.main.session.stop()


def start(window: Window) -> ExampleView:
    window.main.welcome.leave()
    window.main.session.train()
    return window.find(ExampleView, "exampleView")


def test_window_shows_the_example_but_never_copies_saves_or_exports_it(preparing: Window, qtbot: QtBot) -> None:
    main, cloud = preparing.main, preparing.find(CloudView, "cloudView")
    example = start(preparing)
    settle(preparing.main)
    before = saved_and_copied(main)
    qtbot.waitUntil(example.isVisible)
    shown = example.grab().toImage()
    qtbot.waitUntil(lambda: example.grab().toImage() != shown)  # it moves
    assert example.size() == cloud.size()
    assert saved_and_copied(main) == before
    qtbot.mouseClick(example, Qt.MouseButton.LeftButton)
    assert not example.isVisible()


def saved_and_copied(main: MainWindow) -> list[object]:
    """Return the project, the source of exports, the picture that is copied, and whether there is anything to save."""
    source, document = main._export_source(), main.document_actions.document
    projects = [to_bytes(project.storable()) for project in (main.session.project(), source.project)]
    return [*projects, main._viewing.cloud.picture(), main.windowTitle(), document.is_changed]


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"damaged")])
def test_missing_or_damaged_file_is_no_notice(
    preparing: Window, damage: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    path = tmp_path / "flow.flowviz"
    path.touch()
    damage(path)
    monkeypatch.setattr(gallery, "_path", lambda _: path)
    answers = list[object]()
    playback = preparing.main.viewer.example
    show = playback._show

    def record(name: str, trace: Trace | None) -> None:
        answers.append(trace)
        show(name, trace)

    monkeypatch.setattr(playback, "_show", record)
    example = start(preparing)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [None]
    assert not example.isVisible()
    assert not preparing.notice
