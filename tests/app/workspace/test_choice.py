"""Choices of the dialog: the comparisons that they describe, and the errors that they cause."""

from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QListWidget, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.existing import existing
from flowviz.app.widgets.labels import FittingLabel, WarningLabel
from flowviz.app.workspace.choice import Choice, Kind, with_current_as_asked
from flowviz.app.workspace.dialog import ENTRIES, ComparisonDialog
from flowviz.app.workspace.joining import joining
from flowviz.errors import SpecError
from flowviz.projects import Plan, Project
from flowviz.specs import COMPARISON_PRESETS, ConditionalSpec, FlowSpec, TextSpec, TrainingSpec
from tests.app.conftest import Window

HI, BYE = TextSpec(text="Hi"), TextSpec(text="Bye")
WORDS = ConditionalSpec(sources=(HI, BYE))
CURRENT = Project.untrained(HI, FlowSpec(), TrainingSpec(steps=50))
SPLINE = Project.untrained(BYE, FlowSpec(family="spline"), TrainingSpec(seconds=9))


def choice(kind: Kind, **changes: object) -> Choice:
    """Return a choice of 100 steps for each flow."""
    return replace(Choice(kind, HI, TrainingSpec(steps=100, seed=3), CURRENT), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", COMPARISON_PRESETS)
def test_a_preset_has_one_target_and_one_budget(name: Kind) -> None:
    learned = WORDS if name == "condition" else HI
    comparison = choice(name, target=learned).comparison()
    assert len(comparison.names) > 1
    [target] = {project.target for project in comparison.projects.values()}
    assert target == learned or name == "objective", "whose densities are those of blurred ink"
    assert target.title == learned.title
    assert {project.training.steps for project in comparison.projects.values()} == {100}


def test_the_current_flow_and_projects_join_with_the_target_and_the_budget() -> None:
    comparison = choice("families", adds_current=True, projects=(("mine", SPLINE),)).comparison()
    assert comparison.names == ("RealNVP", "Spline", "Flow matching", "RealNVP 2", "mine")
    assert comparison["mine"].target == HI
    assert comparison["mine"].flow.family == "spline"
    assert comparison["mine"].training.steps == 100


def test_a_project_offers_its_target() -> None:
    assert choice("own", projects=(("mine", SPLINE),)).targets() == [HI, BYE]


def test_names_that_are_taken_get_a_number() -> None:
    assert choice("own", projects=(("a", SPLINE), ("a", SPLINE))).comparison().names == ("a", "a 2")


def test_one_flow_learns_several_words() -> None:
    comparison = choice("words", words="sun, moon star sun").comparison()
    assert [project.target.title for project in comparison.projects.values()] == ["sun", "moon", "star"]
    assert {project.flow.seed for project in comparison.projects.values()} == {3}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "own"}, "nothing to compare"),
        ({"kind": "words", "words": "  "}, "Type two to six words"),
        ({"kind": "words", "words": "a b c d e f g"}, "up to 6"),
    ],
)
def test_an_impossible_choice_is_explained(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(SpecError, match=sentence):
        replace(choice("own"), **changes).comparison()  # type: ignore[arg-type]


def test_a_trained_project_keeps_what_it_has_learned_within_the_budget(project: Project) -> None:
    assert joining(project, project.target, TrainingSpec(steps=2100)).checkpoint is not None
    assert joining(project, project.target, TrainingSpec(steps=2000)).checkpoint is None
    assert joining(project, BYE, TrainingSpec(steps=2100)).checkpoint is None


def test_the_current_flow_is_the_requested_one(project: Project) -> None:
    assert with_current_as_asked(project) is project
    asked = replace(project, next=Plan(project.target, FlowSpec(family="spline"), project.training))
    assert with_current_as_asked(asked).flow.family == "spline"
    assert with_current_as_asked(asked).checkpoint is None


def test_a_flow_that_starts_over_has_the_seed_of_the_others(project: Project) -> None:
    joined = joining(project, TextSpec(text="else"), TrainingSpec(steps=10, seed=7))
    assert (joined.flow.seed, joined.training.seed) == (7, 7)


def test_compare_asks_what_to_compare_and_then_loads_the_page(window: Window, qtbot: QtBot) -> None:
    comparisons = window.main.comparisons
    assert "workbench" not in vars(comparisons)
    window.find(QAction, "compareAction").trigger()
    dialog = window.find(ComparisonDialog, "comparisonDialog")
    window.find(QListWidget, "comparisonPresets").setCurrentRow(3)
    fields = [existing(dialog.findChild(QSpinBox, name)) for name in ("comparisonSeed", "budgetAmount")]
    assert len({field.mapTo(dialog, QPoint()).x() for field in fields}) == 1, "the fields begin in one column"
    buttons = [button for button in dialog.findChildren(QPushButton) if button.text() in {"Compare", "Cancel"}]
    assert [button.icon().isNull() for button in buttons] == [True, True], "icons of the style do not follow the theme"
    window.find(QPushButton, "startComparison").click()
    assert "workbench" in vars(comparisons)
    assert [pane.name for pane in comparisons.grid.panes] == ["4 layers", "8 layers", "16 layers"]
    title = window.find(FittingLabel, "comparisonTitle")
    assert "20 s" in title.text()
    qtbot.waitUntil(lambda: dialog not in window.main.findChildren(ComparisonDialog))


@pytest.mark.parametrize("kind", ["condition", "own"])
def test_the_dialog_has_room_for_a_problem(qtbot: QtBot, tmp_path: Path, kind: Kind) -> None:
    dialog = ComparisonDialog(CURRENT, tmp_path, None, lambda _: None)
    qtbot.addWidget(dialog)
    dialog.show()
    presets, problem = dialog.findChild(QListWidget, "comparisonPresets"), dialog.findChild(WarningLabel)
    assert presets is not None
    assert problem is not None
    presets.setCurrentRow([*ENTRIES].index(kind))
    assert problem.text()
    qtbot.waitUntil(lambda: dialog.height() >= dialog.heightForWidth(dialog.width()))
