"""The inspector: what it explains, and how it is laid out."""

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
import pytest
from PyQt6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.pane.inspector import Inspector
from flowviz.app.state.edits import EditsState
from flowviz.app.state.view import ViewState
from flowviz.app.style.theme import background
from flowviz.app.widgets.choice_words import COLORS
from flowviz.records import Curve, StageReport
from flowviz.specs import ViewSpec
from flowviz.specs.edits import Edits
from flowviz.specs.view import Theme
from tests.app.conftest import show

SUBJECTS = {
    "each dot": "points",
    "the heat map": "density",
    "both halves": "beside",
    "not shown here": "no density",
    "the color shows": "color",
}


@pytest.fixture
def inspector(qtbot: QtBot) -> Inspector:
    inspector = Inspector(LayerEditor(ViewState(), EditsState(Edits())))
    qtbot.addWidget(inspector)
    return inspector


def label(inspector: Inspector, name: str) -> QLabel:
    found = inspector.findChild(QLabel, name)
    assert found is not None
    return found


def explained(inspector: Inspector, view: ViewSpec, *, overview: bool = False) -> list[str]:
    """Return the subjects that the explanation of a view is about."""
    inspector.show_view("generate", view, overview=overview, probed=False, folded=0.0)
    text = label(inspector, "viewExplanation").text().lower()
    return [subject for phrase, subject in SUBJECTS.items() if phrase in text]


def test_share_of_stretching_may_not_be_known_yet(inspector: Inspector) -> None:
    for share, words in ((0.25, "25.0%"), (np.nan, "not known yet"), (0.0, "0.0%")):
        inspector.show_stage("Flow step", "It moves the particles.", share)
        assert label(inspector, "stageShare").text() == f"Share of total stretching: {words}"


@pytest.mark.parametrize(
    ("marks", "beside", "overview", "subjects"),
    [
        ({"points"}, False, False, ["points", "color"]),
        ({"points"}, True, False, ["points", "color"]),
        ({"points", "density"}, True, False, ["points", "density", "beside", "color"]),
        ({"points", "density"}, True, True, ["points", "no density", "color"]),
        ({"density"}, True, True, ["points", "no density", "color"]),  # the overview shows points instead
        ({"density"}, True, False, ["density"]),
        ({"density", "paths"}, True, False, ["density", "beside", "color"]),
    ],
)
def test_inspector_explains_only_what_is_shown(
    inspector: Inspector, marks: set[str], beside: bool, overview: bool, subjects: list[str]
) -> None:
    view = ViewSpec.model_validate({"marks": marks, "beside": beside})
    assert explained(inspector, view, overview=overview) == subjects


def test_each_color_has_its_own_explanation(inspector: Inspector) -> None:
    texts = set[str]()
    for color_by in COLORS:
        view = ViewSpec(color_by=color_by)
        inspector.show_view("generate", view, overview=False, probed=False, folded=0.0)
        texts.add(label(inspector, "viewExplanation").text())
    assert len(texts) == len(COLORS)


def test_tall_inspector_keeps_its_contents_together(inspector: Inspector, qtbot: QtBot) -> None:
    x = np.linspace(-1, 1, 50, dtype=np.float32)
    inspector.resize(280, 2000)
    inspector.show_stage("1 of 2 · real_nvp", "real_nvp", 0.1)
    inspector.show_report(StageReport(1, "real_nvp", ("y → y + t(x)",), curves=(Curve("shift t(x)", x, x),)))
    show(inspector, qtbot)
    names = label(inspector, "curveNames")
    assert names.height() <= names.heightForWidth(names.width()) + 2


def test_numbers_beyond_two_of_each_axis_are_collapsed(inspector: Inspector, qtbot: QtBot) -> None:
    numbers = {"horizontal mean μ": 1.0, "horizontal variance σ²": 2.0, "vertical mean μ": 3.0}
    few = {**numbers, "vertical variance σ²": 4.0}
    show(inspector, qtbot)
    inspector.show_report(StageReport(1, "batch_normalization", ("y",), {**few, "ε": 0.001}))
    more = inspector.findChild(QToolButton, "moreNumbersButton")
    assert more is not None
    first, others = label(inspector, "stageNumbers"), label(inspector, "otherStageNumbers")
    assert first.text().count("<br>") == 3
    assert "σ² = 4" in first.text()
    assert (more.isVisible(), others.isVisible()) == (True, False)
    more.click()
    assert others.isVisible()
    assert others.text() == "ε = 0.001"
    inspector.show_report(StageReport(1, "batch_normalization", ("y",), few))
    assert (more.isVisible(), others.isVisible()) == (False, False)


@pytest.mark.parametrize(
    ("view", "warns"),
    [
        (ViewSpec(marks={"density"}), True),
        (ViewSpec(color_by="log_density"), True),
        (ViewSpec(), False),
    ],
)
def test_inexact_density_is_explained_where_it_is_shown(inspector: Inspector, view: ViewSpec, warns: bool) -> None:
    for folded, expected in ((0.031, warns), (0.0, False)):
        inspector.show_view("generate", view, overview=False, probed=False, folded=folded)
        assert ("over at 3% of the particles" in label(inspector, "viewExplanation").text()) == expected


def test_plot_is_created_with_the_first_curves_in_the_current_theme(
    inspector: Inspector, show_theme: Callable[[Theme], None]
) -> None:
    x = np.linspace(-1, 1, 5, dtype=np.float32)
    report = StageReport(1, "coupling", ("y = x",), {}, (Curve("shift t", x, x),), "x₁")
    show_theme("dark")
    inspector.show_report(None)
    assert not inspector.findChildren(pg.PlotWidget)
    inspector.show_report(report)
    inspector.show_report(None)
    inspector.show_report(report)
    [plot] = inspector.findChildren(pg.PlotWidget)
    assert plot.backgroundBrush().color() == background("dark")
    assert [item.name() for item in plot.listDataItems() if item.isVisible()] == ["shift t"]
