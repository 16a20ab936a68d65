"""What many tests need: a trained project, made once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowviz.projects import Project, save_project
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import trained

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def project() -> Project:
    """A default flow after 2100 steps on "Hi"."""
    # So many steps that a state is kept in between.
    target = TextSpec(text="Hi")
    return trained(Project.untrained(target, FlowSpec(), TrainingSpec(steps=2100)), build_target(target))


@pytest.fixture
def project_file(project: Project, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "hi.flowviz"
    save_project(project, path)
    yield path
    assert not list(tmp_path.rglob(".flowviz-*")), "a temporary file was left"
