"""Animations, as other programs read them."""

import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from flowviz.errors import FileError
from flowviz.exporting import film
from flowviz.exporting.estimate import film_bytes
from flowviz.exporting.export import Export
from flowviz.exporting.reel import Reel
from flowviz.projects import Project
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs import ExportSpec, PictureSize, ViewSpec
from tests.exporting.projects import SMALL, bent_project, playing, written

MARKS: dict[str, Any] = {"gif": 3.0, "apng": 0.0, "webp": 0.0}  # how far a pixel is off on average, of 255, at the most


@pytest.fixture(scope="module")
def project() -> Project:
    return bent_project()


def stills(project: Project, spec: ExportSpec, folder: Path) -> list[NDArray[np.uint8]]:
    """The pictures of the same film, as PNG."""
    frames = written(project, spec.model_copy(update={"what": "frames", "format": "png"}), folder)
    return [np.asarray(Image.open(path)) for path in sorted(frames.iterdir())]


def reread(path: Path) -> tuple[list[Image.Image], list[float], Any]:
    """The pictures, how long each stays in milliseconds, and how often it plays: 0 for ever, None once."""
    pictures, durations = [], []
    with Image.open(path) as film:
        for number in range(film.n_frames):  # type: ignore[attr-defined]
            film.seek(number)
            pictures.append(film.convert("RGBA"))
            durations.append(film.info["duration"])
        return pictures, durations, film.info.get("loop")


def shown_at(pictures: list[Image.Image], durations: list[float], milliseconds: float) -> NDArray[np.uint8]:
    """What is seen so long after the start."""
    return np.asarray(pictures[int(np.searchsorted(np.cumsum(durations), milliseconds, side="right"))])


@pytest.mark.parametrize("form", ["gif", "apng", "webp"])
@pytest.mark.parametrize("repeat", ["once", "loop", "ping-pong"])
def test_a_film_shows_its_frames_when_it_shall(project: Project, tmp_path: Path, form: str, repeat: str) -> None:
    spec = playing(format=form, repeat=repeat, fps=30)
    expected = stills(project, spec, tmp_path / "frames")
    pictures, durations, loop = reread(written(project, spec, tmp_path / f"film.{form}"))
    assert len(expected) == Export(project, spec).count == {"once": 10, "loop": 12, "ping-pong": 18}[repeat]
    assert sum(durations) == pytest.approx(1000 * len(expected) / 30, abs=5 if form == "gif" else 1)
    assert loop == (0 if repeat != "once" else {"gif": None, "apng": 1, "webp": 1}[form])
    if form != "webp":  # which joins frames that are alike
        assert len(pictures) == len(expected)
    for number, still in enumerate(expected):
        seen = shown_at(pictures, durations, 1000 * (number + 0.5) / 30)[..., :3]
        assert np.abs(seen.astype(int) - still).mean() <= MARKS[form]


@pytest.mark.parametrize("form", ["gif", "apng", "webp"])
def test_a_transparent_film_has_no_ground(project: Project, tmp_path: Path, form: str) -> None:
    spec = playing(format=form, background="transparent")
    expected = stills(project, spec, tmp_path / "frames")
    pictures, durations, _ = reread(written(project, spec, tmp_path / f"film.{form}"))
    for number, still in enumerate(expected):
        seen = shown_at(pictures, durations, 40 * (number + 0.5))
        assert (seen[..., 3] == 0).mean() > 0.5
        if form == "gif":  # either clear or opaque
            np.testing.assert_array_equal(seen[..., 3], np.where(still[..., 3] < 128, 0, 255))
            solid = seen[..., 3] > 0
            background = np.array(SURROUNDINGS["light"].background)
            over = still[..., :3] * (still[..., 3:] / 255) + background * (1 - still[..., 3:] / 255)
            assert np.abs(seen[solid][:, :3] - over[solid]).mean() < 6
        else:
            np.testing.assert_array_equal(seen[..., 3], still[..., 3])
            np.testing.assert_array_equal(seen[seen[..., 3] > 0], still[seen[..., 3] > 0])


def decoded(path: Path, width: int, height: int) -> tuple[NDArray[np.uint8], str]:
    """The frames (n, height, width, 3) of an MP4 of that size, and what ffmpeg tells of it."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-hide_banner",
        "-i",
        str(path),
        *["-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
    ]
    found = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(found.stdout, np.uint8).reshape(-1, height, width, 3), found.stderr.decode()


@pytest.mark.parametrize(("width", "height"), [(160, 120), (161, 121)])
def test_an_mp4_holds_every_frame(project: Project, tmp_path: Path, width: int, height: int) -> None:
    spec = playing(format="mp4", fps=30, size=PictureSize(width=width, height=height))
    expected = stills(project, spec, tmp_path / "frames")
    path = written(project, spec, tmp_path / "film.mp4")
    frames, told = decoded(path, width + width % 2, height + height % 2)
    assert "yuv420p(tv, bt709" in told
    assert " 30 fps" in told
    assert len(frames) == len(expected)
    for frame, still in zip(frames, expected, strict=True):
        assert np.abs(frame[:height, :width].astype(int) - still).mean() < 3
        assert np.abs(frame[height:].astype(int) - 255).max(initial=0) < 20  # a row of the background
    assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat"), "it plays before it is there whole"


@pytest.mark.parametrize("form", ["gif", "apng", "webp", "mp4"])
@pytest.mark.parametrize("in_betweens", [2, 20])
def test_size_of_a_film_is_estimated(project: Project, tmp_path: Path, form: str, in_betweens: int) -> None:
    spec = playing(format=form, in_betweens=in_betweens, first=0)
    estimate, size = Export(project, spec).estimate(), written(project, spec, tmp_path / "film").stat().st_size
    if in_betweens == 2:  # so few frames that all are encoded
        assert estimate == size
    assert 1 / 1.5 < estimate / size < 1.5


def test_estimate_draws_each_frame_of_a_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = list[int]()

    def draw(number: int) -> NDArray[np.uint8]:
        drawn.append(number)
        return np.full((64, 64, 4), number, np.uint8)

    reel = Reel(draw, 200, PictureSize(width=64, height=64), 12, repeats=True, view=ViewSpec())
    monkeypatch.setattr("flowviz.exporting.estimate._starts", lambda count, frames: list(range(0, 200, 5)))
    film_bytes(reel, "mp4")
    assert drawn == [start + place for start in range(0, 200, 5) for place in range(2)]


def test_size_of_a_folder_is_estimated(project: Project, tmp_path: Path) -> None:
    spec = playing(what="frames", format="png", in_betweens=20, first=0)
    size = sum(path.stat().st_size for path in written(project, spec, tmp_path / "frames").iterdir())
    assert 1 / 1.5 < Export(project, spec).estimate() / size < 1.5


def test_missing_ffmpeg_is_a_sentence(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def get_ffmpeg_exe() -> str:
        raise RuntimeError

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", get_ffmpeg_exe)
    with pytest.raises(FileError, match="Reinstall that package"):
        written(project, playing(), tmp_path / "film.gif")
    assert not list(tmp_path.iterdir())


def test_message_of_ffmpeg_begins_with_what_went_wrong(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film, "ENCODERS", {"gif": lambda _: ["-c:v", "mpeg1video", "-f", "gif"]})
    with pytest.raises(FileError, match=r"ffmpeg could not write the animation: [^\[\]]+\.$"):
        written(project, playing(), tmp_path / "film.gif")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("heading", ["forward", "backward"])
def test_a_film_goes_from_the_first_to_the_last_stage(project: Project, tmp_path: Path, heading: str) -> None:
    frames = stills(project, playing(heading=heading), tmp_path / "frames")
    stages = written(project, playing(what="stages", format="png"), tmp_path / "stages")
    pictures = [np.asarray(Image.open(path)) for path in sorted(stages.iterdir())]
    assert len(pictures) == 4
    for frame, still in zip(frames[::3], pictures if heading == "forward" else pictures[::-1], strict=True):
        np.testing.assert_array_equal(frame, still)


def test_a_film_through_the_training_shows_its_moments(project: Project, tmp_path: Path) -> None:
    """At the stage that is seen; as long as one through all layers, whatever range is asked for."""
    frames = stills(project, playing(through="training", in_betweens=0, fitted=False), tmp_path / "frames")
    assert len(frames) == 20
    for number, step in ((0, 0), (10, 400), (19, None)):
        seen = playing().seen.model_copy(update={"moment": step, "fitted": False})
        spec = ExportSpec(size=SMALL, seen=seen)
        still = np.asarray(Image.open(written(project, spec, tmp_path / f"{number}.png")))
        np.testing.assert_array_equal(frames[number], still)


def test_a_film_through_both_moves_in_both(project: Project, tmp_path: Path) -> None:
    both = stills(project, playing(through="both", fitted=False), tmp_path / "both")
    layers = stills(project, playing(fitted=False), tmp_path / "layers")
    assert len(both) == len(layers)
    np.testing.assert_array_equal(both[-1], layers[-1])
    assert (both[0] != layers[0]).any()


def test_one_palette_serves_all_frames(project: Project, tmp_path: Path) -> None:
    """What does not change must not flicker."""
    pictures, _, _ = reread(written(project, playing(), tmp_path / "film.gif"))
    background = {picture.getpixel((1, SMALL.height // 3)) for picture in pictures}
    assert len(background) == 1
