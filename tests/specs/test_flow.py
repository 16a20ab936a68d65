"""The flow's spec."""

import pytest

from flowviz.specs import PRESETS, FlowSpec


def test_usual_flows_need_no_warning() -> None:
    assert all(FlowSpec(**preset.choices).warning is None for preset in PRESETS.values())


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (FlowSpec(layers=32, width=1024), 35_000_000),
        (FlowSpec(layers=2, width=1024, depth=3, hats=1024), 6_300_000),
        (FlowSpec(family="spline", layers=4, width=64, bins=16, hats=0, waves=0), 29_000),
    ],
)
def test_weights_are_counted(flow: FlowSpec, expected: int) -> None:
    assert flow.weight_count == pytest.approx(expected, rel=0.03)


def test_large_flow_says_what_it_takes() -> None:
    said = FlowSpec(layers=32, width=1024, normalization="minibatch").warning
    assert said is not None
    assert "Choose running" in said
    assert "about 35 million weights: training it takes about 7 GB of memory" in said
