"""Real processes of `flowviz compare` that are interrupted or killed in the middle of a run.

The target belongs to an extension, whose sampler sends the signal from the worker process at a chosen chunk.
"""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

EXTENSION = """
import os
import signal
from pathlib import Path

from flowviz.extensions import register_target

ACTION = Path(__file__).with_name("action")
ACTIONS = {
    "Ctrl+C": lambda: os.killpg(os.getpgid(0), signal.SIGINT),
    "worker": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "program": lambda: os.kill(os.getppid(), signal.SIGKILL),
}
calls = []


def points(n, rng):
    is_worker = os.environ.get("TF_NUM_INTRAOP_THREADS") == "1"
    calls.append(n)
    if is_worker and len(calls) > 12 and ACTION.exists():
        action = ACTION.read_text()
        ACTION.unlink()
        ACTIONS[action]()
    return rng.normal(size=(n, 2)) ** 3


register_target("cubed", points, title="Cubes")
"""
READ_STEP = """
import sys
from pathlib import Path
from flowviz import load_comparison, load_extensions
load_extensions(sys.argv[1])
print(load_comparison(Path(sys.argv[2]))["realnvp"].checkpoint.step)
"""
COMPARE = "compare --shape cubed --flow realnvp,nice --layers 1 --width 2 --depth 1 --steps 4000 --jobs 1 -o out/"

pytestmark = [
    pytest.mark.slow,  # every command starts worker processes, which load TensorFlow
    pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals"),
]


def compare(folder: Path, action: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the command in a session of its own, in which an action of the extension disturbs it, if one is given."""
    (folder / "cubed.py").write_text(EXTENSION, encoding="utf-8")
    if action:
        (folder / "action").write_text(action, encoding="utf-8")
    command = [sys.executable, "-m", "flowviz", "--with", "cubed.py", *COMPARE.split()]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, start_new_session=True
    )


def gaps(folder: Path) -> dict[str, str]:
    with (folder / "out/table.csv").open(encoding="utf-8", newline="") as file:
        return {f"{row['name']}, {row['seed']}": row["validation_nll"] for row in csv.DictReader(file)}


def step(folder: Path) -> int:
    """Return the step of the checkpoint of the first flow, in a process that has the extension."""
    command = [sys.executable, "-c", READ_STEP, str(folder / "cubed.py"), str(folder / "out/comparison.flowviz")]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert compare(folder).returncode == 0
    return gaps(folder)


def test_ctrl_c_keeps_the_checkpoint_of_the_run_and_it_continues_exactly(
    tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    done = compare(tmp_path, "Ctrl+C")
    assert (done.returncode, done.stdout.count("Traceback")) == (130, 0)
    assert "Interrupted after 0 of 2 runs" in done.stderr
    assert 0 < step(tmp_path) < 4000
    assert not (tmp_path / "out/figure.png").exists()
    assert compare(tmp_path).returncode == 0
    assert gaps(tmp_path) == undisturbed
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".csv", ".flowviz", ".md", ".png", ".tex"]


def test_killed_worker_costs_only_its_run_which_is_repeated_once(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    done = compare(tmp_path, "worker")
    assert done.returncode == 0, done.stderr
    assert "failed" not in done.stderr
    assert gaps(tmp_path) == undisturbed


def test_killed_program_continues_from_the_checkpoint_that_its_worker_keeps(
    tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    assert compare(tmp_path, "program").returncode == -signal.SIGKILL
    kept = tmp_path / "out/realnvp-0.checkpoint.flowviz"
    assert kept.is_file()  # the output of the command ends only when its worker does
    assert compare(tmp_path).returncode == 0
    assert gaps(tmp_path) == undisturbed
