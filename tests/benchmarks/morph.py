"""How fast a running flow turns from one word to another: seconds until 80 % of the particles are on the new one.

    python -m tests.benchmarks.morph --first BRAD --second FLOW

The flow is left to learn the first word for a while, as a person would see it. `compiled` is how many pieces of code
were compiled for the training step before the change, and how many after it: none.
"""

from typing import Annotated, Any

import typer

from flowviz.flows import build_flow
from flowviz.records import Retargeted, Snapshot, base_particles
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import NewTarget
from flowviz.training.loop import Training
from flowviz.training.requests import Requests

GOAL = 0.8
SECONDS = 20.0


def main(
    first: Annotated[str, typer.Option(help="The word that is learned first.")] = "BRAD",
    second: Annotated[str, typer.Option(help="The word that it turns to.")] = "FLOW",
    family: Annotated[str, typer.Option(help="The family of the flow.")] = "spline",
    seconds: Annotated[float, typer.Option(help="How long the first word is learned.")] = 15.0,
) -> None:
    """Measure and print."""
    new = NewTarget(build_target(TextSpec(text=second)), second)
    flow = build_flow(FlowSpec.model_validate({"family": family}))
    asked: dict[str, Any] = {"sent": False}

    def retarget() -> NewTarget | None:
        if asked["sent"] or training._clock.seconds < seconds:
            return None
        asked["sent"] = True
        return new

    target = build_target(TextSpec(text=first))
    training = Training(flow, target, TrainingSpec(seconds=60), 0.2, Requests(retarget=retarget))
    changed, codes, reached = 0.0, list[Any](), None
    for event in training.events(0.0):
        if training._runner._compiled not in codes:
            codes.append(training._runner._compiled)
        if isinstance(event, Retargeted):
            changed, before = training._clock.seconds, len(codes)
            share = new.target.on_target(flow.forward(base_particles()))
            print(f"{first} -> {second} at step {event.step:,}, after {changed:.1f} s; compiled: {before}", flush=True)
            print(f"   0.0 s   on target {share:.1%}", flush=True)
        if not isinstance(event, Snapshot) or not changed:
            continue
        passed, share = training._clock.seconds - changed, event.on_target or 0.0
        print(f"{passed:6.1f} s   on target {share:.1%}", flush=True)
        if share >= GOAL and reached is None:
            reached = passed
        if passed > SECONDS:
            told = "not reached" if reached is None else f"reached after {reached:.1f} s"
            print(f"{GOAL:.0%} on target {told} (goal: within {SECONDS:g} s); compiled: {len(codes) - before}")
            return


if __name__ == "__main__":
    typer.run(main)
