"""Flows join a comparison: copies, presets, the flow of the window, and project files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from PyQt6.QtWidgets import QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.session import Session
from flowviz.app.workspace.adding import EntrantAdding
from flowviz.app.workspace.compared import comparison_of
from flowviz.app.workspace.pane_title import pane_title
from flowviz.app.workspace.table import FiguresTable
from flowviz.projects import Comparison, Project
from flowviz.records import Preparing
from flowviz.specs import PRESETS, FlowSpec, TextSpec, TrainingSpec, comparison_spec
from tests.app.conftest import work_is_running
from tests.app.workspace.fakes import TARGET, ComparisonHarness

SHARED = {"target": TARGET, "training": TrainingSpec(steps=1000)}
BYE = Project.untrained(TextSpec(text="Bye"), FlowSpec(family="spline"), TrainingSpec(seconds=9))


class Adding:
    """Adds flows to a comparison of two flows."""

    def __init__(self, qtbot: QtBot) -> None:
        self.harness, self.page, self.qtbot = ComparisonHarness(), QWidget(), qtbot
        qtbot.addWidget(self.page)
        self.notices, self.worker = list[str](), LatestWorker(self._take_notice)
        self.adding = EntrantAdding(
            self.harness.compared, self.harness.controller, cast("Session", self), self.worker, self.page
        )

    def _take_notice(self, notice: Notice) -> None:
        self.notices.append(notice.text)

    def project(self) -> Project:
        return BYE

    @property
    def targets(self) -> list[str]:
        return [run.target.title for run in self.harness.compared.value.runs]

    def press(self, text: str) -> None:
        """Press a button of the question about the target."""
        (box,) = self.page.findChildren(QMessageBox)
        (found,) = [button for button in box.findChildren(QPushButton) if button.text() == text]
        found.click()

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=20_000)


@pytest.fixture
def flows(qtbot: QtBot) -> Iterator[Adding]:
    found = Adding(qtbot)
    yield found
    found.worker.close()
    qtbot.waitUntil(lambda: not work_is_running(), timeout=20_000)


def test_a_copy_is_untrained_and_selected(flows: Adding) -> None:
    flows.harness.train()
    flows.adding.add_copy()
    assert flows.harness.names == ("a", "b", "a 2")
    assert flows.harness.compared.value.selected == "a 2"
    assert not flows.harness.run("a 2").is_begun


def test_a_preset_learns_the_same_target(flows: Adding) -> None:
    preset = PRESETS["sharp"]
    flows.adding.add_flow(preset.flow())
    assert flows.harness.run("Spline").project.flow.family == "spline"
    assert flows.harness.run("Spline").target == TARGET


def test_default_names_are_the_titles_of_families_and_differ(flows: Adding) -> None:
    for _ in range(2):
        flows.adding.add_flow(FlowSpec(family="spline"))
        flows.adding.add_flow(FlowSpec(layers=3))
    assert flows.harness.names == ("a", "b", "Spline", "RealNVP", "Spline 2", "RealNVP 2")


def test_flows_that_the_command_names_after_families_are_shown_with_their_titles(qtbot: QtBot) -> None:
    values = [{"name": name, "flow": {"family": name}} for name in ("realnvp", "spline")]
    harness = ComparisonHarness(Comparison.untrained(comparison_spec({**SHARED, "entrants": values})))
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    model = table.model()
    assert model is not None
    assert [model.index(row, 0).data() for row in range(2)] == ["RealNVP", "Spline"]
    assert pane_title(harness.run("realnvp"), "light").texts[-1] == "RealNVP"
    harness.controller.train()
    harness.thread.send("realnvp", Preparing("Compiling the training step"))
    assert harness.controls.sentence == "RealNVP: Compiling the training step…"
    assert harness.names == comparison_of(harness.compared.value).names == ("realnvp", "spline"), (
        "as --entrant names them"
    )
    harness.controller.add("Spline", BYE)
    assert "Spline 2" in harness.names, "no other flow is shown under this name"


def test_another_target_is_asked_about(flows: Adding) -> None:
    flows.adding.add_current()
    assert len(flows.harness.names) == 2
    flows.press("'Hi'")
    flows.wait(lambda: len(flows.harness.names) == 3)
    assert flows.targets == ["Hi", "Hi", "Hi"]


def test_all_can_adopt_the_target_of_a_project(flows: Adding) -> None:
    flows.adding.add_current()
    flows.press("All learn 'Bye'")
    flows.wait(lambda: len(flows.harness.names) == 3)
    assert flows.targets == ["Bye", "Bye", "Bye"]


def test_each_can_keep_its_own_target(flows: Adding) -> None:
    flows.adding.add_current()
    flows.press("Each keeps its own")
    flows.wait(lambda: len(flows.harness.names) == 3)
    assert flows.targets == ["Hi", "Hi", "Bye"]


def test_a_project_file_with_the_same_target_joins_as_it_is(flows: Adding, project_file: Path) -> None:
    flows.harness.request.set_budget("steps", 2100)
    flows.harness.controller.editing.apply()
    flows.adding.add_file(project_file)
    flows.wait(lambda: len(flows.harness.names) == 3)
    assert flows.harness.run("hi").is_begun


def test_a_file_that_is_no_project_is_a_sentence(flows: Adding, tmp_path: Path) -> None:
    path = tmp_path / "broken.flowviz"
    path.write_bytes(b"nothing")
    flows.adding.add_file(path)
    flows.wait(lambda: bool(flows.notices))
    assert str(path) in flows.notices[0]
