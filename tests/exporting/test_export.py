"""Everything that can be taken away: what is written, that it is the same each time, and what goes wrong."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from flowviz.cli.commands import app
from flowviz.errors import FileError, SpecError
from flowviz.exporting.export import COMPARING, Export
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import Shot
from flowviz.projects import Project, example
from flowviz.records import History, Retargeted, Scene, Selection, Snapshot, Timeline
from flowviz.rendering import Camera, render_frame, render_sheet
from flowviz.rendering.projection import Projection
from flowviz.specs import ExportSpec, PictureSize, Playback, Seen, ViewSpec
from flowviz.specs.export import effects, relevant
from flowviz.specs.export_kinds import FORMATS, IN_FOLDERS
from flowviz.targets import build_target, target_picture
from tests.exporting.projects import SMALL, bent_project, playing, shrunk, written
from tests.rendering.scenes import bent_trace

SHEET = PictureSize(width=400, height=360)
SVG = "{http://www.w3.org/2000/svg}"
EVERY = [(what, form) for what, forms in FORMATS.items() for form in forms]
STORED = [(what, form) for what, form in EVERY if what not in {*COMPARING, "density", "code", "page"}]  # needs no flow
ONE_OF_A_KIND = [("view", "png"), ("stages", "png"), ("animation", "gif"), ("trace", "csv")]
FIRST_FORMATS = [(what, forms[0]) for what, forms in FORMATS.items()]
IN_SVG = {  # some texts of each kind of figure, and the number of embedded images: the panels
    "view": ({"19 of 19 · Coupling", "base quadrant"}, 0),  # the picture is too small for a longer title
    "sheet": ({"0 · Base", "base quadrant"}, 4),
    "four_panels": ({"1 · data", "3 · samples of the base", "base quadrant"}, 4),
    "ledger": ({"0 · Base", "19 · Coupling", "sum"}, 0),
    "latents": ({"horizontal coordinate", "points in each region"}, 1),
    "losses": ({"train", "validation", "NLL (nats)"}, 0),
}
SAME = """
import sys
from pathlib import Path
from tests.exporting.projects import bent_project, written
from tests.exporting.test_export import STORED, digest, small_spec
bent = bent_project()
for what, form in STORED:
    print(digest(written(bent, small_spec(what, form), Path(sys.argv[1]) / f"{what}.{form}")))
assert "tensorflow" not in sys.modules
assert "PyQt6" not in sys.modules
"""


@pytest.fixture(scope="module")
def bent() -> Project:
    return bent_project()


def small_spec(what: Any, form: Any, **changes: Any) -> ExportSpec:
    """One of each kind, small."""
    size = SHEET if what in {"sheet", "losses", *COMPARING} or form in {"svg", "pdf"} else SMALL
    return ExportSpec(what=what, format=form, size=size, **{"first": 0, "last": 3, "in_betweens": 1, **changes})


def digest(path: Path) -> str:
    """That of a file, or of all files in a folder with their names."""
    if path.is_dir():
        return "".join(each.name + digest(each) for each in sorted(path.iterdir()))
    return sha256(path.read_bytes()).hexdigest()


def reopened(path: Path, form: str) -> Any:
    """What another program makes of a file."""
    if form == "npz":
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    if form in {"csv", "py", "html"}:
        return path.read_text().splitlines()
    if form == "json":
        return json.loads(path.read_text())["rows"]
    if form == "svg":
        return ET.parse(path).getroot()
    if form in {"pdf", "mp4"}:
        return path.read_bytes()
    with Image.open(path) as image:
        image.load()
        return image.convert("RGBA")


def words_of(figure: ET.Element) -> list[str | None]:
    """Return the text of an SVG."""
    return [element.text for element in figure.iter(f"{SVG}text")]


@pytest.mark.parametrize(("what", "form"), EVERY)
def test_everything_is_written_and_opens_again(bent: Project, tmp_path: Path, what: str, form: str) -> None:
    spec = small_spec(what, form)
    path = written(bent, spec, tmp_path / f"it.{form}")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    names = Export(bent, spec).names()
    assert bool(names) == (spec.what in IN_FOLDERS)
    assert sorted(each.name for each in path.iterdir()) == names if names else path.is_file()
    found = reopened(path / names[-1] if names else path, form)
    if isinstance(found, Image.Image):
        assert found.size == (spec.size.width, spec.size.height)
    elif form == "pdf":
        assert found.startswith(b"%PDF") and found.rstrip().endswith(b"%%EOF")  # noqa: PT018
    elif form == "svg":
        words, images = IN_SVG[what]
        assert words <= set(words_of(found))
        assert len(list(found.iter(f"{SVG}image"))) == images
    else:
        assert len(found) > (form == "csv")


def test_another_process_writes_the_same_bytes_and_loads_no_tensorflow(bent: Project, tmp_path: Path) -> None:
    (there := tmp_path / "there").mkdir()
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", SAME, str(there)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    here = [digest(written(bent, small_spec(what, form), tmp_path / f"{what}.{form}")) for what, form in STORED]
    assert told.stdout.split() == here


@pytest.mark.parametrize(("what", "form"), ONE_OF_A_KIND)
def test_what_is_cancelled_leaves_nothing(bent: Project, tmp_path: Path, what: str, form: str) -> None:
    steps = Export(bent, small_spec(what, form)).write(tmp_path / "new")
    next(steps)
    steps.close()
    assert not list(tmp_path.iterdir())
    export, path = Export(bent, small_spec(what, form)), tmp_path / "old"
    old = path / export.names()[0] if what in IN_FOLDERS else path
    old.parent.mkdir(exist_ok=True)
    old.write_text("old")
    steps = export.write(path)
    next(steps)
    steps.close()
    assert old.read_text() == "old"
    assert len(list(tmp_path.rglob("*"))) == (2 if what in IN_FOLDERS else 1)


@pytest.mark.parametrize(("what", "form"), FIRST_FORMATS)
def test_what_makes_no_difference_makes_none(bent: Project, tmp_path: Path, what: str, form: str) -> None:
    """Of a spec in which everything is unusual, what counts is what `relevant` keeps."""
    view = ViewSpec(
        center=(0.1, 0.2),
        half_extent=3.0,
        palette="plain",
        theme="dark",
        point_diameter=5.0,
        labels=False,
        axes=False,
        color_by="radius",
        marks=frozenset({"points"} if what == "page" else {"points", "paths"}),
        word_height=0.04,
        background="solid" if form == "mp4" else "transparent",
    )
    playback = Playback(repeat="ping-pong", easing="linear", heading="backward", speed=2.0)
    seen = Seen(view=view, playback=playback, stage=2, moment=400, fitted=False, overview=True)
    spec = small_spec(what, form, seen=seen, scale=2, first=1, fps=30, particles=60)
    one, other = (written(bent, each, tmp_path / str(n)) for n, each in enumerate((spec, relevant(spec))))
    assert digest(one) == digest(other)


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file can become larger than so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("what", "form"), ONE_OF_A_KIND)
def test_a_disk_that_fills_is_a_sentence(bent: Project, tmp_path: Path, what: str, form: str) -> None:
    spec = small_spec(what, form)
    path = written(bent, spec, tmp_path / f"whole.{form}")  # compiles and caches what it needs
    size = max(each.stat().st_size for each in path.iterdir()) if path.is_dir() else path.stat().st_size
    with full_disk(size // 2), pytest.raises(FileError, match=r"cannot be written|could not write"):
        list(Export(bent, spec).write(tmp_path / f"new.{form}"))
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("what", "form"), ONE_OF_A_KIND)
def test_places_where_nothing_can_be_written_are_a_sentence(
    bent: Project, tmp_path: Path, what: str, form: str
) -> None:
    export, wrong = Export(bent, small_spec(what, form)), tmp_path / "wrong"
    if what in IN_FOLDERS:
        wrong.write_text("")
    else:
        wrong.mkdir()
    with pytest.raises(FileError, match="is a f"):
        list(export.write(wrong))
    with pytest.raises(FileError):
        list(export.write(wrong / "gone" / "it"))
    assert [each.name for each in tmp_path.iterdir()] == ["wrong"]


def test_every_particle_is_where_the_trace_says(tmp_path: Path) -> None:
    """Within half a pixel: few particles far apart, and the middles of the discs that are drawn."""
    corners = np.stack(np.meshgrid(np.linspace(-1.8, 1.9, 4), np.linspace(-1.7, 1.6, 4)), axis=-1).reshape(-1, 2)
    trace = shrunk(bent_trace(corners), 1.0)
    project = replace(bent_project(), trace=trace, timeline=Timeline(), selection=None)
    view = ViewSpec(labels=False, axes=False, background="transparent", point_diameter=9, half_extent=3.0)
    size = PictureSize(width=1080, height=900)
    spec = ExportSpec(what="stages", size=size, last=3, seen=Seen(view=view, fitted=False))
    for stage, path in enumerate(sorted(written(project, spec, tmp_path / "stages").iterdir())):
        alpha = np.asarray(Image.open(path))[..., 3].astype(float)
        drawn = 0.0
        for x, y in Projection(view, size).pixels(trace.positions[stage]):
            left, top = int(x) - 8, int(y) - 8
            part = alpha[top : top + 17, left : left + 17]
            rows, columns = np.indices(part.shape) + 0.5
            assert (part * columns).sum() / part.sum() + left == pytest.approx(x, abs=0.2)
            assert (part * rows).sum() / part.sum() + top == pytest.approx(y, abs=0.2)
            drawn += part.sum()
        assert drawn == alpha.sum()


def test_pictures_are_those_of_the_renderer(bent: Project, tmp_path: Path) -> None:
    camera = Camera(ViewSpec(), bent.trace.boxes)
    scene = Export(bent, ExportSpec())._scenes(None).scene(Export(bent, ExportSpec())._shots[0], SMALL)
    frame = render_frame(scene, 5, camera.at(5, SMALL), SMALL, title=bent.trace.title(5))
    picture = reopened(written(bent, ExportSpec(size=SMALL, seen=Seen(stage=5)), tmp_path / "view.png"), "png")
    np.testing.assert_array_equal(picture, frame)
    sheet = reopened(written(bent, ExportSpec(what="sheet", size=SHEET), tmp_path / "sheet.png"), "png")
    np.testing.assert_array_equal(sheet, render_sheet(scene, ViewSpec(), SHEET))


def test_a_view_that_is_not_fitted_stays(bent: Project, tmp_path: Path) -> None:
    near = ViewSpec(center=(0.3, 0.2), half_extent=0.5)
    pictures = [
        written(bent, ExportSpec(size=SMALL, seen=Seen(view=near, fitted=fitted)), tmp_path / f"{fitted}.png")
        for fitted in (False, True)
    ]
    assert digest(pictures[0]) != digest(pictures[1])
    usual = written(bent, ExportSpec(size=SMALL), tmp_path / "usual.png")
    assert digest(usual) == digest(pictures[1])


def test_the_scale_multiplies_the_size(bent: Project, tmp_path: Path) -> None:
    twice = reopened(written(bent, ExportSpec(size=SMALL, scale=2), tmp_path / "twice.png"), "png")
    assert twice.size == (320, 240)


@pytest.mark.parametrize(("what", "form"), ONE_OF_A_KIND)
def test_a_preview_is_small_and_looks_the_same(bent: Project, what: Any, form: Any) -> None:
    size = PictureSize(width=100, height=90)
    spec = small_spec(what, form, seen=Seen(view=ViewSpec(theme="dark")))
    picture = Export(bent, spec).preview(1.0, size)
    assert picture.shape[0] <= 90
    assert picture.shape[1] <= 100
    assert picture.shape[1] / picture.shape[0] == pytest.approx(spec.size.width / spec.size.height, rel=0.02)
    assert picture.std() > 5


def test_a_preview_goes_through_all_pictures(bent: Project, tmp_path: Path) -> None:
    export = Export(bent, playing())
    frames = written(bent, playing(what="frames", format="png"), tmp_path / "frames")
    paths = sorted(frames.iterdir())
    for share, path in ((0.0, paths[0]), (1.0, paths[-1]), (0.5, paths[4])):
        np.testing.assert_array_equal(export.preview(share, SMALL), reopened(path, "png"))
    large = Export(bent, playing(size=PictureSize(width=4000, height=3000)))
    assert large.preview(0.3, SMALL).shape == (120, 160, 4)


def test_a_large_preview_is_laid_out_as_the_picture(bent: Project) -> None:
    """Its words are as large, for its size, as those of the picture."""
    spec = ExportSpec(size=PictureSize(width=2000, height=1600))
    preview = Export(bent, spec).preview(0.0, PictureSize(width=500, height=400)).astype(float)
    whole = Export(bent, spec)._drawing(Export(bent, spec)._previewed, 0.0, spec.size)()
    small = np.asarray(Image.fromarray(whole).resize((500, 400), Image.Resampling.BOX)).astype(float)
    assert np.abs(preview - small).mean() < 2


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (ExportSpec(seen=Seen(stage=20)), "no stage 20. Stages are numbered from 0 to 19"),
        (ExportSpec(what="stages", last=20), "no stage 20"),
        (ExportSpec(what="trace", format="csv", first=30), "no stage 30"),
        (ExportSpec(seen=Seen(probe=(25, (0.0, 0.0)))), "no stage 25"),
        (ExportSpec(seen=Seen(moment=3)), "no saved moment at step 3"),
        (ExportSpec(what="sheet", seen=Seen(view=ViewSpec(marks=frozenset({"density"})))), "cannot show the density"),
        (ExportSpec(what="sheet", size=PictureSize(width=64, height=64)), "do not fit into 64x64"),
        (ExportSpec(seen=Seen(view=ViewSpec(color_by="selection"))), "nothing is selected"),
        (playing(through="training"), "no saved moments of its training"),
        (ExportSpec(what="losses", format="csv"), "no losses"),
    ],
)
def test_what_the_project_does_not_have_is_a_sentence(bent: Project, spec: ExportSpec, sentence: str) -> None:
    bare = replace(bent, timeline=Timeline(), history=History(), selection=None)
    with pytest.raises(SpecError, match=sentence):
        Export(bare, spec)


def test_a_selection_of_other_particles_is_none(bent: Project) -> None:
    seen = Seen(view=ViewSpec(color_by="selection"))
    assert Export(bent, ExportSpec(seen=seen)).count == 1
    with pytest.raises(SpecError, match="nothing is selected"):
        Export(bent, ExportSpec(seen=seen, particles=10))
    assert Export(replace(bent, selection=Selection.none(60)), ExportSpec(seen=seen)).count == 1


def test_the_moment_that_is_seen_is_drawn(bent: Project, tmp_path: Path) -> None:
    pictures = {
        step: reopened(written(bent, ExportSpec(size=SMALL, seen=Seen(moment=step)), tmp_path / f"{step}.png"), "png")
        for step in (0, 400, 1000, None)
    }
    pixels = {step: picture.tobytes() for step, picture in pictures.items()}
    assert pixels[1000] == pixels[None]
    assert len(set(pixels.values())) == 3


def test_single_view_has_its_words_and_grid_lines_as_vectors(bent: Project, tmp_path: Path) -> None:
    def figure(**view: Any) -> ET.Element:
        seen = Seen(view=ViewSpec(half_extent=1.5, **view), stage=1, fitted=False)
        spec = ExportSpec(format="svg", size=PictureSize(width=600, height=600), seen=seen)
        found: ET.Element = reopened(written(bent, spec, tmp_path / "view.svg"), "svg")
        return found

    def lines(figure: ET.Element) -> int:
        return sum(group.get("id", "").startswith("line2d") for group in figure.iter(f"{SVG}g"))

    words, bare = words_of(figure()), figure(axes=False, labels=False)
    assert {bent.trace.title(1), "-1", "base quadrant", "30 of 60 selected"} <= set(words)
    assert any("of 60 outside" in (word or "") for word in words)
    assert lines(figure()) == 7 + 7 + 2, "one every half unit from -1.5 to 1.5, and the axes"
    assert (words_of(bare), lines(bare)) == ([], 0)


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_a_sheet_can_do_without_its_ground(bent: Project, tmp_path: Path, form: str) -> None:
    clear = Seen(view=ViewSpec(background="transparent"))
    found = reopened(written(bent, small_spec("sheet", form, seen=clear), tmp_path / f"sheet.{form}"), form)
    if form == "png":
        assert found.getpixel((0, 0))[3] == 0
    solid = reopened(written(bent, small_spec("sheet", form), tmp_path / f"solid.{form}"), form)
    if form == "svg":
        background = [ET.tostring(each).count(b"fill: #ffffff") for each in (found, solid)]
        assert background[0] < background[1]


def test_specs_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(SpecError, match="GIFs with more than 50"):
        playing(fps=51)
    with pytest.raises(SpecError, match="cannot be transparent"):
        playing(format="mp4", background="transparent")


def test_losses_can_be_drawn_however_small(bent: Project) -> None:
    for width, height in ((64, 64), (64, 500), (1000, 100), (216, 126), (126, 90)):
        spec = ExportSpec(what="losses", size=PictureSize(width=width, height=height))
        assert Export(bent, spec).preview(0.0, spec.size).shape == (height, width, 4)


def test_target_is_shown_behind_the_last_stage_of_every_picture(bent: Project, tmp_path: Path) -> None:
    view = ViewSpec(marks=frozenset({"points", "target"}))
    target = target_picture(build_target(bent.target))
    for stage in (None, 3):
        number = bent.trace.last_stage if stage is None else stage
        spec = ExportSpec(size=SMALL, seen=Seen(view=view, stage=stage))
        drawn = reopened(written(bent, spec, tmp_path / f"{number}.png"), "png")
        shown, title = Camera(view, bent.trace.boxes).at(number, SMALL), bent.trace.title(number)
        scene = Scene(bent.trace, bent.selection, target=target)
        np.testing.assert_array_equal(drawn, render_frame(scene, number, shown, SMALL, title=title))


def test_target_is_not_behind_moments_of_an_earlier_one(bent: Project) -> None:
    project = replace(bent, history=replace(bent.history, changes=(Retargeted(100, "cat"),)))
    moments = [Snapshot(step, bent.weights, None, None, bent.trace) for step in (100, 101)]
    shots = [Shot(project.trace.last_stage, moment) for moment in moments]
    scenes = Scenes(project, Seen(view=ViewSpec(marks=frozenset({"points", "target"}))), None, shots)
    assert [scenes.scene(shot, SMALL).target is not None for shot in shots] == [False, True]


def test_few_particles_are_vectors_unless_a_picture_is_wanted(tmp_path: Path) -> None:
    project, path = example("brad").project(), tmp_path / "view.svg"
    assert project.trace.positions.shape[1] == 8000
    for particles_as, is_picture in {"auto": False, "vectors": False, "picture": True}.items():
        written(project, ExportSpec(format="svg", particles_as=particles_as), path)
        assert is_picture or path.stat().st_size < 1_000_000
        assert ("<image" in path.read_text(encoding="utf-8")) == is_picture
    written(project, ExportSpec(format="pdf"), tmp_path / "view.pdf")
    assert b"/Subtype /Image" not in (tmp_path / "view.pdf").read_bytes()
    assert Export(project, ExportSpec(format="pdf")).has_vectors
    for spec in (ExportSpec(format="pdf", particles=10_001), ExportSpec(what="sheet", format="svg"), ExportSpec()):
        assert not Export(project, spec).has_vectors
    assert "particles_as" in effects(ExportSpec(format="pdf"))
    assert "particles_as" not in effects(ExportSpec(format="png"))
    for particles_as, is_picture in {"picture": True, "vectors": False}.items():
        output = tmp_path / "cli.svg"
        with pytest.raises(SystemExit) as left:
            app(["render", str(example("brad").path), "--particles-as", particles_as, "-o", str(output)])
        assert left.value.code == 0
        assert ("<image" in output.read_text(encoding="utf-8")) == is_picture
