"""Outputs of the terminal: never an input, never a file of another kind, never a work that is lost."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from flowviz.projects import Project, load_project, save_project
from flowviz.records import Trial, to_csv
from flowviz.specs import TextSpec, TrainingSpec
from tests.test_cli import SMALL_FLOW, run

SMALL = "--steps 20 --layers 2 --width 8 --depth 1"

OLD_TABLE = """family,learning_rate,seed,ending,finite,steps,gap,failure,settings
affine,0.001,0,completed,True,20,0.25,,a1b2c3d4e5f60718
affine,0.001,1,failed,False,,,killed,a1b2c3d4e5f60718
"""  # of `flowviz trials` 0.1.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an input of each kind, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    untrained = Project.untrained(TextSpec(text="I"), SMALL_FLOW, TrainingSpec(steps=20))
    for name in ("mine.flowviz", "other.flowviz", "plain", "mine.checkpoint.flowviz"):
        save_project(untrained, Path(name))
    points = np.random.default_rng(0).normal(size=(100, 2))
    np.savetxt("points.csv", points, delimiter=",")
    np.save("points.npy", points)
    Path("trials.csv").write_text(to_csv([Trial("affine", 0.001, 0, "failed", False, {}, "killed")]))
    Path("old_trials.csv").write_text(OLD_TABLE)
    picture = Image.new("L", (60, 40), 255)
    ImageDraw.Draw(picture).rectangle((10, 10, 30, 30), fill=0)
    picture.save("picture.png")
    picture.save("points.png")
    Path("link.npy").symlink_to("points.npy")
    Path("hard.npy").hardlink_to("points.npy")
    Path("link.flowviz").symlink_to("mine.flowviz")
    Path("sub").mkdir()
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def refused(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Return the sentence with which a command is refused; nothing is trained or computed, and nothing changes."""

    def work(*_: object, **__: object) -> None:
        raise AssertionError("The work had begun")

    for name in (
        "flowviz.cli.training.trained",
        "flowviz.projects.Project.build_flow",
    ):
        monkeypatch.setattr(name, work)
    before = content(folder)

    def sentence(command: str) -> str:
        capsys.readouterr()
        assert run(*command.split()) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert captured.err.endswith(".\n")
        assert content(folder) == before
        return captured.err

    return sentence


@pytest.mark.parametrize(
    "command",
    [
        "sample plain -o plain --format npy",
        "trace plain -o ./plain --format csv",
        "score mine.flowviz points.npy -o points.npy",
        "score mine.flowviz points.npy -o sub/../points.npy",
        "score mine.flowviz points.npy -o link.npy",
        "score mine.flowviz link.npy -o points.npy",
        "score mine.flowviz points.npy -o hard.npy",
        "score mine.flowviz points.csv --columns 1,2 -o points.csv",
        "target --points points.csv -o points.csv",
        "target --points points.npy -o points.npy",
        "train --of mine.flowviz --force -o mine.flowviz",
        "train --of mine.flowviz --force -o link.flowviz",
        "train --of mine.checkpoint.flowviz --force -o mine.flowviz",
        "train --of mine.checkpoint.flowviz --force -o mine",
        "train --text a --force -o mine.checkpoint.flowviz",
        "train --text a -o new.checkpoint.flowviz",
        "resume mine.flowviz -o new.Checkpoint.flowviz",
        "gallery brad -o new.checkpoint.flowviz",
        "inspect plain --curves plain",
        "render plain --what losses -o plain",
    ],
)
def test_output_is_not_an_input(command: str, refused: Callable[[str], str]) -> None:
    assert "Choose another name for the output" in refused(command)


def test_same_file_in_other_capitals_is_an_input(
    refused: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulate a file system that ignores case, as on Windows and macOS."""

    def same(one: Path, other: Path) -> bool:
        return str(one).lower() == str(other).lower()

    monkeypatch.setattr(Path, "samefile", same)
    assert "is the input points.npy" in refused("score mine.flowviz points.npy -o POINTS.NPY")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("sample mine.flowviz -o mine.flowviz", "Files ending in .flowviz contain a project. Give"),
        ("sample mine.flowviz -o other.flowviz", "ends in .csv, .npy, .npz or .parquet"),
        ("sample mine.flowviz -o a.png", "contain a picture"),
        ("sample mine.flowviz -o a.txt", "contain numbers. Give a file that ends in .csv"),
        ("sample mine.flowviz -o a.json", "contain JSON"),
        ("sample mine.flowviz -o a.csv.gz", "contain another kind of data"),
        ("sample mine.flowviz -o a", "a has no suffix that names a format"),
        ("sample mine.flowviz -o a.npy --format csv", "--format csv contradicts the suffix of a.npy"),
        ("sample mine.flowviz -o plain --format csv", "plain is a project, which would be lost"),
        ("trace mine.flowviz -o a.txt", "contain numbers. Give"),
        ("target --text a -o a.gif", "contain an animation"),
        ("score mine.flowviz points.npy -o a.svg", "contain a picture"),
        ("train --text a -o a.png", "contain a picture. Give a file that ends in .flowviz"),
        ("train --points points.csv -o points.csv", "contain numbers. Give"),
        ("train --image picture.png -o picture.png", "contain a picture. Give"),
        ("train --text a -o a.h5", "contain another kind of data"),
        ("train --text a -o a.docx", "contain another kind of data"),
        ("train --text a -o -", "cannot be written to stdout. Give"),
        ("resume mine.flowviz -o a.npy", "contain numbers. Give a file that ends in .flowviz"),
        ("inspect mine.flowviz --curves a.npy", "contain numbers. Give a file that ends in .csv"),
        ("render mine.flowviz -o new.flowviz", "Files ending in .flowviz cannot be exported"),
        ("render mine.flowviz -o a.pgn", "Files ending in .pgn cannot be exported. Choose from .png"),
        ("render mine.flowviz -o a.pgn --fps 10", "or add / to the name of a folder"),
        ("render mine.flowviz -o a.jpg --what view", "Give a file that ends in .png"),
        ("render mine.flowviz -o a.svg --what view --format png", "Give a file that ends in .png"),
        ("render mine.flowviz -o a.txt --what losses", "Give a file that ends in .csv"),
        ("render mine.flowviz -o other.flowviz --what losses", "Give a file that ends in .csv"),
        ("render mine.flowviz -o -", "cannot be written to stdout. Give the name"),
        ("render mine.flowviz -o - --what losses", "cannot be written to stdout"),
        ("gallery brad -o a.npy", "Give a file that ends in .flowviz"),
    ],
)
def test_suffix_of_another_kind_is_refused(command: str, said: str, refused: Callable[[str], str]) -> None:
    assert said in refused(command)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("train --text a -o mine.flowviz", "mine.flowviz already exists"),
        ("train --text a -o link.flowviz", "link.flowviz already exists"),
        ("train --text a -o plain", "plain already exists"),
        ("resume mine.flowviz -o other.flowviz", "other.flowviz already exists"),
        ("gallery brad -o mine.flowviz", "mine.flowviz already exists"),
    ],
)
def test_work_is_replaced_only_with_force(command: str, said: str, refused: Callable[[str], str]) -> None:
    sentence = refused(command)
    assert said in sentence
    assert "--force" in sentence


@pytest.mark.parametrize(
    "command",
    [
        "sample mine.flowviz -o trials.csv",
        "sample mine.flowviz -o old_trials.csv",
        "target --text a -o trials.csv",
        "inspect mine.flowviz --curves trials.csv",
        "render mine.flowviz --what losses -o trials.csv",
    ],
)
def test_table_of_trials_is_not_replaced_by_another_command(command: str, refused: Callable[[str], str]) -> None:
    assert "trials.csv is a table of trials, which would be lost" in refused(command)


def test_name_of_a_folder_that_is_too_long_is_refused(refused: Callable[[str], str]) -> None:
    assert "name too long" in refused(f"render plain -o {300 * 'a'}")
    assert "cannot be exported" in refused(f"render plain -o {300 * 'a'}.b")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("score mine.flowviz other.flowviz -o a.npy", "other.flowviz is a project. Give a table of points"),
        ("score mine.flowviz plain -o a.npy", "plain is a project"),
        ("target --points other.flowviz -o a.npy", "other.flowviz is a project. To learn its target, use --of"),
    ],
)
def test_project_is_no_table_of_points(command: str, said: str, refused: Callable[[str], str]) -> None:
    assert said in refused(command)


def test_force_replaces_a_project(folder: Path) -> None:
    assert run(*f"train --text A {SMALL} --force -o mine.flowviz".split()) == 0
    assert load_project(Path("mine.flowviz")).target == TextSpec(text="A")
    assert run("gallery", "brad", "--force", "-o", "other.flowviz") == 0
    assert load_project(Path("other.flowviz")).target == TextSpec(text="BRAD")


def test_resume_updates_its_own_project(folder: Path) -> None:
    assert run(*f"train --text A {SMALL} -o a.flowviz".split()) == 0
    Path("alias.flowviz").symlink_to("a.flowviz")
    for output in ("a.flowviz", "alias.flowviz"):
        assert run("resume", "a.flowviz", "-o", output) == 0


def test_numbers_replace_numbers_of_their_format(folder: Path) -> None:
    assert run("target", "--text", "I", "-n", 5, "-o", "points.csv") == 0
    assert Path("points.csv").read_text().startswith("x,y\n")


@pytest.mark.parametrize("command", ["train --text a -o", "resume mine.flowviz -o"])
def test_checkpoint_that_cannot_be_written_is_refused_before_work(
    command: str, folder: Path, refused: Callable[[str], str]
) -> None:
    (folder / "new.checkpoint.flowviz").mkdir()
    assert "new.checkpoint.flowviz is a folder" in refused(f"{command} new.flowviz")
    assert "file name too long" in refused(f"{command} {248 * 'a'}.flowviz")
    assert "file name too long" in refused(f"{command} {240 * 'a'}.flowviz")


@pytest.mark.skipif(os.name != "posix", reason="permissions of Windows differ")
def test_output_in_a_missing_folder_is_refused_before_work(refused: Callable[[str], str]) -> None:
    assert "no such file or directory" in refused("train --text a -o gone/a.flowviz")
    assert "no such file or directory" in refused("sample mine.flowviz -o gone/a.npy")
