"""Runs the real program with a script, in a process of its own, and tells what became of it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.trust.user import TRIED, Condition, User

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
HOMES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
BAD = re.compile(r" (WARNING|ERROR|CRITICAL) ")
UNEXPECTED = "flowviz.app.window.crash_handler"
UNABLE = "This plugin does not support"  # which Qt says of windows that are drawn offscreen
Script = Callable[[User], Iterator[Condition]]


@dataclass(frozen=True)
class Ended:
    """The exit code of a program, what it told and wrote to stderr, and its log.

    What it told by one name several times is in `lines`.
    """

    code: int
    lines: Sequence[tuple[str, str]]
    stderr: str
    log: str

    @property
    def told(self) -> Mapping[str, str]:
        return dict(self.lines)

    def all_told(self, name: str) -> list[str]:
        return [value for told, value in self.lines if told == name]

    def assert_clean(self) -> None:
        """It ended as it should, and nothing went wrong on the way."""
        self.assert_sound()
        bad = [line for line in self.log.splitlines() if BAD.search(line) and UNABLE not in line]
        assert not bad, "\n".join(bad)

    def assert_sound(self) -> None:
        """It ended as it should, and what went wrong was foreseen."""
        assert self.code == 0, self.stderr
        assert not self.stderr, self.stderr
        assert len(self.all_told(TRIED)) == 1, "only the check of the refusal tried to reach a network"
        assert UNEXPECTED not in self.log, self.log


def used(script: Script, folder: Path, **environment: str) -> Ended:
    """Use a program in a folder, which also holds its settings, drafts and log, and return what became of it.

    A program that does not end is a failure.
    """
    homes = {name: str(folder / name) for name in HOMES}
    done = subprocess.run(
        [sys.executable, "-m", "tests.trust.user", script.__name__, str(folder)],
        env={**os.environ, **homes, "QT_QPA_PLATFORM": "offscreen", **environment},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    lines = [(name, told) for name, _, told in (line.partition("\t") for line in done.stdout.splitlines())]
    log = folder / "XDG_STATE_HOME" / "flowviz" / "log" / "flowviz.log"
    return Ended(
        code=done.returncode,
        lines=lines,
        stderr=done.stderr,
        log=log.read_text(encoding="utf-8") if log.exists() else "",
    )
