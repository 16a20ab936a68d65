"""What is copied as a command, or as Python, does exactly what was done."""

import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import flowviz
from flowviz.cli import loaded_project, render, training
from flowviz.errors import FileError, SpecError
from flowviz.exporting.commands import render_command, render_python, train_command, train_python
from flowviz.exporting.export import Export
from flowviz.projects import Plan, Project, save_project
from flowviz.records import Selection
from flowviz.specs import (
    RECIPES,
    SHAPES,
    ConditionalSpec,
    ExportSpec,
    FlowSpec,
    MixSpec,
    Part,
    PictureSize,
    Playback,
    Seen,
    ShapeSpec,
    TargetSpec,
    TextSpec,
    TrainingSpec,
    ViewSpec,
)
from flowviz.specs.export import MAX_GIF_FRAMES_PER_SECOND, relevant
from flowviz.specs.export_kinds import FORMATS
from flowviz.specs.fields import checked, with_values
from flowviz.specs.flow import MIXTURE_DEFAULTS
from flowviz.specs.flow_choices import NETWORK_FIELDS, SOLE_FIELDS
from flowviz.specs.view import MAX_SIDE
from flowviz.targets import read_image
from tests.specs.field_values import field_values
from tests.test_cli import run

ROOT = Path(flowviz.__file__).parents[1]
STRICT = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
ODD_NAMES = ["plain", "two words", "-dash", "it's", 'say "hi"', "größe 漢字", "$HOME `x` \\n", "a;b & c", "-o=x", "*"]


@st.composite
def specs(draw: st.DrawFn) -> ExportSpec:
    """Any export that may be asked for."""
    what = draw(st.sampled_from(list(FORMATS)))
    format_ = draw(st.sampled_from(FORMATS[what]))
    values = draw(field_values(ExportSpec)) | {"what": what, "format": format_}
    if format_ == "mp4":
        values["background"] = "solid"
    if format_ == "gif":
        values["fps"] = min(values["fps"], MAX_GIF_FRAMES_PER_SECOND)
    if values["first"] is not None and values["last"] is not None:
        values["first"], values["last"] = sorted((values["first"], values["last"]))
    values["scale"] = min(values["scale"], MAX_SIDE // max(values["size"].width, values["size"].height))
    if values["square"] is not None and max(values["square"]) > values["grid_cells"]:
        values["square"] = None  # it would be outside the grid
    return checked(with_values(ExportSpec(), values))


outputs = st.builds(
    lambda name, suffix: Path(name + suffix),
    st.sampled_from(ODD_NAMES),
    st.sampled_from(["", ".png", ".PNG", ".svg", ".pdf", ".gif", ".apng", ".webp", ".mp4", ".npz", ".csv", ".x"]),
)


class Heard:
    """Stands where work is done, and keeps what it is asked to do."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __call__(self, *values: Any, **_: Any) -> Any:
        self.asked.append(values)
        return self

    count = 1

    def names(self) -> list[str]:
        return []

    def write(self, path: Path) -> list[None]:
        self.asked.append((path,))
        return []


SELECTION = Selection(np.arange(8000) < 100)
UNTRAINED = Project.untrained(TextSpec(text="I"), FlowSpec(), TrainingSpec(steps=1))


@STRICT
@given(spec=specs(), output=outputs, name=st.sampled_from(ODD_NAMES))
def test_the_command_asks_for_the_very_same_export(spec: ExportSpec, output: Path, name: str) -> None:
    engine, opened, saved = Heard(), Heard(), replace(UNTRAINED, selection=SELECTION)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "Export", engine)
        patch.setattr(loaded_project, "load_project", lambda path: opened(path) and saved)
        patch.setattr(render._Followed, "trace", UNTRAINED.trace)  # of points of the target: computed for its NLL
        patch.setattr(render, "check_output", lambda *_: None)  # refuses suffixes of other formats
        program, *arguments = shlex.split(render_command(Path(name), spec, output))
        assert (program, run(*arguments)) == ("flowviz", 0)
    (found, asked), (written_to,) = engine.asked
    assert asked == relevant(spec)
    assert written_to == output
    assert opened.asked == [(Path(name),)]
    assert found.selection is SELECTION


@STRICT
@given(spec=specs(), output=outputs, name=st.sampled_from(ODD_NAMES))
def test_the_python_asks_for_the_very_same_export(spec: ExportSpec, output: Path, name: str) -> None:
    render, load, code = Heard(), Heard(), render_python(Path(name), spec, output)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowviz.render", render)
        patch.setattr("flowviz.load", load)
        exec(code, {})
    assert len(code.splitlines()) <= 8
    assert load.asked == [(name,)]
    assert render.asked == [(load, relevant(spec), str(output))]


def test_only_what_is_not_as_usual_is_said() -> None:
    assert render_command(Path("a.flowviz"), ExportSpec(), Path("a.png")) == "flowviz render a.flowviz --output a.png"
    sheet = ExportSpec(what="sheet", format="svg", seen=Seen(view=ViewSpec(theme="dark")))
    assert render_command(Path("a.flowviz"), sheet, Path("a.svg")).endswith("--output a.svg --what sheet --theme dark")
    plan = Plan(TextSpec(text="BRAD"), FlowSpec(), TrainingSpec(seconds=60))
    assert train_command(plan, Path("a.flowviz"), None) == "flowviz train --text BRAD --output a.flowviz"


@pytest.mark.parametrize("flow", [None, FlowSpec()])
def test_no_integrator_is_named_without_need(flow: FlowSpec | None) -> None:
    for repeated in (render_command, render_python):
        assert "integrator" not in repeated(Path("a.flowviz"), ExportSpec(), Path("a.png"), flow)


def test_integrator_that_is_not_saved_is_named() -> None:
    flow = FlowSpec(family="flow_matching").with_integrator("euler", 5)
    command = render_command(Path("a.flowviz"), ExportSpec(), Path("a.png"), flow)
    assert command.startswith("flowviz render a.flowviz --output a.png --integrator euler --integrator-steps 5")
    program = render_python(Path("a.flowviz"), ExportSpec(), Path("a.png"), flow)
    assert "load('a.flowviz').with_integrator('euler', 5)\n" in program


@pytest.fixture
def looked_at(project: Project) -> Project:
    """A project in which something is selected."""
    return replace(project, selection=SELECTION)


SMALL = PictureSize(width=80, height=64)
WRITTEN = [
    (ExportSpec(seen=Seen(stage=3, view=ViewSpec(color_by="selection", axes=False)), size=SMALL), "a b.png"),
    (
        ExportSpec(
            what="stages", size=SMALL, last=4, seen=Seen(view=ViewSpec(marks={"grid"}, background="transparent"))
        ),
        "it's",
    ),
    (ExportSpec(seen=Seen(view=ViewSpec(marks={"velocity"}, beside=True)), size=SMALL), "arrows.png"),
    (ExportSpec(what="sheet", size=SMALL, scale=8, seen=Seen(direction="encode"), first=3), "-dash.png"),
    (
        ExportSpec(
            what="animation",
            format="gif",
            size=SMALL,
            last=2,
            in_betweens=2,
            fps=10,
            seen=Seen(view=ViewSpec(center=(-0.1, 1 / 3), half_extent=2.7), fitted=False),
        ),
        "größe.gif",
    ),
    (ExportSpec(what="frames", size=SMALL, last=1, in_betweens=1, particles=500), "$x"),
    (
        ExportSpec(
            what="animation", format="webp", size=SMALL, in_betweens=0, seen=Seen(playback=Playback(through="training"))
        ),
        "past.webp",
    ),
]


def files(path: Path) -> dict[str, bytes]:
    """What was written there: a file, or the files of a folder."""
    return {each.name: each.read_bytes() for each in path.iterdir()} if path.is_dir() else {"": path.read_bytes()}


@pytest.mark.parametrize(("spec", "name"), WRITTEN)
def test_command_and_python_write_the_same_bytes(
    spec: ExportSpec, name: str, looked_at: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("window", "terminal", "library"):
        (tmp_path / folder).mkdir()
    source = tmp_path / "my project.flowviz"
    save_project(looked_at, source)
    for _ in Export(looked_at, spec).write(tmp_path / "window" / name):
        pass
    monkeypatch.chdir(tmp_path / "terminal")
    assert run(*shlex.split(render_command(source, spec, Path(name)))[1:]) == 0
    monkeypatch.chdir(tmp_path / "library")
    exec(render_python(source, spec, Path(name)), {})
    expected = files(tmp_path / "window" / name)
    assert files(tmp_path / "terminal" / name) == expected
    assert files(tmp_path / "library" / name) == expected


def test_a_shell_takes_the_command_and_an_interpreter_the_program(
    looked_at: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ExportSpec(seen=Seen(view=ViewSpec(color_by="angle")), size=SMALL)
    source, output = tmp_path / "it's $mine.flowviz", Path("-a; b.png")
    save_project(looked_at, source)
    for _ in Export(looked_at, spec).write(tmp_path / "window.png"):
        pass
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = render_command(source, spec, output).replace("flowviz", f"{shlex.quote(sys.executable)} -m flowviz", 1)
    subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / output).read_bytes() == (tmp_path / "window.png").read_bytes()
    (tmp_path / output).unlink()
    monkeypatch.chdir(tmp_path)
    exec(render_python(source, spec, output), {})
    assert (tmp_path / output).read_bytes() == (tmp_path / "window.png").read_bytes()


texts = st.builds(
    TextSpec,
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
    | st.sampled_from(["-x", "--text", "two\nlines", "it's", " "]),
    weight=st.just(0.025) | st.floats(0, 0.2),
    font=st.none() | st.sampled_from(["DejaVu Sans Bold", "-x"]),
    align=st.sampled_from(["left", "center", "right"]),
)
shapes = st.builds(ShapeSpec, name=st.sampled_from(list(SHAPES)))
weights = st.just(1.0) | st.floats(0.01, 1000)
shape_mixes = st.builds(
    MixSpec,
    parts=st.lists(st.builds(Part, source=shapes, weight=weights), min_size=2, max_size=8).map(tuple),
    layout=st.sampled_from(["beside", "over"]),
)
text_mixes = st.builds(
    lambda text, shape, weight, layout: MixSpec(
        parts=(Part(source=text, weight=weight), Part(source=text), Part(source=shape)), layout=layout
    ),
    texts,
    shapes,
    weights,
    st.sampled_from(["beside", "over"]),
)
seeds = st.just(0) | st.integers(0, 2**63 - 1)


@st.composite
def flows(draw: st.DrawFn) -> FlowSpec:
    """Any flow, with some of its fields moved off those of its family."""
    values = draw(field_values(FlowSpec))
    recipe = RECIPES[values.pop("family")]
    kept = draw(st.sets(st.sampled_from(sorted(values))))
    if not recipe.has_log_scale:
        kept -= {"log_scale_bound"}
    if not recipe.has_bins or values["bins"] is None or values["min_bin_height"] is None:
        kept -= {"bins", "min_bin_height"}
    kept -= {*SOLE_FIELDS} if recipe.is_continuous else {"pairing", "integrator", "integrator_steps"}
    kept -= {name for name in ("pairing", "integrator", "integrator_steps") if values[name] is None}
    kept -= {"leave_out"}  # which needs a condition
    if not recipe.has_network:
        kept -= {"conditioner", *NETWORK_FIELDS}
    if values["conditioner"] == "table" and "conditioner" in kept:
        kept -= set(NETWORK_FIELDS)
    if values["base"] != "mixture" or "base" not in kept:
        kept -= set(MIXTURE_DEFAULTS)
    if recipe.is_continuous and values["arrangement"] == "learned":
        kept -= {"arrangement"}
    family = next(name for name, each in RECIPES.items() if each is recipe)
    return FlowSpec(family=family, **{name: values[name] for name in kept})


@st.composite
def trainings(draw: st.DrawFn) -> TrainingSpec:
    """Any training."""
    values = draw(field_values(TrainingSpec))
    budget = draw(
        st.fixed_dictionaries({"steps": st.integers(1, 10**8)})
        | st.fixed_dictionaries({"seconds": st.just(60.0) | st.floats(0.001, 86_400)})
    )
    return TrainingSpec(**{**values, "steps": None, "seconds": None, **budget})


plans = st.builds(Plan, texts | shapes | shape_mixes | text_mixes, flows(), trainings())


@STRICT
@given(plan=plans, name=st.sampled_from(ODD_NAMES))
def test_the_command_asks_for_the_very_same_training(plan: Plan, name: str) -> None:
    train = Heard()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_train", train)
        program, *arguments = shlex.split(train_command(plan, Path(name), None))
        assert (program, run(*arguments)) == ("flowviz", 0)
    [(project, output, _)] = train.asked
    assert (project.plan, output) == (plan, Path(name))


WORDS = ConditionalSpec(sources=(TextSpec(text="BRAD"), TextSpec(text="KATIE")))
TURNING = ConditionalSpec(sources=(ShapeSpec(name="heart"),), motion="turn")


@pytest.mark.parametrize("target", [WORDS, TURNING])
@pytest.mark.parametrize("flow", [FlowSpec(leave_out=0.25), FlowSpec(family="maf", ignores_condition=True)])
def test_command_and_python_ask_for_the_same_condition(target: ConditionalSpec, flow: FlowSpec) -> None:
    plan, path = Plan(target, flow.conditioned_on(target.condition), TrainingSpec(steps=10)), Path("a.flowviz")
    asked = Heard()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_train", asked)
        assert run(*shlex.split(train_command(plan, path, None))[1:]) == 0
    assert asked.asked[0][0].plan == plan
    values = dict[str, Any]()
    exec(train_python(plan, path, None).replace("save(train(", "((").replace(", 'a.flowviz')", ")"), values)
    assert (values["target"], values["flow"].conditioned_on(target.condition)) == (plan.target, plan.flow)


def test_value_that_is_not_saved_is_named() -> None:
    flow, spec = FlowSpec().conditioned_on(WORDS.condition), ExportSpec(what="view")
    shown = flow.model_copy(update={"given": 1.0})
    assert "--given KATIE" in render_command(Path("a.flowviz"), spec, Path("a.png"), shown)
    assert ".given('KATIE')" in render_python(Path("a.flowviz"), spec, Path("a.png"), shown)


@STRICT
@given(plan=plans, name=st.sampled_from(ODD_NAMES))
def test_the_python_asks_for_the_very_same_training(plan: Plan, name: str) -> None:
    train, save, code = Heard(), Heard(), train_python(plan, Path(name), None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowviz.train", train)
        patch.setattr("flowviz.save", save)
        exec(code, {})
    assert len(code.splitlines()) <= 8
    assert train.asked == [(plan.target, plan.flow, plan.training)]
    assert save.asked == [(train, name)]


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[TargetSpec]:
    """Targets that options alone cannot say."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.tri(40, dtype=np.uint8) * 255).save("picture.png")
    image = read_image(Path("picture.png"))
    two_fonts = (Part(source=TextSpec(text="a")), Part(source=TextSpec(text="b", align="left")))
    backward = (Part(source=ShapeSpec(name="heart")), Part(source=TextSpec(text="b")))
    mixes = [MixSpec(parts=parts) for parts in (two_fonts, backward, (Part(source=image), *backward))]
    return [image, *mixes]


def test_what_options_cannot_say_is_taken_from_the_file(
    content: list[TargetSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, library = Heard(), Heard()
    monkeypatch.setattr(training, "_train", terminal)
    monkeypatch.setattr("flowviz.train", library)
    monkeypatch.setattr("flowviz.save", Heard())
    for number, target in enumerate(content):
        plan, source = Plan(target, FlowSpec(layers=1), TrainingSpec(steps=3)), Path(f"{number} it's.flowviz")
        with pytest.raises(SpecError, match=r"Save the project first.*\.$"):
            train_command(plan, Path("x.flowviz"), None)
        save_project(Project.untrained(target, plan.flow, plan.training), source)
        assert run(*shlex.split(train_command(plan, Path("x.flowviz"), source))[1:]) == 0
        exec(train_python(plan, Path("x.flowviz"), source), {})
        assert terminal.asked.pop()[0].plan == plan
        assert library.asked.pop() == (target, plan.flow, plan.training)


def test_a_file_that_holds_another_target_is_not_named(content: list[TargetSpec]) -> None:
    image, mix, *_ = content
    plan = Plan(image, FlowSpec(), TrainingSpec(steps=1))
    save_project(Project.untrained(mix, plan.flow, plan.training), Path("x.flowviz"))
    for repeated in (train_command, train_python):
        with pytest.raises(SpecError, match="Save the project first"):
            repeated(plan, Path("y.flowviz"), Path("x.flowviz"))
        with pytest.raises(FileError):
            repeated(plan, Path("y.flowviz"), Path("gone.flowviz"))
