"""The README and the guide: their commands and the example run; the commands, options and files that they name exist.

The installation commands are not run here; `.ci/run` runs one of them.
"""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from textwrap import indent

import pytest
import typer

import flowviz
from flowviz import self_test
from flowviz.cli.commands import app
from flowviz.projects import load_project
from flowviz.specs import TextSpec, TrainingSpec
from tests.test_cli import run

CHECKOUT = Path(flowviz.__file__).parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
GUIDE = "".join(path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "resources/guide").glob("*.md")))
FOR_CONTRIBUTORS = (CHECKOUT / "flowviz" / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (CHECKOUT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
BUG_FORM = (CHECKOUT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```\n", README + GUIDE, re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
CODE_SPANS = re.findall(
    r"`([^`\n]+)`", re.sub(r"```.*?```\n", "", README + GUIDE + FOR_CONTRIBUTORS + CONTRIBUTING, flags=re.DOTALL)
)
INSTALLATION = "apt-get"
# Options that save time, by the words of a command; those of the last match are appended and override earlier ones.
# The flow is smaller only where no later command depends on its stages.
SHORTER = {
    "train": "--steps 40",
    "train --flow": "--steps 40 --layers 1 --width 8",
    "compare": "--steps 40 --width 8 --seeds 1 --jobs 1",
    "compare --preset": "--steps 40 --width 8 --jobs 1",
    "render": "--size 320x240",
    "render --what losses": "",
    **{f"render {page}.html": "" for page in ("brad", "figure", "all", "compared")},  # pages have no size
}
OPEN_AND_CLOSE = """
import sys
from PyQt6.QtCore import QTimer
import flowviz.app.main as main
from flowviz.cli import main as run_program

create = main.create_window

def create_and_close():
    window = create()
    QTimer.singleShot(300, lambda: (window.discard_changes(), window.close()))
    return window

main.create_window = create_and_close
run_program()
"""


def shortened(words: list[str]) -> list[str]:
    """Return the words of a command that does the same in less time."""
    if "--seconds" in words:
        index = words.index("--seconds")
        words = words[:index] + words[index + 2 :]
    matches = [SHORTER[kind] for kind in SHORTER if set(kind.split()) <= set(words)]
    return [*words, *(matches[-1].split() if matches else [])]


def run_in_window(words: list[str]) -> int:
    """Return the exit code of the program, whose window closes as soon as it is shown."""
    return subprocess.run([sys.executable, "-c", OPEN_AND_CLOSE, *words], check=False, timeout=60).returncode


@pytest.mark.slow  # more than 20 commands, some of which train or open a window
def test_commands_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    for kind in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    monkeypatch.setattr(self_test, "self_test", partial(self_test.self_test, TrainingSpec(steps=20)))
    commands = [shlex.split(line, comments=True) for line in COMMANDS if INSTALLATION not in line]
    assert len(commands) > 20
    for program, *words in commands:
        assert program == "flowviz"
        opens = not words or words[0].endswith(".flowviz")
        code = run_in_window(words) if opens else run(*shortened(words))
        assert code == 0, f"This command failed: {shlex.join(words)}"
        for option, path in pairwise(words):
            is_file = option == "-o" and path != "-"  # which is the standard output
            assert not is_file or Path(path).exists(), f"This command wrote no file: {shlex.join(words)}"


def test_library_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"<!-- example -->\n```python\n(.*?)```\n", README, re.DOTALL)
    assert "steps=2000" in example
    monkeypatch.chdir(tmp_path)
    exec(compile(example.replace("steps=2000", "steps=50"), "README.md", "exec"), {})
    assert "nats from the best that any flow can do\n(20, 1000, 2)\n" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["brad.flowviz", "brad.svg"]
    assert load_project(tmp_path / "brad.flowviz").target == TextSpec(text="BRAD")
    assert (tmp_path / "brad.svg").read_text(encoding="utf-8").count("Coupling") >= 8


@pytest.mark.slow  # loads TensorFlow in three processes
def test_examples_of_the_guide_of_the_library_run(tmp_path: Path) -> None:
    guide = (CHECKOUT / "resources/guide/library.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```\n", guide, re.DOTALL)
    script = "if __name__ == '__main__':\n" + indent("\n".join(blocks).replace("steps=2000", "steps=50"), "    ")
    (tmp_path / "guide.py").write_text(script, encoding="utf-8")
    done = subprocess.run([sys.executable, "guide.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert load_project(tmp_path / "so_far.flowviz").target == load_project(tmp_path / "brad.flowviz").target


MYPY = """
[mypy]
plugins = pydantic.mypy
[mypy-tensorflow.*,tensorflow_probability.*]
follow_imports = skip
ignore_missing_imports = True
"""


@pytest.mark.slow  # checks the types of all that the library imports
def test_library_example_passes_strict_type_checks(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (example,) = [text for kind, text in BLOCKS if kind == "python" and text in README]
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    (tmp_path / "mypy.ini").write_text(MYPY, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "example.py"]
    environment = {**os.environ, "MYPYPATH": str(CHECKOUT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Success"), done.stdout


def test_installation_commands_use_the_files_and_extras_of_the_project() -> None:
    installations = [line for line in COMMANDS if INSTALLATION in line]
    assert len(installations) == 2
    assert all(".ci/debian-packages" in line for line in installations)
    assert "<!-- test -->" in (CHECKOUT / ".ci/run").read_text(encoding="utf-8")
    extras = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    extras_in_readme = re.findall(r'pip install [^&\n]*"\.\[(\w+)\]"', README + GUIDE)
    assert {"test", "cluster", "adapters"} == set(extras_in_readme) <= extras.keys()


def test_commands_and_options_exist() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    options = {"--help", "--self-test", "--version", "--with", "--nthreads"}  # the last one is of Dask
    groups = (getattr(command, "commands", {}).values() for command in commands.values())
    for command in (*commands.values(), *chain.from_iterable(groups)):
        options.update(*((*param.opts, *param.secondary_opts) for param in command.params))
    for code in CODE_SPANS:
        if code.startswith("flowviz "):
            word = code.split()[1]
            assert word in commands or word.endswith((".flowviz", ".npz")) or word.startswith("--"), (
                f"No such command: {code}"
            )
    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", README + GUIDE):
        assert option in options, f"No such option: {option}"


def test_files_exist() -> None:
    files = [code for code in CODE_SPANS if re.fullmatch(r"[\w./]+(\.py|/)|\.ci/\w+|[\w/]+\.png", code)]
    names = {path.name for folder in CHECKOUT.glob("[!.]*/") for path in folder.rglob("*.py")}
    assert len(files) > 60
    for file in files:
        assert file in names or (CHECKOUT / file).exists() or (CHECKOUT / "flowviz" / file).exists(), f"No file {file}"


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "flowviz/README.md",
        ".github/CONTRIBUTING.md",
        "resources/guide/window.md",
        "resources/guide/terminal.md",
        "resources/guide/lessons.md",
        "resources/guide/library.md",
        "resources/guide/style.md",
    ],
)
def test_links_to_files_lead_somewhere(path: str) -> None:
    document = CHECKOUT / path
    text = re.sub(r"`[^`\n]*`", "", document.read_text(encoding="utf-8"))  # code may show what a link looks like
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text)
    assert links
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_contributors_are_told_how_to_add_each_kind_of_thing_in_five_steps() -> None:
    chapters = re.findall(r"^## How to add a[^\n]*\n(.*?)(?=^## |\Z)", FOR_CONTRIBUTORS, re.DOTALL | re.MULTILINE)
    assert [re.findall(r"^(\d)\. ", chapter, re.MULTILINE) for chapter in chapters] == [list("12345")] * 4


def test_bug_form_asks_for_the_details_that_the_window_copies() -> None:
    assert "choose Help ▸ Copy Details for a Bug Report, and paste" in " ".join(BUG_FORM.split())


def test_readme_is_short() -> None:
    assert README.count("\n") <= 200


def test_pictures_exist_and_are_small() -> None:
    pictures = [CHECKOUT / path for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)]
    assert pictures
    assert all(path.stat().st_size < 200_000 for path in pictures)
    assert sum(path.stat().st_size for path in pictures) < 1_200_000
