"""The library: `from flowviz import ...`."""

import inspect
import pydoc
import re
import subprocess
import sys
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import flowviz
from flowviz import (
    ExportSpec,
    FlowSpec,
    PictureSize,
    Project,
    Seen,
    ShapeSpec,
    TextSpec,
    TrainingSpec,
    ViewSpec,
    build_flow,
    build_target,
    comparison_spec,
    load,
    render,
    save,
    trace,
)
from flowviz.errors import FlowvizError
from flowviz.records import Advanced, Event, Finished, base_particles
from flowviz.records.trace import TOGETHER
from flowviz.specs.spec import Spec
from flowviz.targets import points_spec
from tests.test_cli import run

SMALL = FlowSpec(layers=2, width=8, depth=1)


def test_every_name_is_there_and_listed() -> None:
    assert set(flowviz.__all__) <= set(dir(flowviz))
    for name in flowviz.__all__:
        assert getattr(flowviz, name).__doc__
    with pytest.raises(AttributeError, match="nonesuch"):
        getattr(flowviz, "nonesuch")  # noqa: B009  # mypy knows that it is not there


def test_help_is_an_overview() -> None:
    lines = pydoc.plain(pydoc.render_doc(flowviz)).splitlines()
    assert len(lines) <= 300
    overview = flowviz.__doc__ or ""
    assert [name for name in flowviz.__all__ if not re.search(rf"\b{name}\b", overview)] == []
    listed = re.findall(r"^    (\w+(?:, \w+)*)(?:  .*)?$", overview.partition("Training\n")[2], re.MULTILINE)
    assert {name for names in listed for name in names.split(", ")} <= {*flowviz.__all__}
    namespace = dict[str, object]()
    exec("from flowviz import *", namespace)
    assert {*flowviz.__all__} <= namespace.keys()


def test_help_and_signatures_list_the_fields_of_specs() -> None:
    specs = [getattr(flowviz, name) for name in flowviz.__all__]
    for spec in (each for each in specs if isinstance(each, type) and issubclass(each, Spec)):
        shown = pydoc.plain(pydoc.render_doc(spec))
        parameters = inspect.signature(spec).parameters
        described = [name for name, info in spec.model_fields.items() if info.description]
        assert list(parameters) == described
        assert "Option(" not in str(inspect.signature(spec))
        for name in described:
            assert f"{name}: {spec.model_fields[name].description}." in shown
        internal = spec.model_fields.keys() - {*described}
        assert internal <= {"kind", "text_share", "fits_height"}
        assert not any(f"    {name}: " in shown for name in internal)
    assert "width: int = 32" in str(inspect.signature(FlowSpec))
    assert FlowSpec(width=16).width == 16
    assert "width: int = 32" in str(inspect.signature(FlowSpec)), "pydantic replaces the signature at the first use"


def test_specs_come_without_anything_heavy() -> None:
    heavy = "{name.split('.')[0] for name in sys.modules} & {'tensorflow', 'PyQt6', 'pandas', 'matplotlib', 'numba'}"
    code = f"import sys; from flowviz import TextSpec, ExportSpec; TextSpec(text='a'); sys.exit(str({heavy} or ''))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.stderr.strip() == ""


def test_train_tells_its_events_and_keeps_what_was_found() -> None:
    heard: list[Event] = []
    found = flowviz.train(TextSpec(text="I"), SMALL, TrainingSpec(steps=300), on_event=heard.append)
    finished = heard[-1]
    assert isinstance(finished, Finished)
    assert finished.progress.step == 300
    assert found.weights is finished.weights
    assert found.history.step[-1] == 300
    assert found.checkpoint is finished.checkpoint


def test_a_training_that_was_stopped_resumes() -> None:
    target, spec, events = TextSpec(text="I"), TrainingSpec(steps=900), list[Event]()
    whole = flowviz.train(target, SMALL, spec)
    stopped = flowviz.train(target, SMALL, spec, on_event=events.append, should_stop=lambda: len(events) > 4)
    assert stopped.checkpoint is not None
    assert stopped.checkpoint.step < 900
    resumed = flowviz.resume(stopped)
    assert resumed.gap == whole.gap is not None
    with pytest.raises(FlowvizError, match="nothing to continue"):
        flowviz.resume(Project.untrained(target, SMALL, spec))


def test_the_past_of_a_training_is_in_the_project(project: Project) -> None:
    moments = project.timeline.moments
    assert [moments[0].step, moments[-1].step] == [0, 2100]
    assert [m.step for m in moments] == sorted({m.step for m in moments})
    of_start = build_flow(project.flow, moments[0].weights).forward(base_particles(100))
    of_end = build_flow(project.flow, moments[-1].weights).forward(base_particles(100))
    np.testing.assert_array_equal(of_end, build_flow(project.flow, project.weights).forward(base_particles(100)))
    assert np.abs(of_start - of_end).max() > 0.5


def test_samples_without_a_seed_differ_from_call_to_call(project: Project) -> None:
    flow = project.build_flow()
    for draw in (partial(flowviz.sample, project), flow.sample):
        assert not np.array_equal(draw(5), draw(5))
        np.testing.assert_array_equal(draw(5, seed=3), draw(5, seed=3))
    np.testing.assert_array_equal(trace(project, n=5).positions, trace(project, n=5).positions)


def test_a_trace_is_of_as_many_particles_as_one_wants(project: Project) -> None:
    found = trace(project, n=50, seed=3)
    assert found.positions.shape == (20, 50, 2)
    np.testing.assert_array_equal(found.positions[0], base_particles(50, 3))
    np.testing.assert_allclose(trace(project).positions, project.trace.positions, atol=1e-5)
    untrained = trace(Project.untrained(TextSpec(text="I"), SMALL, TrainingSpec(steps=1)), n=5)
    np.testing.assert_allclose(np.sort(untrained.positions[-1]), np.sort(untrained.positions[0]))


def test_a_target_samples_and_a_flow_scores() -> None:
    points = build_target(ShapeSpec(name="heart")).sample(500, np.random.default_rng(0))
    assert points.shape == (500, 2)
    assert build_flow(SMALL).log_prob(points).shape == (500,)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_project_is_saved_and_loaded(kind: type, project: Project, tmp_path: Path) -> None:
    path = kind(tmp_path / "hi.flowviz")
    save(project, path)
    again = load(path)
    np.testing.assert_array_equal(again.trace.positions, project.trace.positions)
    assert again.target == project.target


@pytest.mark.parametrize("kind", [str, Path])
def test_what_is_rendered_is_what_the_command_writes(
    kind: type, project: Project, project_file: Path, tmp_path: Path
) -> None:
    view = ViewSpec(theme="dark", color_by="radius")
    spec = ExportSpec(what="stages", seen=Seen(view=view), size=PictureSize(width=80, height=64), first=18)
    render(project, spec, kind(tmp_path / "one"))
    options = ("--theme", "dark", "--color-by", "radius", "--size", "80x64", "--first", 18)
    assert run("render", project_file, "-o", tmp_path / "other", *options) == 0
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "other"))
    assert sorted(one) == ["18_permute.png", "19_real_nvp.png"]
    assert one == other


def test_what_a_person_can_put_right_is_a_flowviz_error(project: Project, tmp_path: Path) -> None:
    for wrong in (
        lambda: load(tmp_path / "gone.flowviz"),
        lambda: build_target(TextSpec(text=" ")),
        lambda: TrainingSpec(),
        lambda: render(project, ExportSpec(seen=Seen(stage=20)), tmp_path / "x.png"),
        lambda: render(project, ExportSpec(), tmp_path / "gone" / "x.png"),
        lambda: render(project, ExportSpec(), tmp_path / "x.svg"),
        lambda: save(project, tmp_path / "x.csv"),
        lambda: flowviz.train(TextSpec(text=""), SMALL, TrainingSpec(steps=1)),
    ):
        with pytest.raises(FlowvizError, match=r"\.$"):
            wrong()
    assert not list(tmp_path.iterdir())


def test_a_project_describes_itself_in_one_line(project: Project) -> None:
    assert project.gap is not None
    assert repr(project) == f"<Project: Hi, realnvp, 2,100 steps, gap {project.gap:.3f} nats>"
    assert repr(table_project()) == "<Project: points, realnvp, untrained>"


def table_project() -> Project:
    """Return an untrained project whose data have other units than its flow."""
    data = np.random.default_rng(0).normal([300, -5], [50, 0.1], (500, 2))
    return Project.untrained(points_spec(data), SMALL, TrainingSpec(steps=1))


def test_points_of_a_project_are_in_the_units_of_its_data() -> None:
    table = table_project()
    points, inside = flowviz.sample(table, 400, seed=2), flowviz.sample(table, 400, seed=2, units="flow")
    assert points.shape == (400, 2)
    np.testing.assert_allclose(points, flowviz.units(table).values(inside))
    np.testing.assert_allclose(inside, table.build_flow().sample(400, seed=2))
    np.testing.assert_allclose(points.mean(axis=0), [300, -5], atol=10)
    densities = flowviz.score(table, points) - flowviz.score(table, inside, units="flow")
    np.testing.assert_allclose(densities, -flowviz.units(table).log_det, rtol=1e-5)
    with pytest.raises(FlowvizError, match="has no pixels"):
        flowviz.sample(table, 5, units="pixels")
    with pytest.raises(FlowvizError, match=r"must have shape \(n, 2\), not \(400,\)"):
        flowviz.score(table, points[:, 0])


def test_commands_write_what_the_library_returns(project: Project, project_file: Path, tmp_path: Path) -> None:
    drawn, scores, encoded = (tmp_path / name for name in ("drawn.npy", "scores.npy", "encoded.npz"))
    assert run("sample", project_file, "-n", 70, "--seed", 5, "--units", "pixels", "-o", drawn) == 0
    points = flowviz.sample(project, 70, seed=5, units="pixels")
    np.testing.assert_array_equal(np.load(drawn), points)
    assert run("score", project_file, drawn, "--units", "pixels", "-o", scores) == 0
    expected = flowviz.score(project, np.load(drawn), units="pixels")
    np.testing.assert_allclose(np.load(scores), expected, rtol=1e-6)
    assert run("trace", project_file, "-n", 30, "--direction", "encode", "-o", encoded) == 0
    with np.load(encoded) as arrays:
        np.testing.assert_array_equal(arrays["positions"], trace(project, 30, direction="encode").positions)


def test_what_is_computed_in_parts_is_what_is_computed_at_once(project: Project) -> None:
    parts = list(flowviz.sample_in_parts(project, TOGETHER + 3, seed=0))
    assert [len(part) for part in parts] == [TOGETHER, 3]
    points = flowviz.sample(project, TOGETHER + 3, seed=0)
    np.testing.assert_array_equal(np.concatenate(parts), points)
    scores = list(flowviz.score_in_parts(project, points))
    np.testing.assert_array_equal(np.concatenate(scores), flowviz.score(project, points))
    assert [part.positions.shape[1] for part in flowviz.trace_in_parts(project, TOGETHER + 1)] == [TOGETHER, 1]


SHOW = """
import sys
from flowviz import FlowSpec, Project, TextSpec, TrainingSpec, load
untrained = Project.untrained(TextSpec(text="I"), FlowSpec(), TrainingSpec(steps=1))
for project in (load(sys.argv[1]), untrained):
    sys.stdout.buffer.write(project._repr_png_())
assert "tensorflow" not in sys.modules, "TensorFlow was loaded"
"""


def test_notebooks_display_a_project_without_tensorflow(project: Project, project_file: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SHOW, str(project_file)], capture_output=True, check=True)
    first = Image.open(BytesIO(done.stdout))
    assert first.format == "PNG"
    assert first.size == (640, 480)
    assert done.stdout.startswith(flowviz.picture(project))
    assert done.stdout.count(b"\x89PNG") == 2


class Notebook:
    """`IPython.display`, which shows MIME bundles below a cell and replaces them."""

    def __init__(self) -> None:
        self.cells: list[list[str]] = []

    def display(self, bundle: dict[str, str], *, raw: bool, display_id: bool = False) -> "Notebook":
        assert raw
        self.cells.append([bundle["text/plain"]])
        return self

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.cells[0].append(bundle["text/plain"])


def test_notebooks_show_the_progress_of_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook()
    shell = type("ZMQInteractiveShell", (), {})()  # by whose name Rich recognizes a notebook
    monkeypatch.setattr("builtins.get_ipython", lambda: shell, raising=False)
    monkeypatch.setitem(sys.modules, "IPython.display", notebook)
    found = flowviz.train(TextSpec(text="I"), SMALL, TrainingSpec(steps=900))
    [line] = notebook.cells
    assert line[0] == "Starting"
    assert any(re.match(r"\d+%: .*steps/s$", text) for text in line)
    assert line[-1].startswith("Completed after 900 steps")
    flowviz.resume(found, steps=1000)
    assert len(notebook.cells) == 2
    flowviz.train(TextSpec(text="I"), SMALL, TrainingSpec(steps=5), on_event=lambda _: None)
    assert len(notebook.cells) == 2


def test_elsewhere_a_training_shows_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    flowviz.train(TextSpec(text="I"), SMALL, TrainingSpec(steps=5))
    assert capfd.readouterr() == ("", "")


def test_flows_are_compared_saved_and_continued(tmp_path: Path) -> None:
    spec = comparison_spec(
        {
            "target": {"kind": "text", "text": "I"},
            "flow": dict(SMALL),
            "training": {"steps": 600},
            "entrants": [{"name": "slow", "training": {"learning_rate": 1e-4}}, {"name": "usual"}],
        }
    )
    heard = list[object]()
    stopped = flowviz.compare(
        spec, on_event=lambda _, event: heard.append(event), should_stop=lambda: Advanced in map(type, heard)
    )
    assert {trial.ending for trial in stopped.trials} == {"stopped"}
    flowviz.save_comparison(stopped, str(tmp_path / "c.flowviz"))
    found = flowviz.compare(flowviz.load_comparison(tmp_path / "c.flowviz"))
    whole = flowviz.compare(spec)
    assert found.table()["gap"].tolist() == whole.table()["gap"].tolist()
    assert found.table()["ending"].tolist() == ["completed", "completed"]
    assert found["usual"].gap == whole["usual"].gap is not None
