"""Colors by component, which only a mixture has."""

import pytest
from PyQt6.QtGui import QStandardItemModel

from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.state.known import NO_COMPONENTS, Known
from flowviz.app.state.view import ViewState
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.records.trace import untrained_trace
from flowviz.specs import FlowSpec


@pytest.mark.parametrize(("base", "reason"), [("normal", NO_COMPONENTS), ("student_t", NO_COMPONENTS), ("mixture", "")])
def test_color_by_component_is_offered_for_a_mixture_only(qtbot: object, base: str, reason: str) -> None:
    flow = FlowSpec(base=base)
    view = ViewState()
    bar = ViewBar(view, lambda: None)
    trace = untrained_trace(flow)
    view.show_flow(trace.last_stage, 8000, is_continuous=False, known=Known.of(flow, None, trace))
    box = bar.findChild(ChoiceBox, "colorBox")
    assert box is not None
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    item = model.item(box.findData("component"))
    assert item is not None
    assert item.isEnabled() == (not reason)
    assert item.toolTip() == reason
