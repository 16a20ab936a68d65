"""The scripts of the guide to flows of other libraries, each run as a program of its own, without a window."""

import math
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import flowviz
from flowviz.projects import load_project

GUIDE = Path(flowviz.__file__).parents[1] / "resources/guide/any_flow.md"
SCRIPTS = dict(re.findall(r"\n## ([^\n]*)\n(?:(?!\n## ).)*?```python\n(.*?)```\n", GUIDE.read_text("utf-8"), re.DOTALL))
LIBRARIES = {
    "zuko": "zuko",
    "flowjax": "flowjax",
    "normflows": "normflows",
    "TensorFlow Probability": "tensorflow_probability",
}
MAX_LINES = 15


def run(title: str, folder: Path) -> flowviz.Project:
    """Return the project that a script of the guide writes."""
    environment = {**os.environ, "FLOWVIZ_HIDE_WINDOW": "1", "PYTHONPATH": os.fspath(GUIDE.parents[2])}
    environment["OMP_NUM_THREADS"] = (
        "1"  # small steps of torch: on two busy cores, 12 instead of 60 ms of CPU time each
    )
    done = subprocess.run([sys.executable, "-c", SCRIPTS[title]], cwd=folder, env=environment, check=False)
    assert done.returncode == 0
    (path,) = folder.glob("*.flowviz")
    return load_project(path)


def test_every_adapter_has_a_script_of_at_most_15_lines() -> None:
    assert set(SCRIPTS) == {*LIBRARIES, "Your own code", "Positions of particles"}
    for title in LIBRARIES:
        lines = [line for line in SCRIPTS[title].splitlines() if line.strip()]
        assert len(lines) <= MAX_LINES
        assert max(map(len, lines)) <= 120


@pytest.mark.slow
@pytest.mark.parametrize("title", LIBRARIES)
def test_script_trains_and_opens_two_moons(title: str, tmp_path: Path) -> None:
    if find_spec(LIBRARIES[title]) is None:
        pytest.skip(f"{title} is in the extra adapters")
    project = run(title, tmp_path)
    assert project.target.title == "two moons"
    assert project.trace.names[0] == "00_base"
    parameters = project.weights.parameters
    normal = -np.linalg.slogdet(2 * np.pi * math.e * np.cov(parameters["recorded/points"].T))[1] / 2  # what one reaches
    assert parameters["recorded/points_log_prob"].mean() > normal + 0.2  # nats; trainings without a seed differ by 0.3
    assert {"recorded/density", "recorded/grid"} <= set(parameters)


def test_script_of_own_code(tmp_path: Path) -> None:
    project = run("Your own code", tmp_path)
    assert project.trace.names == ("00_base", "01_bend", "02_stretch")
    x, y = project.trace.positions[-1].T / 2
    assert np.corrcoef(x**2, y)[0, 1] > 0.7
