"""Train flowviz once, in this process, and print the figures and the peak of the memory as JSON."""

import json
import math
import resource
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer

import flowviz
from flowviz.records import Finished, Moment
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import train

MOSTLY_ON_TARGET = 0.8  # of the particles
MOMENT_SECONDS = 0.1  # between two looks at the particles, which do not count as training time


def main(
    text: Annotated[str, typer.Option(help="The text that the flow shall learn.")],
    flow: Annotated[str, typer.Option(help="A FlowSpec as JSON.")] = "{}",
    seconds: Annotated[float, typer.Option(help="How long to train.")] = 30.0,
    seed: Annotated[int, typer.Option(help="The seed of the flow and of its training.")] = 0,
) -> None:
    """Train once and print one line of JSON."""
    spec = FlowSpec(**{**json.loads(flow), "seed": seed})
    print(json.dumps(measure(text, spec, TrainingSpec(seconds=seconds, seed=seed))))


def measure(text: str, flow: FlowSpec, spec: TrainingSpec) -> dict[str, Any]:
    """The figures of one training, and what it took of the machine."""
    reached: int | None = None
    for event in train(build_target(TextSpec(text=text)), flow, spec, moment_seconds=MOMENT_SECONDS):
        if reached is None and isinstance(event, Moment) and (event.on_target or 0) >= MOSTLY_ON_TARGET:
            reached = event.step
    assert isinstance(event, Finished)
    seconds = math.nan if reached is None else reached / event.progress.steps_per_second
    return {**event.figures(), "seconds_to_target": seconds, "ending": event.ending, **machine_figures()}


def machine_figures() -> dict[str, Any]:
    """Return the peak of the memory and the versions of the packages."""
    versions = {"flowviz": flowviz.__version__, "tensorflow": version("tensorflow")}
    return {"peak_mib": peak_mib(), "versions": versions}


def peak_mib() -> float:
    """The most memory that this process held, in MiB."""
    units = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / units


if __name__ == "__main__":
    typer.run(main)
