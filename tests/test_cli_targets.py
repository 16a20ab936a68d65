"""Every kind of target by the terminal, and one sentence with exit code 2 for what is wrong with one."""

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from flowviz.projects import load_project
from flowviz.specs import SHAPES, ImageSpec, MixSpec, PointsSpec, TextSpec
from flowviz.targets import build_target
from flowviz.targets.table import Table
from flowviz.targets.text_table import text_table
from tests.test_cli import SMALL, run


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with good files and bad ones, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    picture = Image.new("L", (60, 40), 255)
    ImageDraw.Draw(picture).rectangle((10, 10, 30, 30), fill=100)
    picture.save("box.png")
    Image.new("L", (60, 40), 255).save("white.png")
    Image.new("L", (60, 40), 0).save("black.png")
    Path("cut.png").write_bytes(Path("box.png").read_bytes()[:60])
    Path("empty.png").touch()
    Path("text.png").write_text("no picture")
    points = np.random.default_rng(0).normal(size=(500, 3))
    np.savetxt("three.csv", points, delimiter=",", header="a,b,c", comments="")
    np.save("two.npy", points[:, :2])
    Path("latin.csv").write_bytes("größe,y\n1,2\n".encode("latin-1"))
    Path("nan.csv").write_text("1,2\nnan,3\n" * 20)
    Path("one.csv").write_text("1,2\n")
    Path("same.csv").write_text("1,2\n" * 30)
    Path("line.csv").write_text("".join(f"{x},{x}\n" for x in range(30)))
    Path("loop.csv").symlink_to("loop.csv")
    Path("folder").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "options",
    [
        "--text Ж --font DejaVu\u00a0Serif --weight 0.05 --align left",
        "--image box.png",
        "--image box.png --threshold 0.5 --invert",
        "--image box.png --grayscale",
        "--drawing box.png",
        "--drawing box.png --blur 0.1",
        "--text A --image box.png --beside --blur 0.1",
        "--shape pinwheel",
        "--points three.csv --columns a,c",
        "--points two.npy",
        "--text A --shape heart --points two.npy --beside --shares 2,1,1",
        "--text A --text B --over",
    ],
)
def test_points_of_every_kind_of_target(options: str, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run("target", *(option.replace("\u00a0", " ") for option in options.split(" ")), "-n", 300, "-o", "x.npy") == 0
    )
    assert "Wrote 300 points" in capsys.readouterr().err
    points = np.load("x.npy")
    assert points.shape == (300, 2)
    assert np.isfinite(points).all()


def test_the_shapes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("target", "--list") == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(SHAPES)
    assert "2.4849 nats" in listed[0]
    assert "1.5269 nats" in next(line for line in listed if line.startswith("pinwheel"))


def test_borrowed_characters_and_far_points_are_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("target", "--text", "aЖ", "-n", 5, "-o", "x.npy") == 0
    assert "Ж from DejaVu Sans." in capsys.readouterr().err
    np.save("far.npy", np.concatenate([np.random.default_rng(0).normal(size=(500, 2)), [[50, 0], [0, -60]]]))
    assert run("target", "--points", "far.npy", "-n", 5, "-o", "x.npy") == 0
    assert "2 of the points are outliers." in capsys.readouterr().err


def test_the_training_share_of_points_is_an_option(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save("many.npy", np.random.default_rng(0).normal(size=(200, 2)))
    assert run("target", "--points", "many.npy", "--training-share", 0.8, "-n", 5, "-o", "x.npy") == 0
    assert "160 of the points train the flow, 20 validate it and 20 test it." in capsys.readouterr().err
    for options, said in (
        (("--points", "many.npy", "--training-share", 0.99), "share cannot be 0.99: the value must be at most 0.9"),
        (("--text", "a", "--training-share", 0.8), "--training-share requires --points"),
    ):
        assert run("target", *options, "-n", 5, "-o", "y.npy") == 2
        assert said in capsys.readouterr().err


def test_a_project_is_whole_without_the_files_that_its_target_came_from(files: Path) -> None:
    options = ["--image", "box.png", "--threshold", "0.2", "--points", "two.npy", "--text", "é", "--beside"]
    assert run("train", *options, "--steps", 20, *SMALL, "-o", "x.flowviz") == 0
    before = build_target(load_project(Path("x.flowviz")).target).sample(50, np.random.default_rng(0))
    Path("box.png").unlink()
    Path("two.npy").unlink()
    spec = load_project(Path("x.flowviz")).target
    assert isinstance(spec, MixSpec)
    assert [type(part.source) for part in spec.parts] == [TextSpec, ImageSpec, PointsSpec]
    np.testing.assert_array_equal(build_target(spec).sample(50, np.random.default_rng(0)), before)
    assert run("resume", "x.flowviz", "-o", "y.flowviz") == 0


def test_the_target_of_a_project_is_learned_again(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ("--steps", 5, *SMALL)
    assert run("train", "--image", "box.png", "--points", "two.npy", "--over", *small, "-o", "one.flowviz") == 0
    assert run("train", "--of", "one.flowviz", *small, "-o", "other.flowviz") == 0
    one, other = load_project(Path("one.flowviz")), load_project(Path("other.flowviz"))
    assert one.target == other.target
    assert run("target", "--of", "one.flowviz", "-n", 5, "-o", "x.npy") == 0
    capsys.readouterr()
    for beside in ("--text a", "--shares 1,2", "--shape heart --over"):
        assert run("target", "--of", "one.flowviz", *beside.split(), "-o", "y.npy") == 2
        assert "Leave out the other sources" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", ["target -o x.npy", "train --steps 5 -o x.flowviz", "compare --flow nice --steps 5 -o x/"]
)
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", "Give --text, --image, --shape, --drawing or --points"),
        ("--text a --shape heart", "combine them with --beside, --over or --condition"),
        ("--text a --shape heart --beside --over", "only one of --beside, --over, --condition and"),
    ],
)
def test_every_command_takes_one_source_or_a_mix(
    command: str, options: str, said: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*f"{command} {options}".split()) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--of gone.flowviz", "no such file"),
        ("--of box.png", "not a flowviz project"),
        ("--text a --beside", "2 to 8 sources, not 1"),
        ("--text a --text b --beside --shares 1", "2 sources but 1 shares"),
        ("--text a --text b --beside --shares 1,x", "not numbers separated by commas"),
        ("--text a --text b --beside --shares 1,-1", "weight cannot be -1"),
        ("--text a --shares 1", "--shares requires --beside or --over"),
        ("--text a --threshold 0.5", "--threshold requires --image"),
        ("--text a --columns x,y", "--columns requires --points"),
        ("--shape heart --font x", "--font requires --text"),
        ("--shape heart --blur 0.1", "--blur requires --text, --image or --drawing"),
        ("--image box.png --font x --blur 0.1", "--font requires --text"),
        ("--text a --blur 0.001", "The narrowest is 0.01"),
        ("--shape blob", "no shape named 'blob'. Choose one of square"),
        ("--text a --weight 1", "weight cannot be 1"),
        ("--text a --font Nonesuch", "No font named 'Nonesuch' is installed"),
        ("--image gone.png", "no such file"),
        ("--image folder", "is a folder"),
        ("--image loop.csv", "too many levels of symbolic links"),
        ("--image empty.png", "is empty"),
        ("--image text.png", "not a picture that flowviz can open"),
        ("--image cut.png", "damaged or cut short"),
        ("--image white.png", "All pixels of white.png have the same color"),
        ("--image black.png", "All pixels of black.png have the same color"),
        ("--image box.png --threshold 0.99", "Lower the threshold"),
        ("--image box.png --threshold 7", "threshold cannot be 7"),
        ("--image two.npy", "not a picture that flowviz can open"),
        ("--drawing white.png", "Nothing is drawn yet"),
        ("--drawing black.png", "covered with ink"),
        ("--points gone.csv", "no such file"),
        ("--points folder", "is a folder"),
        ("--points loop.csv", "too many levels of symbolic links"),
        ("--points empty.png", "is empty"),
        ("--points box.png", "not a text file in UTF-8"),
        ("--points latin.csv", "not a text file in UTF-8"),
        ("--points three.csv --columns a,d", "does not name two columns"),
        ("--points nan.csv", "nan.csv has missing or infinite numbers in 20 of its 40 rows, starting with row 2"),
        ("--points one.csv", "There is 1 point."),
        ("--points same.csv", "All points are equal"),
        ("--points line.csv", "All points lie on a line"),
    ],
)
def test_what_is_wrong_with_a_target_is_one_sentence(
    options: str, said: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(files.iterdir())
    assert run("target", *options.split(" "), "-o", "x.npy") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.strip().count("\n") == 0
    assert captured.err.strip().endswith(".")
    assert sorted(files.iterdir()) == before


@pytest.mark.usefixtures("files")
def test_first_two_columns_of_numbers_are_read_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = list[Path]()

    def counted(path: Path, start: bytes, size: int) -> Table:
        opened.append(path)
        return text_table(path, start, size)

    monkeypatch.setattr("flowviz.targets.tables.text_table", counted)
    assert run("target", "--points", "three.csv", "-o", "x.npy") == 0
    assert opened == [Path("three.csv")]
    sentence = "flowviz reads the columns 'a' and 'b' of three.csv, the first two with numbers. To read others, use"
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("options", ["--image box.png", "--drawing box.png", "--points three.csv --columns a,b"])
def test_a_file_without_permission_is_one_sentence(
    options: str, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The administrator, as whom tests may run, can read every file: so it is the opening that is denied here."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(Path, "open", denied)
    assert run("target", *options.split(" "), "-o", "x.npy") == 2
    assert "permission denied" in capsys.readouterr().err
