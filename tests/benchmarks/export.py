"""How fast things are taken away, in how much memory, and whether they are the same bytes each time.

    python -m tests.benchmarks.export [--repeats 3]

Needs no display. Prints one line a figure, with its goal.
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np

from flowviz.exporting.export import Export
from flowviz.projects import Project, load_project, save_project
from flowviz.specs import ExportSpec, FlowSpec, PictureSize, Playback, Seen, TextSpec, TrainingSpec
from flowviz.specs.export_kinds import Format
from tests.benchmarks.window import report

SIZE = PictureSize(width=1080, height=1080)
STEPS = 3000  # of the training: enough for a past of many moments
FILMS: dict[Format, str] = {"mp4": "<= 15", "gif": "<= 20", "apng": "", "webp": ""}
IN_BETWEENS = 11  # of a loop through 20 stages: 240 frames


def film(form: Format) -> ExportSpec:
    """240 frames through all layers."""
    seen = Seen(playback=Playback(repeat="loop"))
    return ExportSpec(what="animation", format=form, size=SIZE, in_betweens=IN_BETWEENS, seen=seen)


def seconds(call: Callable[[], object], repeats: int) -> float:
    """The median of so many calls."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return float(np.median(times))


def write(project: Project, spec: ExportSpec, path: Path) -> None:
    """All steps of it."""
    for _ in Export(project, spec).write(path):
        pass


def pictures(project: Project, folder: Path, repeats: int) -> None:
    """A PNG a stage."""
    spec = ExportSpec(what="stages", size=SIZE)
    report(f"20 PNGs at {SIZE}", seconds(lambda: write(project, spec, folder / "stages"), repeats), "s", "<= 2")


def films(file: Path, folder: Path, repeats: int) -> None:
    """Each format in a process of its own, which says how long it took, the memory, and its bytes."""
    for form, goal in FILMS.items():
        times, memories, digests = [], [], set()
        for number in range(repeats):
            path = folder / f"{number}.{form}"
            command = [sys.executable, "-m", "tests.benchmarks.export", "--film", form, str(file), str(path)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            times.append(float(told[0]))
            memories.append(float(told[1]))
            digests.add(sha256(path.read_bytes()).hexdigest())
        report(f"240 frames at {SIZE} as {form}", float(np.median(times)), "s", goal)
        report(f"  its memory over idle, of {form}", max(memories), "MB", "<= 300")
        report(f"  its size, of {form}", path.stat().st_size / 1e6, "MB", "")
        report(f"  kinds of bytes in {repeats} processes, of {form}", len(digests), "", "1")


def one_film(form: Format, file: Path, path: Path) -> None:
    """What a process of its own says."""
    project = load_project(file)
    Export(project, film(form)).preview(0.5, SIZE)
    idle = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from now on
    started = time.perf_counter()
    write(project, film(form), path)
    passed = time.perf_counter() - started
    encoder = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(passed, memory("VmHWM") - idle + encoder)


def memory(name: str) -> float:
    """A figure of this process, in MB."""
    found = re.search(rf"{name}:\s*(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def projects(project: Project, file: Path, repeats: int) -> None:
    """The file of a default flow."""
    report("a project's file", file.stat().st_size / 1e6, "MB", "<= 2")
    report("saving a project", 1e3 * seconds(lambda: save_project(project, file), 5 * repeats), "ms", "<= 100")
    report("opening a project", 1e3 * seconds(lambda: load_project(file), 5 * repeats), "ms", "<= 150")


def trained_project() -> Project:
    """A default flow, trained for a while."""
    from flowviz.targets import build_target
    from flowviz.training import trained

    target = TextSpec(text="BRAD")
    return trained(Project.untrained(target, FlowSpec(), TrainingSpec(steps=STEPS)), build_target(target))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs a figure")
    parser.add_argument("--film", nargs=3, metavar=("FORMAT", "PROJECT", "PATH"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.film:
        one_film(asked.film[0], Path(asked.film[1]), Path(asked.film[2]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder, project = Path(name), trained_project()
        save_project(project, folder / "it.flowviz")
        projects(project, folder / "it.flowviz", asked.repeats)
        pictures(project, folder, asked.repeats)
        films(folder / "it.flowviz", folder, asked.repeats)


if __name__ == "__main__":
    main()
