"""The command as a process: usage errors, a reader of stdout that stops reading, and a device that is full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("frobnicate", "No such command 'frobnicate' (see flowviz --help)."),
        ("train", "Missing option '-o' / '--output' (see flowviz train --help)."),
        ("render", "Missing argument 'PROJECT.flowviz' (see flowviz render --help)."),
        ("train --text a --steps x -o y", "Invalid value for '--steps': 'x' is not a whole number (see"),
        ("train --text a --seconds 1s -o y", "Invalid value for '--seconds': '1s' is not a number (see"),
        ("sample x -o y -n \udcff", "'\\udcff' is not a number (see"),
        (
            "sample x -o y.npy -n 20000000",
            "The number of points cannot be 20,000,000: it must be between 1 and 10,000,000.",
        ),
        ("sample x -o y -n 1.5", "Invalid value for '-n': '1.5' is not a whole number (see"),
        ("render x -o y --palette z", "'z' is not"),
        ("train --text a --flow z -o y", "There is no flow named 'z'. Choose one of realnvp, nice"),
        ("info --nonsense", "No such option: --nonsense"),
    ],
)
def test_usage_error_is_one_sentence(arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert captured.err.endswith(".\n")
    assert "Value error" not in captured.err


def test_closed_stdout_ends_command_quietly() -> None:
    command = [sys.executable, "-m", "flowviz", "--help"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")


def test_a_reader_that_has_gone_is_no_error(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert run("cite") == 0
    assert capfd.readouterr() == ("", "")


def test_stdout_that_takes_a_part_is_not_reported_as_complete() -> None:
    """Close the reader in the middle of the only batch; unbuffered, as in containers, Python then writes a part."""
    command = [sys.executable, "-m", "flowviz", *["target", "--text", "I", "-n", "10000", "-o", "-"]]
    unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=unbuffered) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(4) == b"x,y\n"
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
class TestFullStdout:
    """Stdout on a disk that is full."""

    sentence = "Cannot write to stdout: no space left on device.\n"

    def test_points_that_do_not_fit_are_one_sentence(self) -> None:
        command = [sys.executable, "-m", "flowviz", *["target", "--text", "I", "-n", "5", "-o", "-"]]
        with Path("/dev/full").open("wb") as full:
            ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (2, self.sentence)

    def test_text_that_does_not_fit_is_one_sentence(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with Path("/dev/full").open("w") as full:
            monkeypatch.setattr(sys, "stdout", full)
            assert run("cite") == 2
        assert capfd.readouterr() == ("", self.sentence)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Unix closes stdout")
def test_points_for_a_stdout_that_is_closed_are_one_sentence() -> None:
    command = ["sh", "-c", f'"{sys.executable}" -m flowviz target --text I -n 5 -o - >&-']
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "stdout is closed. Give the name of a file.\n")


def test_text_for_a_stdout_that_is_closed_is_dropped(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)  # as Python has it then
    assert run("cite") == 0
    assert capfd.readouterr() == ("", "")


def test_name_that_is_too_long_is_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(300 * "a") == 2
    assert "No such command" in capsys.readouterr().err
