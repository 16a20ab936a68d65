"""Fixtures that many tests use, above all a trained project, and the options of parallel runs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from flowviz import process
from flowviz.projects import Project, load_project, save_project
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import trained

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The tests are a program, too. Nothing above loads TensorFlow, which reads these variables.
process.silence_tensorflow()
process.leave_out_keras()
process.limit_threads()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Accept the options that pyproject.toml passes to pytest-xdist even with `-p no:xdist`."""
    if not pluginmanager.hasplugin("xdist"):
        for option in ("--numprocesses", "--maxprocesses", "--dist"):
            parser.addoption(option, help="ignored without pytest-xdist")


def folder_of_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a temporary folder that all processes of a test run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep compiled programs with the test run instead of the user's, also those of programs that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder_of_run(tmp_path_factory) / "cache"))
        yield


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a default flow trained for 2100 steps on "Hi".

    The process that asks first trains it, and all load it from the same file: no test depends on which process runs it.
    """
    folder = folder_of_run(tmp_path_factory)
    path = folder / "trained.flowviz"
    with FileLock(folder / "trained.lock"):
        if not path.exists():
            save_project(_train(), path)
    return load_project(path)


def _train() -> Project:
    target = TextSpec(text="Hi")
    training = TrainingSpec(steps=2100)  # enough that one state in between is kept
    return trained(Project.untrained(target, FlowSpec(), training), build_target(target))


@pytest.fixture
def project_file(project: Project, tmp_path: Path) -> Iterator[Path]:
    """Return the file of the trained project, and check that no temporary file is left beside it."""
    path = tmp_path / "hi.flowviz"
    save_project(project, path)
    yield path
    assert not list(tmp_path.rglob(".flowviz-*")), "a temporary file was left"
