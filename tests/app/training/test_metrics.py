"""The table of metrics."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from flowviz.app.training.metrics import UNKNOWN, Metrics
from flowviz.app.widgets.labels import FittingLabel
from flowviz.records import Measured, Score, base_particles
from flowviz.records.trace import untrained_trace
from flowviz.specs import FlowSpec
from flowviz.specs.condition import Condition
from tests.records.scores import scored


@pytest.fixture
def metrics(qtbot: QtBot) -> Metrics:
    metrics = Metrics()
    qtbot.addWidget(metrics)
    return metrics


def shown(metrics: Metrics) -> list[str]:
    """Return the test NLL, the test gap, and the last line of the tool tip of either."""
    labels = [label for name in ("testNll", "testGap") for label in metrics.findChildren(QLabel, f"{name}Figure")]
    return [*(label.text() for label in labels), *(label.toolTip().splitlines()[-1] for label in labels)]


def test_score_of_a_target_with_known_entropy(metrics: Metrics) -> None:
    metrics.show_score(scored(100, 1.5, 1.625, 0.0123, 1.5))
    assert shown(metrics) == ["1.625 nats", "0.125 nats", *2 * ["Median NLL: 1.625 nats"]]


def test_score_shows_only_what_is_known(metrics: Metrics) -> None:
    metrics.show_score(scored(100, 1.5, 1.625, 0.0123, None))
    assert shown(metrics)[:2] == ["1.625 nats", UNKNOWN]
    for score in (scored(100, 1.5, None, None, None), None):
        metrics.show_score(score)
        assert shown(metrics)[:2] == [UNKNOWN, UNKNOWN]
        assert "Standard error" not in " ".join(shown(metrics))


def test_an_nll_of_a_flow_without_an_inverse_everywhere_is_not_comparable(metrics: Metrics) -> None:
    folded = Measured("test", 10_000, None, without_density=0.064)
    metrics.show_score(Score(100, Measured("validation", 10_000, 1.5), folded, 1.5))
    assert shown(metrics)[:2] == ["not comparable", "not comparable"]
    assert shown(metrics)[2] == "Not comparable: 6.4% of the points have no density"


def test_repeated_use_of_the_test_points_is_shown(metrics: Metrics) -> None:
    metrics.show_score(scored(100, 1.5, 1.625, 0.0123, 1.5), test_uses=3)
    assert "used for 3 trainings of this flow" in shown(metrics)[2]


def test_inexact_nll_says_so_and_for_which_share_of_the_particles(metrics: Metrics) -> None:
    flow = FlowSpec(family="flow_matching", integrator="euler", integrator_steps=1)
    exact = untrained_trace(flow, base_particles(1000))
    warning = metrics.findChild(QLabel, "foldedWarning")
    metrics.show_round_trip(exact, 1)
    assert warning.isHidden()
    metrics.show_round_trip(replace(exact, folded=np.arange(1000) < 31), 1)
    assert not warning.isHidden()
    assert "3% of the particles" in warning.text()
    assert warning.text().endswith("Increase the integrator steps.")
    metrics.show_score(scored(100, 1.5, 1.625, 0.0123, 1.5, folded=0.02))
    assert shown(metrics)[:2] == ["≈ 1.625 nats", "≈ 0.125 nats"]


def test_validation_with_another_integrator_says_so(metrics: Metrics) -> None:
    note = metrics.findChild(FittingLabel, "validatedNote")
    value = metrics.findChild(QLabel, "validationNllFigure")
    flow = FlowSpec(family="flow_matching")
    condition = Condition(name="word", classes=("A", "B"))
    told = FlowSpec(leave_out=0.1).conditioned_on(condition).model_copy(update={"given": 1.0, "guidance": 2.0})
    for usual in (flow, FlowSpec(), told):
        metrics.show_flow(flow.with_integrator("euler", 3))
        assert not note.isHidden()
        assert note.text() == "Validation NLL and gap: measured with 20 midpoint steps"
        assert "20 midpoint steps" in value.toolTip()
        metrics.show_flow(usual)
        assert note.isHidden()
        assert "midpoint" not in value.toolTip()
