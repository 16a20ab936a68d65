"""Numbers that the terminal reads and writes: every format holds the same, on stdout too, and with little memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from flowviz.cli import messages
from flowviz.exporting import tables
from flowviz.projects import Project, save_project
from flowviz.records.trace import TOGETHER
from flowviz.targets.tables import NO_PARQUET
from tests.cli.program import run_program
from tests.test_cli import run

FORMATS = ["csv", "npy", "npz"]


def read(path: Path, name: str, dtype: type[np.floating] = np.float32) -> NDArray[np.floating]:
    """Return the points (n, 2) or log-densities (n,) in a file."""
    match path.suffix:
        case ".npz":
            with np.load(path) as arrays:
                assert list(arrays) == [name]
                found: NDArray[np.floating] = arrays[name]
        case ".npy":
            found = np.load(path)
        case _:
            table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
            assert list(table) == (["x", "y"] if name == "points" else ["log_prob"])
            found = table.to_numpy(dtype).squeeze()
    assert found.dtype == dtype
    return found


@pytest.fixture(scope="module")
def project_path(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("project") / "hi.flowviz"
    save_project(project, path)
    return path


@pytest.fixture(scope="module")
def samples(project_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("samples") / "samples.npy"
    assert run("sample", project_path, "-n", 300, "-o", path) == 0
    return path


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_holds_the_same_numbers(
    suffix: str, project_path: Path, samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points, scores, drawn = (tmp_path / f"{name}.{suffix}" for name in ("points", "scores", "drawn"))
    assert run("sample", project_path, "-n", 300, "-o", points) == 0
    assert capsys.readouterr().err.endswith(f"Wrote 300 points to {points}.\n")
    np.testing.assert_array_equal(read(points, "points"), np.load(samples))
    assert run("score", project_path, samples, "-o", tmp_path / "expected.npy") == 0
    assert run("score", project_path, points, "-o", scores) == 0
    assert capsys.readouterr().err.endswith(f"Wrote the log-densities of 300 points to {scores}.\n")
    # Text tells a float32 from all others, but is read as a float64.
    np.testing.assert_allclose(read(scores, "log_prob"), np.load(tmp_path / "expected.npy"), rtol=1e-4)
    assert run("target", "--points", points, "-n", 20, "-o", drawn) == 0
    assert "Wrote 20 points of points" in capsys.readouterr().err
    drawn_points = read(drawn, "points", np.float64)  # in the units of the table
    assert drawn_points.shape == (20, 2)
    assert np.abs(drawn_points[:, None] - np.load(samples)).sum(axis=-1).min(axis=1).max() < 1e-5


def test_trace_is_the_same_in_every_format(
    project_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in FORMATS:
        assert run("trace", project_path, "-n", 40, "-o", tmp_path / f"t.{suffix}") == 0
        assert capsys.readouterr().err.endswith(f"Wrote 40 particles at 20 stages to {tmp_path / 't'}.{suffix}.\n")
    with np.load(tmp_path / "t.npz") as arrays:
        positions, log_det, names = arrays["positions"], arrays["log_det"], arrays["names"]
    records = np.load(tmp_path / "t.npy")
    np.testing.assert_array_equal(np.stack([records["x"], records["y"]], axis=-1), positions)
    np.testing.assert_array_equal(records["log_det"], log_det)
    table = pd.read_csv(tmp_path / "t.csv").sort_values(["stage", "particle"])
    assert list(table) == ["particle", "stage", "name", "x", "y", "log_det"]
    np.testing.assert_array_equal(table[["x", "y"]].to_numpy(np.float32).reshape(positions.shape), positions)
    assert list(table["name"][table["particle"] == 0]) == list(names)


def test_parquet_is_written_and_read(project_path: Path, samples: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    points, scores = tmp_path / "points.parquet", tmp_path / "scores.parquet"
    assert run("sample", project_path, "-n", 300, "-o", points) == 0
    np.testing.assert_array_equal(read(points, "points"), np.load(samples))
    assert run("score", project_path, points, "-o", scores) == 0
    assert run("score", project_path, samples, "-o", tmp_path / "expected.npy") == 0
    np.testing.assert_array_equal(read(scores, "log_prob"), np.load(tmp_path / "expected.npy"))
    assert run("trace", project_path, "-n", 5, "-o", tmp_path / "t.parquet") == 0
    assert list(pd.read_parquet(tmp_path / "t.parquet")) == ["particle", "stage", "name", "x", "y", "log_det"]
    assert run("target", "--points", points, "--columns", "y,x", "-n", 20, "-o", tmp_path / "drawn.parquet") == 0
    (tmp_path / "cut.parquet").write_bytes(points.read_bytes()[:100])
    assert run("score", project_path, tmp_path / "cut.parquet", "-o", tmp_path / "x.npy") == 2


def test_parquet_without_pyarrow_is_one_sentence(
    project_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "points.parquet").write_bytes(b"PAR1 and more")
    for command in (
        ("sample", project_path, "-o", tmp_path / "x.parquet"),
        ("score", project_path, tmp_path / "points.parquet", "-o", tmp_path / "x.npy"),
    ):
        assert run(*command) == 2
        assert capsys.readouterr().err == f"{NO_PARQUET}\n"


def test_score_reads_two_of_many_columns(
    project_path: Path, samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points = np.load(samples)
    pd.DataFrame({"name": "a", "y": points[:, 1], "x": points[:, 0]}).to_csv(tmp_path / "many.csv", index=False)
    assert run("score", project_path, tmp_path / "many.csv", "-o", tmp_path / "y.npy") == 0
    assert "reads the columns 'y' and 'x' of many.csv" in capsys.readouterr().err
    assert run("score", project_path, tmp_path / "many.csv", "--columns", "x,y", "-o", tmp_path / "x.npy") == 0
    assert run("score", project_path, samples, "-o", tmp_path / "expected.npy") == 0
    np.testing.assert_allclose(np.load(tmp_path / "x.npy"), np.load(tmp_path / "expected.npy"), rtol=1e-4)


@pytest.mark.parametrize("form", ["npy", "csv"])
def test_density_far_from_the_target_is_zero(form: str, project_path: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "far.npy", [[1e30, 1e30]])
    assert run("score", project_path, tmp_path / "far.npy", "-o", tmp_path / f"x.{form}") == 0
    assert read(tmp_path / f"x.{form}", "log_prob") == -np.inf


@pytest.mark.parametrize("command", ["sample", "score", "trace", "target"])
def test_dash_is_stdout(
    command: str,
    project_path: Path,
    samples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(tmp_path)
    words: dict[str, list[object]] = {
        "sample": [project_path, "-n", 7],
        "score": [project_path, samples],
        "trace": [project_path, "-n", 7],
        "target": ["--text", "I", "-n", 7],
    }
    for form, options in {"csv": [], "npy": ["--format", "npy"], "npz": ["--format", "npz"]}.items():
        assert run(command, *words[command], *options, "-o", "-") == 0
        captured = capsysbinary.readouterr()
        assert b" to stdout.\n" in captured.err
        assert run(command, *words[command], "-o", f"file.{form}") == 0
        assert captured.out == Path(f"file.{form}").read_bytes()
        capsysbinary.readouterr()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.csv", "file.npy", "file.npz"]


def test_arrays_are_not_shown_in_a_terminal(
    project_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run("sample", project_path, "--format", "npy", "-o", "-") == 2
    assert capsys.readouterr().err == "A terminal cannot display npy. Redirect stdout to a file or a pipe.\n"


def test_parts_are_those_of_one_piece(project_path: Path, tmp_path: Path) -> None:
    count = 2 * TOGETHER + 3
    for suffix in ("npy", "csv"):
        assert run("sample", project_path, "-n", count, "-o", tmp_path / f"s.{suffix}") == 0
    assert run("trace", project_path, "-n", count, "-o", tmp_path / "t.npz") == 0
    found = np.load(tmp_path / "s.npy")
    np.testing.assert_array_equal(read(tmp_path / "s.csv", "points"), found)
    with np.load(tmp_path / "t.npz") as arrays:
        np.testing.assert_allclose(arrays["positions"][-1], found, atol=1e-5)
        assert arrays["log_det"].shape == (20, count)
    assert run("score", project_path, tmp_path / "s.npy", "-o", tmp_path / "p.npy") == 0
    scores = np.load(tmp_path / "p.npy")
    np.save(tmp_path / "last.npy", found[-9:])
    assert run("score", project_path, tmp_path / "last.npy", "-o", tmp_path / "p.npy") == 0
    np.testing.assert_allclose(scores[-9:], np.load(tmp_path / "p.npy"), rtol=1e-6)


def test_progress_is_a_line_where_stderr_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(messages, "LINE_SECONDS", 0.01)
    said = ""
    with messages.progress_bar() as bar:
        bar.add_task("Sampling", total=4, completed=1, figures="gap 0.1 nats")
        while said.count("\n") < 2:
            said += capsys.readouterr().err
    assert all(line.startswith("Sampling: 25%, gap 0.1 nats, ") for line in said.splitlines())


def test_a_failure_leaves_neither_a_file_nor_a_scratch_file(
    project_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    assert run("trace", project_path, "-n", 5, "-o", tmp_path / "t.npz") == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    """A limit on the size of files is what the system says of a full disk, too."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))"
    ended = run_program("target --text I -n 5000 -o a.npz", tmp_path, limit)
    assert ended.returncode == 2
    assert ended.stderr == "a.npz cannot be written: file too large.\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the resident memory is told in kilobytes on Linux")
@pytest.mark.parametrize("command", ["sample PROJECT -n 10000000 -o a.npy", "score PROJECT points.npy -o b.csv"])
def test_large_requests_take_little_memory(command: str, project_path: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "points.npy", np.random.default_rng(0).normal(size=(5_000_000, 2)).astype(np.float32))
    words = [str(project_path) if word == "PROJECT" else word for word in command.split()]
    script = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'flowviz', *sys.argv[1:]], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert int(said.stdout) < 1_500_000
