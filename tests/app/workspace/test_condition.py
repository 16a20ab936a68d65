"""Conditional flows in a comparison."""

from pytestqt.qtbot import QtBot

from flowviz.projects import Project
from flowviz.projects.comparison import Comparison
from flowviz.specs import ConditionalSpec, FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target, target_picture
from tests.app.conftest import Window
from tests.app.workspace.panes import Panes

WORDS = ConditionalSpec(sources=(TextSpec(text="I"), TextSpec(text="OO")))


def shown_at(value: float) -> Project:
    flow = FlowSpec(layers=2).conditioned_on(WORDS.condition).model_copy(update={"given": value})
    return Project.untrained(WORDS, flow, TrainingSpec(steps=10))


def test_each_cloud_shows_the_target_at_its_own_value(window: Window, qtbot: QtBot) -> None:
    panes, built = Panes(window, qtbot), build_target(WORDS)
    window.main.view.set_mark("target", True)
    panes.comparisons.show(Comparison({"first": shown_at(0.0), "second": shown_at(1.0)}))
    panes.wait_for_targets()
    expected = [target_picture(built.given(value)).rectangle for value in (0.0, 1.0)]
    assert expected[0] != expected[1]

    def are_shown() -> bool:
        scenes = [pane.picture.drawn.scene for pane in panes.panes]
        return [scene.target.rectangle if scene and scene.target else None for scene in scenes] == expected

    qtbot.waitUntil(are_shown)
