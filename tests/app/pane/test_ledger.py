"""The ledger: its controller with fakes, and its panel in the real window."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QCheckBox, QDockWidget, QLabel, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.pane.ledger_controller import NO_PROBE
from flowviz.app.pane.ledger_panel import LedgerPanel
from flowviz.app.state.view import ViewState
from flowviz.records.ledger import Ledger
from tests.app.conftest import settle, show
from tests.app.pane.explored import Explored
from tests.app.pane.fakes import Viewed, trace

pytestmark = pytest.mark.shared_window

MEAN = replace(Ledger.mean_of(trace()), count=8000)


def probe(viewed: Viewed) -> None:
    """Probe a point, and answer the query."""
    viewed.view.set_tool("probe")
    viewed.view.update(probe=(2, (0.5, 0.5)))
    viewed.queries.answer("probe", trace(particles=1))


def test_ledger_of_the_probed_point_is_shown(viewed: Viewed) -> None:
    panel = viewed.displays.ledger
    assert panel.sentence == NO_PROBE
    probe(viewed)
    assert panel.ledger is not None
    assert panel.ledger.total == pytest.approx(float(trace(particles=1).log_density(3)[0]), abs=1e-6)
    assert panel.limits is not None
    viewed.view.set_tool("move")
    assert panel.sentence == NO_PROBE


def test_last_ledger_stays_until_the_next_point_is_computed(viewed: Viewed) -> None:
    probe(viewed)
    before = viewed.displays.ledger.ledger
    viewed.view.update(probe=(2, (0.6, 0.5)))
    assert viewed.displays.ledger.ledger is before
    viewed.queries.answer("probe", trace(2.0, particles=1))
    assert viewed.displays.ledger.ledger is not before


def test_mean_of_the_data_is_shown_on_request_while_nothing_is_probed(viewed: Viewed) -> None:
    panel = viewed.displays.ledger
    assert "ledger" not in viewed.queries.asked
    panel.mean.setChecked(True)
    viewed.queries.answer("ledger", MEAN)
    assert panel.ledger is MEAN
    assert panel.limits is None, "it has a scale of its own"
    probe(viewed)
    assert panel.ledger is not MEAN
    viewed.view.set_tool("move")
    viewed.queries.answer("ledger", MEAN)
    assert panel.ledger is MEAN
    panel.mean.setChecked(False)
    assert panel.sentence == NO_PROBE


def test_mean_is_computed_again_for_the_next_snapshot_only(viewed: Viewed) -> None:
    viewed.displays.ledger.mean.setChecked(True)
    viewed.queries.answer("ledger", MEAN)
    viewed.view.set_mark("paths", True)
    assert "ledger" not in viewed.queries.asked
    viewed.take(300)
    assert "ledger" in viewed.queries.asked
    assert viewed.displays.ledger.ledger is MEAN, "the earlier one stays until then"


def test_hidden_panel_computes_nothing_until_it_is_shown(viewed: Viewed) -> None:
    panel = viewed.displays.ledger
    panel.is_visible = False
    probe(viewed)
    assert panel.ledger is None
    panel.is_visible = True
    panel.shown.emit()
    assert panel.ledger is not None


def test_point_where_steps_fold_over_is_inexact(viewed: Viewed) -> None:
    generated = viewed.viewer.scenes.generated
    object.__setattr__(generated, "folded", np.ones(generated.positions.shape[1], np.bool_))
    probe(viewed)
    assert viewed.displays.ledger.ledger is not None
    assert viewed.displays.ledger.ledger.is_inexact


def test_panel_draws_the_bars_and_says_them(qtbot: QtBot) -> None:
    panel = LedgerPanel(ViewState())
    qtbot.addWidget(panel)
    panel.resize(260, 500)
    show(panel, qtbot)
    panel.show_nothing(NO_PROBE)
    empty = panel.grab().toImage()
    panel.show_ledger(Ledger.of_point(trace(particles=1)), (-5.0, 1.0))
    assert panel.grab().toImage() != empty
    assert "log N(z) − Σ" in panel.findChildren(QLabel, "ledgerFormula")[0].text()
    (picture,) = panel.findChildren(QWidget, "ledgerPicture")
    assert picture.accessibleDescription().startswith("0 · Base: -")
    assert picture.accessibleDescription().endswith("nats")


def test_panel_does_not_move_while_numbers_change(qtbot: QtBot) -> None:
    panel = LedgerPanel(ViewState())
    qtbot.addWidget(panel)
    panel.resize(260, 600)
    show(panel, qtbot)
    places = set()
    for scale in (1.0, 0.3, 2.0, 5.0):
        panel.show_ledger(Ledger.of_point(trace(scale, particles=1)), (-5.0, 1.0))
        settle(panel)
        places.add(tuple(child.geometry().getRect() for child in panel.findChildren(QWidget)))
    assert len(places) == 1


def test_click_on_a_row_goes_to_its_stage(qtbot: QtBot) -> None:
    view = ViewState()
    view.show_flow(2, 1)
    panel = LedgerPanel(view)
    qtbot.addWidget(panel)
    panel.resize(260, 600)
    panel.show_ledger(Ledger.of_point(trace(particles=1)), (-5.0, 1.0))
    show(panel, qtbot)
    (picture,) = panel.findChildren(QWidget, "ledgerPicture")
    qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPoint(picture.width() // 2, 80))
    assert view.value.stage == 1
    marked = picture.grab().toImage()
    view.set_stage(2)
    assert picture.grab().toImage() != marked


def test_probe_tool_opens_the_ledger_and_closes_it_again(explored: Explored) -> None:
    dock = explored.window.find(QDockWidget, "ledgerDock")
    assert dock.isHidden()
    center = explored.cloud.geometry()
    explored.action("probeTool").trigger()
    settle(explored.window.main)
    assert not dock.visibleRegion().isEmpty()
    assert explored.cloud.geometry() == center, "no other panel has moved"
    explored.mouse.hover(0.5, 0.5)
    total = explored.window.find(QLabel, "ledgerSum")
    explored.wait(lambda: "log p(x)" in total.text())
    explored.action("moveTool").trigger()
    assert dock.isHidden()


def test_ledger_that_the_user_opened_stays_open(explored: Explored) -> None:
    dock = explored.window.find(QDockWidget, "ledgerDock")
    explored.action("ledgerDockAction").trigger()
    for tool in ("probeTool", "moveTool"):
        explored.action(tool).trigger()
    assert not dock.isHidden()
    explored.window.find(QCheckBox, "ledgerMean").setChecked(True)
    total = explored.window.find(QLabel, "ledgerSum")
    explored.wait(lambda: "NLL" in total.text())
    assert "8,000 validation points" in total.text()
    explored.window.find(QCheckBox, "ledgerMean").setChecked(False)
    explored.action("ledgerDockAction").trigger()
    assert dock.isHidden()


def test_ledger_of_the_probe_closes_though_the_tool_changed_beside_the_lessons(explored: Explored) -> None:
    main, dock = explored.window.main, explored.window.find(QDockWidget, "ledgerDock")
    main.view.set_tool("probe")
    assert not dock.isHidden()
    main.lessons.show()
    main.view.set_tool("move")
    main.lessons.leave()
    main.view.set_tool("rectangle")
    assert dock.isHidden()
