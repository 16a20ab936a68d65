"""Extensions: the examples in the contributors' README work, and broken or missing ones are reported."""

import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Mapping
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from pickle import dumps, loads
from typing import Any

import numpy as np
import pytest
from PyQt6.QtWidgets import QComboBox

import flowviz
from flowviz import Entrant, FlowSpec, ShapeSpec, TrainingSpec, extensions
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.builder import _shape_pictures
from flowviz.app.target.shape_page import ShapePage
from flowviz.app.training.flow_panel import FlowPanel
from flowviz.errors import FileError, FlowvizError, SpecError, TargetError, clause_of
from flowviz.exporting.commands import train_command, train_python
from flowviz.extensions import Recipe, register_family, register_target
from flowviz.projects import Plan
from flowviz.records import Trial, Weights, base_particles
from flowviz.specs import SHAPES, explanations
from flowviz.targets import build_target
from flowviz.training.jobs import Failure
from flowviz.training.runs import Result, Run, run_all
from tests.registrations import FAMILY, TARGET, example_files, forget, unregistered
from tests.test_cli import run

__all__ = ["example_files", "unregistered"]

Files = tuple[Path, Path]
RUNS = "runs its own code in flowviz and adds"


def test_examples_are_short() -> None:
    assert TARGET.count("\n") <= 30
    assert FAMILY.count("\n") <= 30


def test_examples_are_trained_saved_and_opened(example_files: Files, tmp_path: Path) -> None:
    found = flowviz.load_extensions(*example_files)
    assert [each.sentence() for each in found] == [
        f"The extension my_target.py {RUNS} the target spiral.",
        f"The extension my_flow.py {RUNS} the flow sines.",
    ]
    flow = FlowSpec(family="sines", layers=2)
    project = flowviz.train(ShapeSpec(name="spiral"), flow, TrainingSpec(steps=300))
    assert project.score is not None
    untrained_nll = -flowviz.build_flow(flow).log_prob(build_target(project.target).sample(2000, rng())).mean()
    assert project.score.validation_nll < untrained_nll - 0.02
    trained, particles = project.build_flow("float64"), base_particles(200)
    np.testing.assert_allclose(trained.inverse(trained.forward(particles)), particles, atol=1e-9)
    assert project.trace.sentences(1)[0] == "Sine shear 1 of 2: moves points"
    assert explanations.STAGES["sine_shear"] == "Layers shift points by sums of sines."

    flowviz.save(project, tmp_path / "sines.flowviz")
    again = flowviz.load(tmp_path / "sines.flowviz")
    np.testing.assert_array_equal(flowviz.sample(again, 50, seed=0), flowviz.sample(project, 50, seed=0))
    forget()
    with pytest.raises(FileError, match="uses the target spiral and the flow sines of an extension that is not"):
        flowviz.load(tmp_path / "sines.flowviz")
    assert run("info", tmp_path / "sines.flowviz") == 2


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_commands_use_extensions(example_files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, family = example_files
    assert run("target", "--shape", "spiral", "-o", tmp_path / "a.npy") == 2
    assert capsys.readouterr().err.startswith("There is no shape named 'spiral'.")
    assert run("--with", target, "target", "--shape", "spiral", "-n", 50, "-o", tmp_path / "a.npy") == 0
    assert capsys.readouterr().err.startswith(f"The extension my_target.py {RUNS} the target spiral.\n")
    assert np.load(tmp_path / "a.npy").shape == (50, 2)
    path = tmp_path / "b.flowviz"
    words = ("train", "--shape", "spiral", "--flow", "sines", "--layers", 1, "--steps", 20, "-o", path)
    assert run("--with", target, "--with", family, *words) == 0
    assert flowviz.load(path).flow.family == "sines"
    assert run("--with", target, "target", "--list") == 0
    assert re.search(r"^spiral +A noisy spiral\. +entropy unknown$", capsys.readouterr().out, re.MULTILINE)


def test_window_is_told_of_extensions(example_files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = list[object]()
    monkeypatch.setattr("flowviz.app.main.run", lambda *arguments: told.append(arguments))
    (tmp_path / "a.flowviz").write_text("any")
    assert run("--with", example_files[0], tmp_path / "a.flowviz") == 0
    assert run("--with", example_files[0]) == 0
    sentence = f"The extension my_target.py {RUNS} the target spiral."
    assert told == [(tmp_path / "a.flowviz", [sentence]), (None, [sentence])]


def test_panels_list_extensions(example_files: Files, qapp: object) -> None:
    extensions.load(example_files, installed=False)
    request = RequestState(Request())
    flow, shape = FlowPanel(request, lambda: None), ShapePage(request)
    families, shapes = flow.findChild(QComboBox, "flowFamily"), shape.findChild(QComboBox, "targetShape")
    assert families is not None
    assert shapes is not None
    assert (families.itemText(families.findData("sines")), shapes.itemText(shapes.findData("spiral"))) == (
        "Sine shear",
        "Spiral",
    )
    families.setCurrentIndex(families.findData("sines"))
    families.activated.emit(families.currentIndex())
    assert request.plan.flow == FlowSpec(family="sines")


def test_copied_commands_load_extensions(example_files: Files) -> None:
    plan = Plan(ShapeSpec(name="heart"), FlowSpec(), TrainingSpec(seconds=60))
    assert "load_extensions" not in train_python(plan, Path("a.flowviz"), None)
    extensions.load(example_files[1:], installed=False)
    command = train_command(plan, Path("a.flowviz"), None)
    assert command.startswith(f"flowviz --with {example_files[1].resolve()} train ")
    program = train_python(plan, Path("a.flowviz"), None)
    assert f"load_extensions({str(example_files[1].resolve())!r})\ntarget = " in program


def run_elsewhere(
    jobs: Mapping[int, Callable[[], Result]], *_: object, **__: object
) -> Generator[tuple[int, Result], None, None]:
    """Run jobs as another process does: unpickled, and without the extensions of this one."""
    for number, job in jobs.items():
        pickled = dumps(job)
        forget()
        yield number, loads(pickled)()


def trained_elsewhere(files: Iterable[Path], monkeypatch: pytest.MonkeyPatch) -> Trial:
    """Load extensions whose files other machines lack, and run a training that needs them in another process."""
    monkeypatch.setattr("flowviz.training.runs.run_jobs", run_elsewhere)
    extensions.load(files, installed=False)
    for file in files:
        file.unlink()
    flow = FlowSpec(family="sines", layers=1)
    [(trial, _)] = run_all([Run(entrant_of("spiral", flow))], jobs=1)
    return trial


def entrant_of(shape: str, flow: FlowSpec) -> Entrant:
    return Entrant(name=flow.family, target=ShapeSpec(name=shape), flow=flow, training=TrainingSpec(steps=20))


def test_workers_receive_the_files_of_extensions(example_files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = trained_elsewhere(example_files, monkeypatch)
    assert trial.failure == ""
    assert trial.ending == "completed"
    assert [each.path.exists() for each in extensions.loading().files] == [False, False]
    assert inspect.getsource(sys.modules["flowviz_extension_my_target"].spiral).startswith("def spiral(")


def test_worker_that_lacks_what_a_file_imports_is_a_sentence(
    example_files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("", encoding="utf-8")
    example_files[1].write_text(f"import only_here\n{FAMILY}", encoding="utf-8")
    with monkeypatch.context() as here:
        here.syspath_prepend(tmp_path)
        extensions.load(example_files, installed=False)
    del sys.modules["only_here"]
    job = dumps(extensions.loading())
    forget()
    with pytest.raises(SpecError) as caught:
        loads(job).repeat()
    assert str(caught.value) == (
        "The worker process lacks the flow sines. The extension my_flow.py could not be loaded: ModuleNotFoundError: "
        f"No module named 'only_here' (line 1 of my_flow.py). {extensions.HOW_TO_SHIP}"
    )


def test_worker_without_an_installed_package_fails_its_jobs_with_a_sentence(
    unregistered: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowviz.training.runs.run_jobs", partial(results_of, run_elsewhere))
    register_target("spiral", lambda n, rng: rng.normal(size=(n, 2)))  # as an entry point does
    [(trial, _)] = run_all([Run(entrant_of("spiral", FlowSpec(layers=1)))], jobs=1)
    assert trial.ending == "failed"
    assert trial.failure.startswith("The worker process lacks the target spiral. Keep the extension in a single file")


def results_of(run: Callable[..., Any], jobs: Mapping[int, Callable[[], Result]], *_: object, **__: object) -> Any:
    """Run jobs, and return the errors that they raise as `run_jobs` does."""
    for number, job in jobs.items():
        try:
            yield from run({number: job})
        except FlowvizError as error:
            yield number, Failure(clause_of(error))


@pytest.mark.slow  # two processes load TensorFlow
@pytest.mark.filterwarnings("ignore")  # of dask
def test_workers_of_a_cluster_receive_the_files_of_extensions(example_files: Files) -> None:
    distributed = pytest.importorskip("distributed")
    extensions.load(example_files, installed=False)
    for file in example_files:
        file.unlink()
    run = Run(entrant_of("spiral", FlowSpec(family="sines", layers=1)))
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        results = run_all([run], backend="dask", scheduler=address)
        assert [(trial.ending, trial.failure) for trial, _ in results] == [("completed", "")]


BROKEN = {
    "import nonesuch": "ModuleNotFoundError: No module named 'nonesuch' (line 1 of broken.py)",
    "x = 1\n1 / 0": "ZeroDivisionError: division by zero (line 2 of broken.py)",
    "import sys; sys.exit(3)": "SystemExit: 3 (line 1 of broken.py)",
    "from flowviz.extensions import *\nregister_target('heart', None)": (
        "The name heart is already used by flowviz. Choose another one"
    ),
    "from flowviz.extensions import *\nregister_target('../x', None)": (
        "The name '../x' is invalid. Use lowercase letters, digits and underscores, such as my_flow"
    ),
}


@pytest.mark.parametrize(("code", "problem"), BROKEN.items())
def test_broken_extension_is_one_sentence_and_ends_nothing(
    code: str, problem: str, unregistered: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.py"
    path.write_text(code, encoding="utf-8")
    assert run("--with", path, "gallery") == 0
    assert capsys.readouterr().err == f"The extension broken.py could not be loaded: {problem}.\n"
    with pytest.warns(UserWarning, match="could not be loaded") as warned:
        [found] = flowviz.load_extensions(path)
    assert [each.filename for each in warned] == [__file__], "the line of the caller"
    assert found.problem == problem


def test_files_that_are_no_extension_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--with", tmp_path / "gone.py", "gallery") == 2
    assert "gone.py" in capsys.readouterr().err
    (tmp_path / "notes.txt").write_text("notes", encoding="utf-8")
    assert run("--with", tmp_path / "notes.txt", "gallery") == 0
    assert "it is not a Python file" in capsys.readouterr().err


def test_entry_points_are_loaded_by_the_program(
    unregistered: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package_with_spiral.py").write_text(f"def register():\n{indented(TARGET)}", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint("spiral", "package_with_spiral:register", "flowviz.targets")
    broken = EntryPoint("old", "nonesuch", "flowviz.families")
    groups = {entry.group: [entry], broken.group: [broken]}
    monkeypatch.setattr(extensions, "entry_points", lambda group: groups[group])
    assert run("gallery") == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("The extension old could not be loaded: ModuleNotFoundError")
    assert said[1] == f"The extension spiral {RUNS} the target spiral."
    assert build_target(ShapeSpec(name="spiral")).entropy is None


def indented(code: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in code.splitlines())


def test_importing_the_library_loads_no_entry_point(tmp_path: Path) -> None:
    info = tmp_path / "late-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: late\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[flowviz.targets]\nlate = late_module\n", encoding="utf-8")
    (tmp_path / "late_module.py").write_text("print('running')", encoding="utf-8")
    code = f"import sys; sys.path.append({str(tmp_path)!r}); import flowviz.library; print('imported')\n"
    done = subprocess.run(
        [sys.executable, "-c", code + "flowviz.load_extensions()"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "imported\nrunning\n"


@pytest.mark.parametrize(
    ("sample", "sentence"),
    [
        (lambda n, rng: rng.normal(size=(n, 3)), r"drew points \(\d+, 3\) instead of"),
        (lambda n, rng: 1 / 0, "failed: ZeroDivisionError: division by zero"),
        (lambda n, rng: np.zeros((n, 2)), "on a line"),
        (lambda n, rng: np.full((n, 2), np.nan), "not finite"),
    ],
)
def test_target_that_fails_is_one_sentence(sample: Any, sentence: str, unregistered: None) -> None:
    register_target("odd", sample)
    with pytest.raises(TargetError, match=sentence):
        build_target(ShapeSpec(name="odd"))


def test_target_that_fails_has_no_picture(unregistered: None) -> None:
    register_target("odd", lambda n, rng: np.zeros((n, 2)))
    for name in SHAPES.keys() - {"odd", "heart"}:
        del SHAPES[name]
    pictures = _shape_pictures()
    assert "odd" not in pictures
    assert "heart" in pictures


def test_density_of_an_extension_is_normalized(unregistered: None) -> None:
    register_target("wide", lambda n, rng: 100 * rng.normal(size=(n, 2)), log_prob=lambda x: -(x**2).sum(1) / 20_000)
    target = build_target(ShapeSpec(name="wide"))
    assert target.entropy == pytest.approx(1 + np.log(2 * np.pi), abs=0.01)
    log_prob, energy = target.log_prob(np.zeros((1, 2))), target.energy
    assert log_prob == pytest.approx(-np.log(2 * np.pi), abs=0.01)
    assert energy is not None
    assert energy.entropy == pytest.approx(target.entropy, abs=0.01)


@pytest.mark.parametrize(
    ("log_prob", "sentence"),
    [
        (lambda x: np.full(len(x), np.nan), "failed: The log-density is NaN"),
        (lambda x: np.full(len(x), -np.inf), "nothing to learn"),
        (lambda x: np.zeros(len(x)), "cannot be normalized"),
        (lambda x: x, "failed: ValueError"),
        (lambda x: 1 / 0, "failed: ZeroDivisionError: division by zero"),
    ],
)
def test_density_that_fails_is_one_sentence(log_prob: Any, sentence: str, unregistered: None) -> None:
    register_target("odd", lambda n, rng: rng.normal(size=(n, 2)), log_prob=log_prob)
    with pytest.raises(TargetError, match=f"The target odd, which an extension adds, .*{sentence}"):
        build_target(ShapeSpec(name="odd"))


def test_entropy_is_converted_to_flow_units(unregistered: None) -> None:
    register_target("wide", lambda n, rng: 100 * rng.normal(size=(n, 2)), entropy=1 + np.log(2 * np.pi * 100**2))
    entropy = build_target(ShapeSpec(name="wide")).entropy
    assert entropy == pytest.approx(1 + np.log(2 * np.pi), abs=0.01)


def test_family_is_registered_anew_with_other_code(unregistered: None) -> None:
    from flowviz.flows.nice import Scale

    class Growth(Scale):
        kind = "growth"

    class Shrinking(Growth):
        def log_scale_and_shift(self, numbers: Any) -> Any:
            log_scale, shift = super().log_scale_and_shift(numbers)
            return -log_scale, shift

    recipe, point = Recipe("Growth", "Scales.", "growth", has_log_scale=False), np.ones((1, 2))
    weights = {"01_growth/log_scale": np.full(2, np.log(2.0))}
    for stage, image in ((Growth, 2.0), (Shrinking, 0.5)):
        register_family("growth", recipe, stage)
        spec = FlowSpec(family="growth", layers=1, normalization="none")
        assert spec.log_scale_bound is None
        flow = flowviz.build_flow(spec, Weights(weights, {}))
        np.testing.assert_allclose(flow.forward(point), image * point, rtol=1e-6)


def test_family_without_its_stages_is_one_sentence(unregistered: None) -> None:
    with pytest.raises(SpecError, match="has no stages"):
        register_family("empty", Recipe("Empty", "Nothing.", "empty"))
    wrong = {
        "nonesuch:Stage": "cannot be imported",
        "flowviz.flows.nice:Scale": "has no class for the stage",
    }
    for stages, sentence in wrong.items():
        register_family("empty", Recipe("Empty", "Nothing.", "empty"), stages)
        with pytest.raises(FlowvizError, match=sentence):
            flowviz.build_flow(FlowSpec(family="empty"))
