"""Flows as NumPy modules: they compute what the flows compute, without flowviz and without TensorFlow."""

import ast
import gc
import re
import shlex
import subprocess
import sys
import tokenize
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz import ExportSpec, __version__, points_spec, render, sample, score, units
from flowviz.errors import FileError, SpecError
from flowviz.exporting.code import DEFINITION, FILES, MAX_WEIGHTS, check_code, code_of
from flowviz.exporting.commands import train_command
from flowviz.exporting.export import Export
from flowviz.extensions import Code, Loading
from flowviz.files import resource
from flowviz.flows import Flow, build_flow
from flowviz.projects import Project
from flowviz.projects.gallery import example
from flowviz.records import Snapshot, Timeline, Weights
from flowviz.specs import RECIPES, FlowSpec, Seen, ShapeSpec, TargetSpec, TextSpec, TrainingSpec, ViewSpec
from flowviz.specs.condition import Condition
from flowviz.specs.edits import Bump, Edits, LayerEdit
from tests.exporting.projects import bent_project, written
from tests.flows.families import SPECS, random_weights, specs
from tests.test_cli import run

SPEC = ExportSpec(what="code")
POINTS = 10_000
ALONE = """
import sys
sys.modules["tensorflow"] = sys.modules["flowviz"] = None  # importing them fails
import numpy as np
import flow
names = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - {"__main__", "flow", "numpy"}
assert names <= {"tensorflow", "flowviz"} | before, names
x = flow.sample(100, seed=3)
assert np.allclose(flow.forward(flow.inverse(x)), x)
np.save("x.npy", x)
np.save("log_prob.npy", flow.log_prob(x))
"""
BEFORE = "import sys\nbefore = {name.partition('.')[0] for name in sys.modules}\n"
BENT: dict[str, tuple[FlowSpec, Edits]] = {
    "shift and log-scale": (
        SPECS["realnvp"],
        Edits(
            layers={
                1: LayerEdit(
                    bumps=(
                        Bump(curve="shift", center=(0.3,), height=(1.5,), width=0.4),
                        Bump(curve="log-scale", center=(-1.0,), height=(0.7,), width=0.2),
                    )
                ),
                3: LayerEdit(disabled=True),
            }
        ),
    ),
    "inverse autoregressive": (
        SPECS["iaf"],
        Edits(layers={1: LayerEdit(bumps=(Bump(curve="log-scale", center=(0.5,), height=(0.7,), width=0.5),))}),
    ),
    "spline": (
        SPECS["spline"],
        Edits(
            layers={
                1: LayerEdit(
                    bumps=(
                        Bump(curve="spline", center=(0.2,), height=(5.0,), width=0.4),
                        Bump(curve="spline", center=(0.2, -0.5), height=(-0.3,), width=0.3),
                    )
                )
            }
        ),
    ),
    "velocity": (
        SPECS["rk4"],
        Edits(
            layers={
                1: LayerEdit(bumps=(Bump(curve="velocity", center=(0.2, -0.5), height=(0.6, 1.0), width=0.6),)),
                2: LayerEdit(disabled=True),
            }
        ),
    ),
}


def project_of(flow: FlowSpec, target: TargetSpec | None = None, **changes: Any) -> Project:
    """A project as if its flow, with random weights, had been trained."""
    found = random_weights(flow)
    weights = Weights(*({name: a.astype(np.float32) for name, a in each.items()} for each in vars(found).values()))
    start = Project.untrained(target or ShapeSpec(name="two_moons"), flow, TrainingSpec(steps=10))
    return replace(start, weights=weights, **changes)


def module_of(project: Project, folder: Path, spec: ExportSpec = SPEC) -> Any:
    path = written(project, spec, folder / "flow.py")
    found = spec_from_file_location("flow", path)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def assert_close(found: Any, expected: Any) -> None:
    """Compare relative to 1 or to the value, whichever is larger; NaN only equals NaN."""
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    difference = np.abs(found - expected) / np.maximum(1, np.abs(expected))
    assert np.nanmax(difference) < 1e-5


def assert_same_flow(module: Any, flow: Flow) -> None:
    """Compare all functions at points that the flow reaches, and log-densities also far from them."""
    z = flow.particles(POINTS, seed=5)
    x = flow.forward(z)
    assert_close(module.sample(POINTS, 5), x)
    assert_close(module.forward(z), x)
    log_prob = flow.log_prob(x)
    assert_close(module.log_prob(x), log_prob)
    inverse = flow.inverse(x)
    inverse[np.isnan(log_prob)] = np.nan
    assert_close(module.inverse(x), inverse)
    assert not np.isnan(log_prob).all()
    assert module.sample(0, 1).shape == module.inverse(np.zeros((0, 2))).shape == (0, 2)
    assert_close(module.sample(10, 5), module.sample(POINTS, 5)[:10])
    assert np.isnan(module.log_prob([[np.nan, 0], [0, 0]])).tolist() == [True, False]
    with pytest.raises(ValueError, match=r"shape \(n, 2\), not \(3,\)"):
        module.log_prob([1, 2, 3])
    if not flow.can_fold:
        far = np.random.default_rng(0).normal(scale=20, size=(1000, 2))
        assert_close(module.log_prob(far), flow.log_prob(far))


@pytest.mark.parametrize("spec", specs("realnvp", "spline", "euler", "planar", "mixture base"))
def test_module_computes_what_the_flow_does(spec: FlowSpec, tmp_path: Path) -> None:
    project = project_of(spec)
    assert_same_flow(module_of(project, tmp_path), project.build_flow("float64"))


@pytest.mark.parametrize("given", [1.0, 0.3])
def test_module_of_a_flow_with_a_condition_is_that_at_its_value(given: float, tmp_path: Path) -> None:
    condition = Condition(name="word", classes=("A", "B"))
    flow = SPECS["realnvp"].conditioned_on(condition).model_copy(update={"given": given})
    project = replace(project_of(flow), flow=flow)
    assert_same_flow(module_of(project, tmp_path), project.build_flow("float64"))


COMPILED_LONG = {"velocity", "spline"}  # three seconds each


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in COMPILED_LONG else name for name in BENT]
)
def test_edits_are_part_of_the_module(name: str, tmp_path: Path) -> None:
    flow, edits = BENT[name]
    project = project_of(flow, edits=edits)
    module = module_of(project, tmp_path)
    assert_same_flow(module, project.build_flow("float64"))
    assert np.abs(module.sample(100, 0) - sample(replace(project, edits=Edits()), 100, 0)).max() > 0.1


def test_points_without_an_inverse_are_nan(tmp_path: Path) -> None:
    spec = FlowSpec(family="flow_matching", width=8, depth=1, waves=2, integrator="euler", integrator_steps=1)
    project = project_of(spec)
    project = replace(project, weights=random_weights(spec, scale=1.0))
    module, flow = module_of(project, tmp_path), project.build_flow("float64")
    x = flow.forward(flow.particles(POINTS))
    log_prob = module.log_prob(x)
    lost = np.isnan(log_prob)
    assert 0.05 < lost.mean() < 0.95
    assert (lost == np.isnan(flow.log_prob(x))).mean() > 0.999  # Newton's method is chaotic at a fold
    np.testing.assert_array_equal(np.isnan(module.inverse(x)), np.stack([lost, lost], axis=1))


def test_module_is_in_the_units_of_the_data(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = points_spec(rng.normal(size=(2000, 2)) * [1e-3, 2e-3] + [5, -7])
    project = project_of(SPECS["nice"], table)
    module = module_of(project, tmp_path)
    x = sample(project, POINTS, 3)
    assert np.abs(x.mean(axis=0) - [5, -7]).max() < 0.1
    assert_close(module.sample(POINTS, 3), x)
    assert_close(module.log_prob(x), score(project, x))
    in_flow_units = module_of(project, tmp_path, ExportSpec(what="code", seen=Seen(view=ViewSpec(units="flow"))))
    assert_close(in_flow_units.sample(POINTS, 3), units(project).points(x))


def test_module_of_a_moment_has_its_weights(tmp_path: Path) -> None:
    project = project_of(SPECS["nice"])
    early = random_weights(SPECS["nice"], seed=9)
    moments = tuple(
        Snapshot(step, weights, None, None, project.trace) for step, weights in ((3, early), (10, project.weights))
    )
    project = replace(project, timeline=Timeline(moments))
    module = module_of(project, tmp_path, ExportSpec(what="code", seen=Seen(moment=3)))
    assert_close(module.sample(100, 0), build_flow(project.flow, early, "float64").sample(100, 0))
    assert "3 steps" in module.__doc__


def test_module_of_an_untrained_flow_is_that_of_its_initial_weights(tmp_path: Path) -> None:
    module = module_of(Project.untrained(ShapeSpec(name="two_moons"), FlowSpec(), TrainingSpec(steps=1)), tmp_path)
    assert_close(module.sample(100, 0), build_flow(FlowSpec(), None, "float64").sample(100, 0))


def test_module_needs_neither_flowviz_nor_tensorflow(tmp_path: Path) -> None:
    project = project_of(SPECS["glow"])
    render(project, SPEC, tmp_path / "flow.py")
    command = [sys.executable, "-I", "-c", f"{BEFORE}sys.path.insert(0, {str(tmp_path)!r})\n{ALONE}"]
    subprocess.run(command, check=True, cwd=tmp_path)
    x = np.load(tmp_path / "x.npy")
    assert_close(x, sample(project, 100, 3))
    assert_close(np.load(tmp_path / "log_prob.npy"), score(project, x))


@pytest.mark.parametrize(
    "text",
    [
        "quotes \"\"\" and '''",
        '"""\nimport os\nos.abort()\n"""',
        "back\\slash \\",
        "\\N{BULLET} \\x00 \\u12",
        "line\r\nbreaks\x0b\x0c\x1c\u2028\u2029",
        "\u202eright to left\x00 nothing\ud800",
        "# -*- coding: utf-7 -*-",
        "{version} {0} %s",
        "ночь 夜 🌙 " * 100,
        "",
    ],
)
def test_texts_of_a_project_are_only_text(text: str, tmp_path: Path) -> None:
    plain = project_of(SPECS["planar"])
    table = points_spec(np.random.default_rng(0).normal(size=(200, 2))).model_copy(update={"name": text})
    for target in (table, TextSpec.model_construct(text=text)):
        code = code_of(replace(plain, target=target), plain.weights, "flow")
        assert body_of(code) == body_of(code_of(plain, plain.weights))
        lines = code.splitlines()
        assert max(map(len, lines)) <= 120
        assert all(line.isprintable() for line in lines)
        assert len(list(tokenize.tokenize(BytesIO(code.encode()).readline))) > 100


def test_docstring_says_what_the_flow_is(tmp_path: Path) -> None:
    project = example("two_moons").project()
    found = project.score_in_units()
    assert found is not None
    module = module_of(project, tmp_path)
    for words in ("two moons", RECIPES[project.flow.family].title, found.sentence(), __version__):
        assert words in module.__doc__
    (command,) = re.findall(r"Command +(flowviz train .*?)\n\n", module.__doc__, re.DOTALL)
    asked = train_command(project.plan, Path("two moons.flowviz"), None)
    assert shlex.split(command.replace("\\\n", " ")) == shlex.split(asked)
    for name in ("sample", "log_prob", "forward", "inverse"):
        assert getattr(module, name).__doc__


def test_extensions_of_the_process_are_not_in_the_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project = example("two_moons").project()
    before = Export(project, SPEC).text()
    loaded = Loading((Code(tmp_path / "mine.py", ""),), installed=False, added=())
    monkeypatch.setattr("flowviz.exporting.commands.loading", lambda: loaded)
    assert "--with" in train_command(project.plan, Path("a.flowviz"), None)
    assert Export(project, SPEC).text() == before


def test_command_that_a_line_cannot_hold_is_left_out() -> None:
    plain = project_of(SPECS["planar"])
    for text in ("two\nlines", 'a "quoted" word', "it's", "a" * 120, "\u202eback"):
        assert "flowviz train" not in code_of(replace(plain, target=TextSpec(text=text)), plain.weights)
    code = code_of(replace(plain, target=TextSpec(text="a  \\ `b` $HOME")), plain.weights)
    (command,) = re.findall(r"Command +(flowviz train .*?)\n\n", code, re.DOTALL)
    assert shlex.split(command.replace("\\\n", " "))[3] == "a  \\ `b` $HOME"


def test_command_writes_code_but_never_over_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project, output = tmp_path / "p.flowviz", tmp_path / "flow.py"
    example("eight_components").copy_to(project)
    assert run("render", str(project), "-o", str(output)) == 0
    assert output.read_text(encoding="utf-8") == Export(example("eight_components").project(), SPEC).text()
    example("eight_components").copy_to(output)
    before = output.read_bytes()
    assert run("render", str(project), "-o", str(output)) == 2
    assert "flow.py is a project, which would be lost" in capsys.readouterr().err
    assert output.read_bytes() == before


def body_of(code: str) -> str:
    """Return the code without its docstring."""
    return ast.dump(ast.Module(ast.parse(code).body[1:], []))


def test_numbers_of_another_flow_are_refused() -> None:
    project = project_of(SPECS["planar"])
    for name in ('01_planar/a"]) or 1', "99_planar/u", "u"):
        wrong = Weights({**project.weights.parameters, name: np.zeros(2)}, {})
        with pytest.raises(FileError, match="do not match the flow"):
            code_of(project, wrong)


def test_code_of_a_trained_flow_is_written_without_tensorflow(tmp_path: Path) -> None:
    program = """
import sys
from flowviz import ExportSpec, render
from flowviz.projects.gallery import example
render(example("eight_components").project(), ExportSpec(what="code"), sys.argv[1])
assert "tensorflow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "flow.py")], check=True)
    project = example("eight_components").project()
    first = (tmp_path / "flow.py").read_bytes()
    module = module_of(project, tmp_path)
    assert (tmp_path / "flow.py").read_bytes() == first
    np.testing.assert_allclose(module.sample(8000, 0), project.trace.positions[-1], atol=1e-3)


def test_same_project_gives_the_same_bytes(tmp_path: Path) -> None:
    project = bent_project()
    first = written(project, SPEC, tmp_path / "first.py").read_bytes()
    render(project, SPEC, tmp_path / "second.py")
    assert first == (tmp_path / "second.py").read_bytes()
    assert first.decode() == Export(project, SPEC).text()


@pytest.mark.parametrize("file", FILES)
def test_definitions_are_those_of_the_syntax_tree(file: str) -> None:
    text = resource(f"code/{file}.py").read_text(encoding="utf-8")
    expected = {}
    for node in ast.parse(text).body:
        decorators = getattr(node, "decorator_list", ())
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Assign):
            first = min(each.lineno for each in (node, *decorators))
            name = node.targets[0].id if isinstance(node, ast.Assign) else node.name  # type: ignore[attr-defined]
            expected[name] = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    found = {match["name"] or match["constant"]: match[0] for match in DEFINITION.finditer(text)}
    assert found == expected


def test_code_is_written_while_another_thread_parses_python() -> None:
    project, limits = project_of(SPECS["realnvp"]), gc.get_threshold()
    first = code_of(project, project.weights)

    def parse(*_: object) -> None:
        """Parse a module, as another thread can while this one collects garbage."""
        ast.parse("x")

    gc.set_threshold(20)
    gc.callbacks.append(parse)
    try:
        assert code_of(project, project.weights) == first
    finally:
        gc.callbacks.remove(parse)
        gc.set_threshold(*limits)


def test_flows_that_cannot_be_code_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RECIPES, "shear", replace(RECIPES["nice"], stages=("shear:Shear",)))
    of_others = Project.untrained(ShapeSpec(name="two_moons"), FlowSpec(family="shear"), TrainingSpec(steps=1))
    with pytest.raises(SpecError, match="The flow shear comes from an extension"):
        Export(of_others, SPEC)
    large = FlowSpec(width=1024, layers=12)
    assert large.weight_count > MAX_WEIGHTS
    with pytest.raises(SpecError, match="million weights"):
        check_code(large)
    check_code(FlowSpec())
