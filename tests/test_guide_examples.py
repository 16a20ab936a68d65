"""Examples of the guide to the library, run one by one."""

import re
from pathlib import Path

import pytest

import flowviz
from flowviz import Project, ShapeSpec, Widget, build_target, load
from flowviz.records.judgment import Judgment

GUIDE = Path(flowviz.__file__).parents[1] / "resources/guide/library.md"
EXAMPLES = {
    title.strip(): code
    for title, code in re.findall(
        r"\n## ([^\n]*)\n(?:(?!\n## ).)*?```python\n(.*?)```\n", GUIDE.read_text("utf-8"), re.DOTALL
    )
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def variables_after(title: str) -> dict[str, object]:
    found = dict[str, object]()
    exec(compile(EXAMPLES[title], title, "exec"), found)
    return found


def test_a_training_goes_on_and_learns_another_target() -> None:
    found = variables_after("Continuing a training")
    longer, moons = found["longer"], found["moons"]
    assert isinstance(longer, Project)
    assert isinstance(moons, Project)
    assert longer.history.step[-1] == 800
    assert moons.target == ShapeSpec(name="two_moons")


def test_a_widget_shows_a_flow_before_it_is_trained() -> None:
    widget = variables_after("Widgets")["widget"]
    assert isinstance(widget, Widget)
    assert (widget.stage, widget.color_by) == (9, "leaked")


def test_a_series_has_a_row_for_each_run(capsys: pytest.CaptureFixture[str]) -> None:
    variables_after("Several seeds and learning rates")
    out = capsys.readouterr().out
    for rate in ("0.001", "0.01"):
        assert out.count(f"realnvp, rate {rate} ") == 2


def test_own_loop_trains_a_flow_that_the_program_takes_as_any_other() -> None:
    variables_after("Your own training loop")
    project = load("mine.flowviz")
    score = project.score
    assert score is not None
    assert score.test_nll is not None
    untrained = Project.untrained(project.target, project.flow, project.training)
    flow, target = untrained.build_flow(), build_target(project.target)
    assert flow.weights().parameters.keys() == project.weights.parameters.keys()
    assert score.entropy == target.entropy
    assert score.test_nll < 2.4, "the initial NLL is about 2.7"
    assert project.trace == project.build_flow().trace(project.trace.positions[0])


def test_a_wrong_density_is_judged() -> None:
    found = variables_after("Judging any density estimator")
    judgment = found["judgment"]
    assert isinstance(judgment, Judgment)
    assert [each.check for each in judgment.findings if each.verdict == "inconsistent"] == ["mass"]
    assert judgment["mass"].numbers["mass"] == pytest.approx(0.6, abs=0.01)
    assert Path("judgment.pdf").is_file()
