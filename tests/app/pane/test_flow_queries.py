"""The queries of the viewer, answered by real threads."""

from collections import Counter

import numpy as np
import pytest
from PyQt6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.subject import Subject
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.threads.worker import wait_for_work
from flowviz.flows import Flow
from flowviz.records import Scene
from flowviz.specs import FlowSpec, TrainingSpec, ViewSpec
from flowviz.specs.condition import Condition
from flowviz.specs.edits import Edits, LayerEdit
from tests.app.pane.fakes import TARGET, WEIGHTS, trace
from tests.conftest import PATIENCE_MS


def test_only_queries_about_a_flow_load_tensorflow(qtbot: QtBot) -> None:
    owner = QObject()
    queries = FlowQueries(owner)
    announced, answered = list[str](), list[object]()
    queries.is_ready.observe(bool, lambda _: announced.append("flow"))
    queries.thumbnails(Scene(trace()), ViewSpec(), 20, (0, 1), answered.append)
    queries.example("flow", answered.append)
    qtbot.waitUntil(lambda: len(answered) == 2)
    assert not announced
    queries._slow.ask("density", lambda: None, answered.append)  # without a flow, to keep TensorFlow out of the test
    qtbot.waitUntil(lambda: len(answered) == 3)
    assert announced == ["flow"]
    queries.close()
    wait_for_work(PATIENCE_MS)


def test_thumbnails_arrive_although_the_same_flow_is_shown_again(qtbot: QtBot) -> None:
    owner, answered = QObject(), list[object]()
    queries = FlowQueries(owner)
    queries.thumbnails(Scene(trace()), ViewSpec(), 20, (0, 1), answered.append)
    queries.drop()
    qtbot.waitUntil(lambda: bool(answered))
    queries.close()
    wait_for_work(PATIENCE_MS)


def test_edits_and_a_condition_are_prepared(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = FlowSpec(layers=2, width=4, condition=Condition(name="word", classes=("a", "b")))
    edits, traced, owner = Edits(layers={1: LayerEdit(disabled=True)}), Counter[tuple[str, bool]](), QObject()
    for name in ("trace", "trace_positions"):
        monkeypatch.setattr(Flow, name, lambda flow, _, name=name: traced.update([(name, bool(flow.edits))]))
    queries = FlowQueries(owner)
    queries.prepare(Subject(spec, edits=edits), np.zeros((5, 2), np.float32))
    ways = {(name, edited) for name in ("trace", "trace_positions") for edited in (True, False)}
    qtbot.waitUntil(lambda: traced.keys() == ways, timeout=PATIENCE_MS)
    queries.close()
    wait_for_work(PATIENCE_MS)


def test_threads_rest_only_to_give_way(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    rests, owner = list[float](), QObject()
    monkeypatch.setattr(LatestWorker, "_take_rest", lambda _, seconds: rests.append(seconds))
    queries = FlowQueries(owner)

    def rests_if(gives_way: bool) -> bool:
        count = len(rests)
        queries.give_way(gives_way)
        queries.thumbnails(Scene(trace()), ViewSpec(), 20, (0,), lambda _: None)
        qtbot.waitUntil(lambda: len(rests) > count)
        return rests[-1] > 0

    assert [rests_if(False), rests_if(True), rests_if(False)] == [False, True, False]
    queries.close()
    wait_for_work(PATIENCE_MS)


def test_score_is_computed_once_no_other_is_asked_for(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, asked = QObject(), list[tuple[str, Subject]]()
    monkeypatch.setattr(FlowQueries, "_ask", lambda _, __, topic, subject, *___: asked.append((topic, subject)))
    queries = FlowQueries(owner)
    flow = FlowSpec(family="flow_matching")
    subjects = [Subject(flow.with_integrator(steps=steps), WEIGHTS) for steps in (3, 4, 5)]
    for subject in subjects:
        queries.scored(subject, 100, TARGET, TrainingSpec(steps=9), lambda _: None)
    assert not asked
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert asked == [("score", subjects[-1])]
    queries.scored(subjects[0], 100, TARGET, TrainingSpec(steps=9), lambda _: None)
    queries.drop_stages()
    assert queries.findChildren(QTimer)[0].isActive(), "the score is still of use"
    queries.drop()
    assert not queries.findChildren(QTimer)[0].isActive()
    queries.close()
