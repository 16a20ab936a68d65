"""The flows that lessons show, and the texts of the lessons, to compare them with."""

import re
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flowviz.files import resource
from flowviz.lessons import Lesson, read_lesson
from flowviz.projects import Comparison, Project, example, load_comparison, load_project
from flowviz.records import Score
from flowviz.targets import build_target

LESSONS = resource("lessons")
FILES = sorted(LESSONS.glob("*.toml"))


@cache
def lesson(name: int | str) -> Lesson:
    """Return the lesson with a number, or a name."""
    return read_lesson(_file(name))


def words(name: int | str) -> str:
    """Return everything that a lesson says, on one line, with links as text."""
    text = " ".join(_file(name).read_text(encoding="utf-8").replace("\\\n", "").split())
    return re.sub(r"\[([^\]]*)\]\((?:control|term):[^)]*\)", r"\1", text)


def says(number: int | str, *numbers: str) -> None:
    """Check that a lesson contains some words."""
    found = words(number)
    for each in numbers:
        assert each in found, f"Lesson {number} does not say {each!r}."


def _file(name: int | str) -> Path:
    (path,) = LESSONS.glob(f"{name:02}_*.toml" if isinstance(name, int) else f"{name}.toml")
    return path


@cache
def shipped(name: str) -> Project:
    """Return a flow that ships with the lessons."""
    return load_project(LESSONS / f"{name}.flowviz")


@cache
def compared(name: str) -> Comparison:
    """Return a comparison that ships with the lessons."""
    return load_comparison(LESSONS / f"{name}.flowviz")


@cache
def gallery(name: str) -> Project:
    """Return an example of the gallery."""
    return example(name).project()


def score(project: Project) -> Score:
    """Return the score of a project, which has one."""
    assert project.score is not None
    return project.score


def nll(project: Project) -> float:
    """Return the test NLL of a project in nats."""
    found = score(project).test_nll
    assert found is not None
    return found


def entropy(project: Project) -> float:
    """Return the entropy of the target of a project in nats."""
    found = score(project).entropy
    assert found is not None
    return found


def gap(project: Project) -> float:
    """Return the gap of a project in nats."""
    found = project.gap
    assert found is not None
    return found


def on_target(project: Project) -> float:
    """Return the share of the particles of a project that land on its target."""
    found = build_target(project.target).on_target(project.trace.positions[-1])
    assert found is not None
    return found


def leaked(project: Project) -> NDArray[np.bool_]:
    """Return whether each particle of a project misses its target."""
    found = build_target(project.target).contains(project.trace.positions[-1])
    assert found is not None
    return ~found


def detour(project: Project) -> float:
    """Return how much longer the paths of the particles are than straight lines, as a factor."""
    positions = project.trace.positions
    length = np.linalg.norm(np.diff(positions, axis=0), axis=2).sum()
    return float(length / np.linalg.norm(positions[-1] - positions[0], axis=1).sum())


def height(points: NDArray[np.floating]) -> float:
    """Return the height of the central 95% of some points (n, 2)."""
    low, high = np.percentile(points[:, 1], (2.5, 97.5))
    return float(high - low)
