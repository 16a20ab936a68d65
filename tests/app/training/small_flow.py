"""The flow that tests train in the window: small, and the same in all files, so that it is compiled once."""

import pytest
from PyQt6.QtWidgets import QSpinBox

from flowviz.specs import FlowSpec
from tests.app.conftest import Window

SMALL = FlowSpec(layers=2, width=8)


def choose_small_flow(window: Window) -> None:
    """Choose the small flow with the controls of the window."""
    window.find(QSpinBox, "flowLayers").setValue(SMALL.layers)
    window.find(QSpinBox, "flowWidth").setValue(SMALL.width)


@pytest.fixture
def frequent_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a training send more snapshots, so that tests which wait for them end sooner."""
    monkeypatch.setattr("flowviz.app.training.worker.SNAPSHOT_SECONDS", 0.02)
