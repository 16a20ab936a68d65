"""What a larger flow costs: seconds to trace and to compile, and milliseconds a step, for 8, 16 and 32 layers.

    python -m tests.benchmarks.growth --family realnvp

Linear is a ratio of 2 from line to line. The spline is measured at 4 layers, too, where its recipe has it.
"""

from time import perf_counter
from typing import Annotated

import numpy as np
import typer

from flowviz.flows import build_flow
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.training.step import ChunkRunner, State

STEPS, REPEATS = 200, 5


def main(family: Annotated[str, typer.Option(help="The family of the flow.")] = "realnvp") -> None:
    """Measure and print a line a size."""
    layers = [4, 8, 16, 32] if family == "spline" else [8, 16, 32]
    before: tuple[float, ...] = ()
    for count in layers:
        figures = measure(FlowSpec.model_validate({"family": family, "layers": count}))
        told = f"{count:3} layers   trace {figures[0]:5.2f} s   compile {figures[1]:5.2f} s   step {figures[2]:6.3f} ms"
        ratios = np.divide(figures, before) if before else []
        print(told + "".join(f"   x {ratio:.2f}" for ratio in ratios), flush=True)
        before = figures


def measure(spec: FlowSpec) -> tuple[float, float, float]:
    """Seconds to trace, seconds to compile, milliseconds a step."""
    training = TrainingSpec(steps=STEPS)
    flow = build_flow(spec)
    started = perf_counter()
    runner = ChunkRunner(flow, spec.recipe.batch, STEPS)
    traced = perf_counter()
    runner.compile()
    runner.wait()
    compiled = perf_counter()
    points = np.random.default_rng(0).normal(size=(STEPS, spec.recipe.batch, 2)).astype(np.float32)
    rates, times = np.full(STEPS, 1e-4, np.float32), []
    for _ in range(REPEATS):
        begun = perf_counter()
        runner.run(State.of(flow), 0, 0, points, rates, training)
        times.append(perf_counter() - begun)
    return traced - started, compiled - traced, 1e3 * float(np.median(times)) / STEPS


if __name__ == "__main__":
    typer.run(main)
