"""The widget of notebooks: its traits, and what it shows of a training."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from flowviz import FlowSpec, Project, ShapeSpec, TrainingSpec, train
from flowviz.errors import SpecError
from flowviz.library import pictures
from flowviz.projects.gallery import example
from flowviz.specs import ExportSpec, Seen
from tests.exporting.projects import bent_project

pytest.importorskip("anywidget", reason="widgets need anywidget, of the extra [notebook]")

from flowviz import Widget

VIEW = "application/vnd.jupyter.widget-view+json"
HEART, SMALL, SHORT = ShapeSpec(name="heart"), FlowSpec(layers=2, width=8, depth=1), TrainingSpec(steps=20)


def directions(widget: Widget) -> list[str]:
    """Return the directions in which particles are known."""
    return [*widget._data["panes"][0]["values"][0]["moments"][-1]["clouds"]]


def test_a_widget_begins_with_the_view_of_its_spec() -> None:
    widget = Widget(bent_project(), ExportSpec(what="page", seen=Seen(stage=3)))
    assert (widget.stage, widget.direction, widget.color_by, widget.selection) == (3, "generate", "quadrant", [])
    assert Widget(bent_project()).stage == bent_project().trace.last_stage
    assert directions(widget) == ["generate"], "points are encoded when they are shown"
    assert "link" not in widget._data["controls"], "a notebook has no address for a view"


@pytest.mark.parametrize(
    ("trait", "value", "sentence"),
    [
        ("stage", 19.5, "no stage 20"),
        ("stage", -0.5, "no stage -1"),
        ("color_by", "red", "The colors cannot show 'red'. Choose quadrant"),
        ("selection", [60], "There are 60 particles"),
    ],
)
def test_wrong_values_are_explained_and_not_taken(trait: str, value: Any, sentence: str) -> None:
    widget = Widget(bent_project())
    before = getattr(widget, trait)
    with pytest.raises(SpecError, match=sentence):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def test_a_selection_may_be_a_mask() -> None:
    project = bent_project()
    assert project.selection is not None
    widget = Widget(project)
    widget.selection = project.selection.chosen
    assert widget.selection == [*range(0, 60, 2)]
    widget.selection = np.array([3, 1])
    assert widget.selection == [3, 1]


def test_a_training_is_followed_to_its_end() -> None:
    widget = Widget(Project.untrained(HEART, SMALL, SHORT))
    contents = [widget._content]
    widget.observe(lambda change: contents.append(change["new"]), "_content")
    project = train(HEART, SMALL, SHORT, on_event=widget.follow)
    assert len(set(contents)) >= 2
    np.testing.assert_array_equal(widget.project.trace.positions, project.trace.positions)
    assert contents[-1] == Widget(project)._content
    widget.direction = "encode"
    assert directions(widget) == ["generate", "encode"]


def test_notebooks_display_the_widget_where_they_can(monkeypatch: pytest.MonkeyPatch) -> None:
    project = bent_project()
    assert project._repr_mimebundle_() == {}
    monkeypatch.setattr(pictures, "is_in_notebook", lambda: True)
    assert VIEW in project._repr_mimebundle_(include=None, exclude=None)
    monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    assert project._repr_mimebundle_() == {}
    assert project._repr_png_()


def test_a_widget_loads_no_tensorflow() -> None:
    code = f"""
import sys
from flowviz import Widget, load
Widget(load({str(example("heart").path)!r}))
assert "tensorflow" not in sys.modules and "PyQt6" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_anywidget_everything_else_works() -> None:
    code = """
import sys
sys.modules["anywidget"] = None
from flowviz import *
try:
    from flowviz import Widget
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("flowviz.Widget needs anywidget. Install it with: pip install")
