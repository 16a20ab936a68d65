"""Fixtures that many tests use, above all a trained project, and the settings of the processes that run tests."""

import atexit
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp

import pytest
from filelock import FileLock
from pytestqt.qtbot import QtBot

from flowviz import process
from flowviz.projects import Project, load_project, save_project
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import trained

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if not IS_WORKER:  # workers and the programs that tests start inherit the folder, which is removed after the run
    os.environ["XDG_CACHE_HOME"] = mkdtemp(prefix="flowviz-tests-")
    atexit.register(rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
# The tests are a program, too. Nothing above loads TensorFlow, which reads these variables.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
process.leave_out_libraries()
process.limit_threads()
process.keep_compiled_programs()  # so that each flow is compiled once, and not in every process
process.search_garbage_less_often()
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=1")  # dozens of flows compile, and train briefly

PATIENCE_MS = 120_000  # how long a test waits for what must happen, on a machine that has much else to do
for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed, QtBot.waitActive):
    wait.__kwdefaults__ = (wait.__kwdefaults__ or {}) | {"timeout": PATIENCE_MS}  # instead of 5 seconds


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Accept the options that pyproject.toml passes to pytest-xdist even with `-p no:xdist`."""
    if not pluginmanager.hasplugin("xdist"):
        for option in ("--numprocesses", "--maxprocesses", "--dist"):
            parser.addoption(option, help="ignored without pytest-xdist")


def pytest_collection_finish() -> None:
    """Leave out all modules from searches for garbage, of which pytest alone makes five at the end of each process."""
    process.spare_loaded_objects()
    if "flowviz.training.step" in sys.modules:  # else a test that trains nothing would load TensorFlow
        train_with_plain_graphs()
    if "tensorflow" in sys.modules:
        evaluate_graphs_as_traced()


def evaluate_graphs_as_traced() -> None:
    """Evaluate graphs without Grappler: it rewrites each for longer than most tests evaluate it."""
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


without_xla = pytest.MonkeyPatch()


def train_with_plain_graphs() -> None:
    """Take training steps with plain graphs: XLA compiles longer than a thousand steps of a small flow last."""
    without_xla.setattr("flowviz.training.step.ChunkRunner._compile", lambda runner: runner._graph)


@pytest.fixture(scope="module")
def xla() -> Iterator[None]:
    """Compile training steps with XLA from here on in a module, as the program does."""
    from flowviz.training import step

    without_xla.undo()
    step._made.cache_clear()
    yield
    step._made.cache_clear()
    train_with_plain_graphs()


@pytest.fixture(scope="session")
def trained_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a default flow trained for 2100 steps on "Hi", which is not to be changed.

    The process that asks first trains it, and all load it from the same file: no test depends on which process runs it.
    """
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if IS_WORKER else base  # all processes share it
    path = folder / "trained.flowviz"
    with FileLock(folder / "trained.lock"):
        if not path.exists():
            save_project(_train(), path)
    return path


@pytest.fixture(scope="session")
def project(trained_file: Path) -> Project:
    """Return the trained project."""
    return load_project(trained_file)


def _train() -> Project:
    target = TextSpec(text="Hi")
    training = TrainingSpec(steps=2100)  # enough that one state in between is kept
    return trained(Project.untrained(target, FlowSpec(), training), build_target(target))


@pytest.fixture
def project_file(trained_file: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a file of the trained project, and check that no temporary file is left beside it."""
    path = tmp_path / "hi.flowviz"
    copyfile(trained_file, path)
    yield path
    assert not list(tmp_path.rglob(".flowviz-*")), "a temporary file was left"
