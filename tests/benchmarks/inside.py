"""How fast a flow answers what it is inside: density, probe, report, grid; idle, and beside a training.

    python -m tests.benchmarks.inside [--flow spline] [--seconds 20]

Needs no display. Trains on BRAD for so long first. Prints one line a figure, with its goal.
"""

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from flowviz.flows import Flow, build_flow
from flowviz.records import Finished, Progress, Trace, cell_centers
from flowviz.rendering import Camera, visible_rectangle
from flowviz.specs import FlowSpec, PictureSize, TextSpec, TrainingSpec, ViewSpec
from flowviz.targets import build_target
from flowviz.training import train
from tests.benchmarks.window import report

SIZE = PictureSize(width=800, height=800)
VISIBLE = -10.0  # nats: densities below are not seen


def trained(spec: FlowSpec, seconds: float) -> tuple[Flow, Trace]:
    """A flow after a training on BRAD."""
    *_, end = train(build_target(TextSpec(text="BRAD")), spec, TrainingSpec(seconds=seconds))
    assert isinstance(end, Finished)
    return build_flow(spec, end.weights), end.trace


@contextmanager
def training(spec: FlowSpec) -> Iterator[None]:
    """Another flow is trained in another thread while the block runs."""
    stop, started = threading.Event(), threading.Event()

    def run() -> None:
        target = build_target(TextSpec(text="BRAD"))
        for event in train(target, spec, TrainingSpec(seconds=3600), stop_requested=stop.is_set):
            if isinstance(event, Progress):
                started.set()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def median_ms(ask: Callable[[], object], repeats: int) -> float:
    """The median time of an answer, after the first."""
    ask()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
    return 1e3 * float(np.median(times))


def first_answers(flow: Flow, trace: Trace) -> None:
    """What the graphs take to be made."""
    rectangle = visible_rectangle(Camera(ViewSpec(), trace.boxes).widest(SIZE), SIZE)
    asked: dict[str, Callable[[], Any]] = {
        "first probe": lambda: flow.trace_through(trace.positions[1, :1], 1),
        "first density": lambda: flow.density(trace.last_stage, rectangle),
        "first report": lambda: flow.report(1, trace),
    }
    for name, ask in asked.items():
        started = time.perf_counter()
        ask()
        report(name, time.perf_counter() - started, "s", "<= 1")


def answers(flow: Flow, trace: Trace, when: str, repeats: int) -> None:
    """Density at several stages, probe, reports, grid and encoding."""
    last, rectangle = trace.last_stage, visible_rectangle(Camera(ViewSpec(), trace.boxes).widest(SIZE), SIZE)
    for stage in (0, last // 2, last - 1, last):
        found = median_ms(lambda stage=stage: flow.density(stage, rectangle), repeats)  # type: ignore[misc]
        report(f"density of stage {stage}, 256x256, {when}", found, "ms", "<= 60")
    probe = median_ms(lambda: flow.trace_through(trace.positions[last // 2, :1], last // 2), 20 * repeats)
    report(f"probe, {when}", probe, "ms", "<= 1")
    slowest = max(median_ms(lambda k=k: flow.report(k, trace), repeats) for k in range(last + 1))  # type: ignore[misc]
    report(f"report of the slowest stage, {when}", slowest, "ms", "<= 5")
    encoding = median_ms(lambda: flow.trace_through(trace.positions[last], last), repeats)
    report(f"8000 points encoded, {when}", encoding, "ms", "")


def exactness(flow: Flow, trace: Trace) -> None:
    """How far the density of the last stage is from the score, where it can be seen."""
    exact = build_flow(flow.spec, flow.weights(), dtype="float64")
    rectangle = visible_rectangle(Camera(ViewSpec(), trace.boxes).widest(SIZE), SIZE)
    found = flow.density(trace.last_stage, rectangle).log_density
    scores = exact.log_prob(cell_centers(rectangle, found.shape)).reshape(found.shape)
    error = np.abs(found - scores)[scores > VISIBLE].max()
    report("density less score, where above -10 nats", 1e6 * float(error), "1e-6", "<= 100")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flow", default="realnvp", help="the family")
    parser.add_argument("--seconds", type=float, default=20.0, help="of the training before")
    parser.add_argument("--repeats", type=int, default=25, help="answers a figure")
    arguments = parser.parse_args()
    spec = FlowSpec(family=arguments.flow)
    flow, trace = trained(spec, arguments.seconds)
    first_answers(flow, trace)
    exactness(flow, trace)
    answers(flow, trace, "idle", arguments.repeats)
    with training(spec):
        answers(flow, trace, "beside a training", arguments.repeats)


if __name__ == "__main__":
    main()
