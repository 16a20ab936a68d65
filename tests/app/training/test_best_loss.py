"""The best regression loss, computed aside for the target and the flow that are shown."""

from typing import cast

from flowviz.app.training.best_loss import BestLoss
from flowviz.app.training.loss_plot import LossPlot
from flowviz.projects.variant import Variant
from flowviz.specs import FlowSpec
from tests.app.pane.fakes import TARGET, Viewed
from tests.app.training.fakes import FakeLossPlot

FLOW = FlowSpec(family="flow_matching", base="normal", pairing="independent")


def show(viewed: Viewed, flow: FlowSpec) -> None:
    viewed.viewer.begin_training(Variant(flow), TARGET)
    viewed.take(10)


def test_loss_is_computed_once_for_a_target_and_a_flow() -> None:
    plot, viewed = FakeLossPlot(), Viewed(trained=False)
    BestLoss(viewed.viewer, cast("LossPlot", plot))
    show(viewed, FLOW)
    target, flow, take = viewed.queries.asked.pop("best loss")
    assert (target, flow) == (TARGET, FLOW)
    take(1.5)
    assert plot.best == 1.5
    viewed.take(20)
    assert "best loss" not in viewed.queries.asked, "it stays the same"
    show(viewed, FLOW.model_copy(update={"pairing": "transport"}))
    assert plot.best is None
    assert "best loss" in viewed.queries.asked
    take(1.5)
    assert plot.best is None, "it is that of another flow"
    viewed.queries.asked.clear()
    show(viewed, FlowSpec(layers=2))
    assert "best loss" not in viewed.queries.asked, "couplings have no regression loss"
