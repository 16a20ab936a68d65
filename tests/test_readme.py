"""What the README says can be done: each command in it is run, each name in it is one that there is.

The commands that install, which `.ci/run` takes from the README itself, are not run here.
"""

import re
import shlex
import subprocess
import sys
import tomllib
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import typer

import flowviz
from flowviz import self_test
from flowviz.cli import app
from flowviz.projects import load_project
from flowviz.specs import TextSpec, TrainingSpec
from tests.test_cli import run

CHECKOUT = Path(flowviz.__file__).parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```\n", README, re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
IN_SENTENCES = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```\n", "", README, flags=re.DOTALL))
INSTALLS = "apt-get"
# All that is changed in a command: how long it trains, how large its flow is where no other command counts its stages,
# how many trials there are, and how large its pictures are. The last that fits is added; what is given last counts.
SHORTER = {
    "train": "--steps 40",
    "train --flow": "--steps 40 --layers 1 --width 8",
    "trials": "--steps 40 --layers 1 --width 8 --seeds 1 --jobs 1",
    "render": "--size 320x240",
    "render --what losses": "",
}
OPENING = """
import sys
from PyQt6.QtCore import QTimer
import flowviz.app.main as main
from flowviz.cli import main as started

create = main.create_window

def created():
    window = create()
    QTimer.singleShot(300, lambda: (window.discard_changes(), window.close()))
    return window

main.create_window = created
started()
"""


def shortened(words: list[str]) -> list[str]:
    """A command that does the same in less time."""
    if "--seconds" in words:
        place = words.index("--seconds")
        words = words[:place] + words[place + 2 :]
    added = [SHORTER[kind] for kind in SHORTER if set(kind.split()) <= set(words)]
    return [*words, *(added[-1].split() if added else [])]


def in_window(words: list[str]) -> int:
    """The exit code of the program, whose window is closed as soon as it is seen."""
    return subprocess.run([sys.executable, "-c", OPENING, *words], check=False, timeout=60).returncode


def test_each_command_runs_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    for kind in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    monkeypatch.setattr(self_test, "self_test", partial(self_test.self_test, TrainingSpec(steps=20)))
    commands = [shlex.split(line, comments=True) for line in COMMANDS if INSTALLS not in line]
    assert len(commands) > 20
    for program, *words in commands:
        assert program == "flowviz"
        opens = not words or words[0].endswith(".flowviz")
        code = in_window(words) if opens else run(*shortened(words))
        assert code == 0, shlex.join(words)
        for option, path in pairwise(words):
            assert option != "-o" or Path(path).exists(), shlex.join(words)


def test_the_example_runs_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = [text for kind, text in BLOCKS if kind == "python"]
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})
    assert "nats from the best that any flow can do\n(20, 1000, 2)\n" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["brad.flowviz", "brad.svg"]
    assert load_project(tmp_path / "brad.flowviz").target == TextSpec(text="BRAD")
    assert (tmp_path / "brad.svg").read_text(encoding="utf-8").count("Coupling") >= 8


def test_what_installs_is_what_ci_runs_or_what_there_is() -> None:
    installing = [line for line in COMMANDS if INSTALLS in line]
    assert len(installing) == 2
    assert all(".ci/debian-packages" in line for line in installing)
    assert "<!-- test -->" in (CHECKOUT / ".ci/run").read_text(encoding="utf-8")
    extras = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    named = re.findall(r'pip install "(?:\.|flowviz)\[(\w+)\]"', README)
    assert {"test", "video", "cluster"} == set(named) <= extras.keys()


def test_each_command_and_option_in_a_sentence_is_one_that_there_is() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    options = {"--help", "--self-test", "--version"}
    for command in commands.values():
        options.update(*((*found.opts, *found.secondary_opts) for found in command.params))
    for said in IN_SENTENCES:
        if said.startswith("flowviz "):
            word = said.split()[1]
            assert word in commands or word.endswith(".flowviz") or word.startswith("--"), said
    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", README):
        assert option in options, option


def test_each_file_in_a_sentence_is_there() -> None:
    named = [said for said in IN_SENTENCES if re.fullmatch(r"[\w./]+(\.py|/)|\.ci/\w+|[\w/]+\.png", said)]
    ours = {path.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.rglob("*.py")}
    names = {Path(path).name for path in ours}
    assert len(named) > 60
    for said in named:
        assert said in names or (CHECKOUT / said).exists() or (CHECKOUT / "flowviz" / said).exists(), said


def test_each_picture_is_there_and_small() -> None:
    pictures = [CHECKOUT / path for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)]
    assert pictures
    assert all(path.stat().st_size < 200_000 for path in pictures)
    assert sum(path.stat().st_size for path in pictures) < 1_200_000
