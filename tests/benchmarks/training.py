"""Speed and quality of training: ours beside two peers, in turn, each run in a process of its own.

    python -m tests.benchmarks.training --seconds 30 --seeds 5 --words BRAD
    python -m tests.benchmarks.training --families --words BRAD

Ours run as their recipes have them, and at the sizes of the peers: 8 affine couplings and 4 spline couplings of 32
bins, two hidden layers of 64 units each.

The peers train on points drawn from the same target. A gap is test NLL − entropy of the target, in nats.
The seconds until 80% of the particles are on target count from the first step, at the mean speed of the run.
Our clock includes the drawing of fresh points and the reports of progress; no clock includes the compilation.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from flowviz.specs import RECIPES, FlowSpec, TextSpec
from flowviz.targets import Ink, build_target
from tests.benchmarks.environment import default_environment, peers_python

Run = dict[str, Any]

FLOWS = {
    "flowviz realnvp": FlowSpec(),
    "flowviz spline": FlowSpec(family="spline"),
    "flowviz flow matching": FlowSpec(family="flow_matching"),
    "flowviz realnvp, 64x64": FlowSpec(width=64, depth=2, waves=0),
    "flowviz spline, 64x64": FlowSpec(family="spline", layers=4, width=64, depth=2, bins=32, hats=0),
}
FAMILIES = {f"flowviz {family}": FlowSpec(family=family) for family in RECIPES}
PEERS = {"flowjax-affine": "realnvp", "flowjax-spline": "spline"}  # each with the family that it stands beside
POINTS, TEST_POINTS = 200_000, 20_000

# The figures of a run by key, each with its heading and its format.
FIGURES = {
    "steps_per_second": ("steps/s", ",.0f"),
    "gap": ("gap, nats", ".3f"),
    "seconds_to_target": ("80% on\ntarget, s", ".1f"),
    "on_target": ("on target", ".1%"),
    "prepare_seconds": ("prepare, s", ".1f"),
    "recoveries": ("recoveries", ".0f"),
    "peak_mib": ("peak, MiB", ",.0f"),
    "ratio": ("steps/s ÷\nthe peer's", ".2f"),
}
SUMMARIES: dict[str, Callable[[list[float]], Any]] = {"median": np.median, "min": np.min, "max": np.max}


def main(
    seconds: Annotated[float, typer.Option(help="How long each run trains.")] = 30.0,
    seeds: Annotated[int, typer.Option(help="How many runs each.", min=1)] = 3,
    words: Annotated[str, typer.Option(help="What to learn, separated by commas.")] = "BRAD",
    peers: Annotated[bool, typer.Option(help="Run the peers, too.")] = True,
    families: Annotated[bool, typer.Option("--families", help="Run every family of ours, and no peer.")] = False,
    environment: Annotated[Path | None, typer.Option(help="The peers' virtual environment.")] = None,
    json_file: Annotated[
        typer.FileTextWrite | None, typer.Option("--json", lazy=False, help="Write all figures to this file.")
    ] = None,
) -> None:
    """Train ours and the peers in turn and print a table of what each reached."""
    python = peers_python(environment or default_environment()) if peers and not families else None
    flows = FAMILIES if families else FLOWS
    runs: list[Run] = []
    for word in words.split(","):
        for seed in range(seeds):
            runs += told(turn(flows, word, seed, seconds, python))
    add_ratios(runs)
    # A width of its own, lest the table break where the output is no terminal.
    Console(width=160).print(table(runs))
    if json_file:
        machine = {"platform": platform.platform(), "cpus": os.cpu_count(), "python": platform.python_version()}
        results = {"seconds": seconds, "machine": machine, "summary": summary(runs), "runs": runs}
        print(json.dumps(results, indent=2), file=json_file)


def turn(flows: dict[str, FlowSpec], word: str, seed: int, seconds: float, python: Path | None) -> Iterator[Run]:
    """Ours and the peers, one after the other. `python` is that of the peers, if they shall run."""
    target = build_target(TextSpec(text=word))
    with TemporaryDirectory() as folder:
        save_clouds(target, seed, Path(folder))
        for name, flow in flows.items():
            yield {"word": word, "seed": seed, "name": name, **run_ours(flow, word, seed, seconds)}
        for peer in PEERS if python else ():
            assert python
            run = run_peer(python, peer, Path(folder), seed, seconds)
            yield {"word": word, "seed": seed, **run, "gap": run["test_nll"] - target.entropy}


def save_clouds(target: Ink, seed: int, folder: Path) -> None:
    """What the peers learn and what they are scored on."""
    train_rng, test_rng = np.random.default_rng(seed).spawn(2)
    np.save(folder / "points.npy", target.sample(POINTS, train_rng))
    np.save(folder / "test.npy", target.sample(TEST_POINTS, test_rng))


def run_ours(flow: FlowSpec, word: str, seed: int, seconds: float) -> Run:
    """Train flowviz in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.ours", f"--text={word}", f"--flow={flow.model_dump_json()}"]
    return result([*command, f"--seconds={seconds}", f"--seed={seed}"])


def run_peer(python: Path, peer: str, folder: Path, seed: int, seconds: float) -> Run:
    """Train a peer in a fresh process of its own environment."""
    script = Path(__file__).with_name("peers.py")
    clouds = [f"--points={folder / 'points.npy'}", f"--test={folder / 'test.npy'}"]
    command = [str(python), str(script), peer, *clouds, f"--seconds={seconds}", f"--seed={seed}"]
    return {"name": peer, **result(command)}


def result(command: list[str]) -> Run:
    """The JSON object that a command prints last. Exits with what the command complained of, where it failed."""
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stderr}\nThis failed: {' '.join(command)}")
    run: Run = json.loads(done.stdout.splitlines()[-1])
    return run


def told(runs: Iterable[Run]) -> Iterator[Run]:
    """The runs, each with a line on stderr as it comes."""
    for run in runs:
        figures = f"{run['steps_per_second']:,.0f} steps/s, gap {run['gap']:.3f} nats"
        print(f"{run['word']}, seed {run['seed']}, {run['name']}: {figures}", file=sys.stderr)
        yield run


def add_ratios(runs: list[Run]) -> None:
    """Give each run of ours the ratio of its speed to that of the peer, on the same word with the same seed."""
    for peer in [run for run in runs if run["name"] in PEERS]:
        for run in runs:
            beside = FLOWS[run["name"]].family == PEERS[peer["name"]] if run["name"] in FLOWS else False
            if beside and (run["word"], run["seed"]) == (peer["word"], peer["seed"]):
                run["ratio"] = run["steps_per_second"] / peer["steps_per_second"]


def grouped(runs: list[Run]) -> dict[tuple[str, str], list[Run]]:
    """The runs by word and name, those of ours first."""
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in sorted(runs, key=lambda run: run["name"] in PEERS):
        groups.setdefault((run["word"], run["name"]), []).append(run)
    return groups


def over_seeds(runs: list[Run], which: str) -> Run:
    """The median, min or max of each figure that the runs have."""
    return {key: float(SUMMARIES[which]([run[key] for run in runs])) for key in FIGURES if key in runs[0]}


def summary(runs: list[Run]) -> list[Run]:
    """For each word and name the median, min and max over the seeds."""
    return [
        {"word": word, "name": name, **{which: over_seeds(group, which) for which in SUMMARIES}}
        for (word, name), group in grouped(runs).items()
    ]


def table(runs: list[Run]) -> Table:
    """A row for each run and for each summary over the seeds."""
    drawn = Table("word", "flow", box=box.SIMPLE_HEAD)
    for heading in ("seed", *(heading for heading, _ in FIGURES.values())):
        drawn.add_column(heading, justify="right")
    for (word, name), group in grouped(runs).items():
        for run in group:
            drawn.add_row(word, name, str(run["seed"]), *cells(run))
        for which in SUMMARIES if len(group) > 1 else ():
            drawn.add_row(word, name, which, *cells(over_seeds(group, which)))
        drawn.add_section()
    return drawn


def cells(run: Run) -> list[str]:
    """The figures of a run as text; a dash for what it does not have."""
    return [format(run[key], form) if key in run else "–" for key, (_, form) in FIGURES.items()]


if __name__ == "__main__":
    typer.run(main)
