"""Forked processes work if TensorFlow had computed nothing before the fork, and otherwise fail with a sentence."""

import os
import subprocess
import sys

import pytest

FORKS = """
import multiprocessing, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of Python, about forks with threads
import flowviz.flows  # loads TensorFlow
from flowviz import FlowSpec, FlowvizError, Project, ShapeSpec, TrainingSpec, build_flow, sample, train

SPEC = FlowSpec(layers=1, width=4, depth=1)
project = Project.untrained(ShapeSpec(name="heart"), SPEC, TrainingSpec(steps=5))

def child(job):
    try:
        return job()
    except FlowvizError as error:
        return f"{type(error).__name__}: {error}"

def draw():
    return sample(project, 5).shape

def learn():
    return train(project.target, project.flow, project.training).resumes_at

def use():
    return flow.log_prob([[0.0, 0.0]]).shape

def forked(job):
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(job.__name__, pool.apply_async(child, [job]).get(100), flush=True)

forked(draw)
flow = build_flow(SPEC)
flow.sample(5)
for job in (draw, learn, use):
    forked(job)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_forked_process_says_why_it_cannot_compute() -> None:
    done = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, check=False)
    first, *others = done.stdout.splitlines()
    assert first == "draw (5, 2)", done.stderr
    assert [line.split(":")[0] for line in others] == [f"{name} MachineError" for name in ("draw", "learn", "use")]
    assert all('get_context("spawn")' in line for line in others)
