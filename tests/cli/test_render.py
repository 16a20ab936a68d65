"""`flowviz render`: what the name of the output says, what begins as the window left it, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz.cli import loaded_project, render
from flowviz.projects import Project
from flowviz.records import Moment, Selection, Timeline
from flowviz.specs import ExportSpec, PictureSize, Playback, Seen, ViewSpec
from flowviz.specs.fields import values_of
from tests.test_cli import run

SEEN = Seen(
    view=ViewSpec(
        theme="dark",
        marks=frozenset({"density", "points"}),
        center=(1, 2),
        half_extent=3,
        beside=True,
        word_height=0.05,
    ),
    stage=7,
    moment=50,
    probe=(3, (0.5, -0.5)),
    fitted=False,
    playback=Playback(repeat="loop", speed=2),
)
SELECTION = Selection(np.arange(8000) < 100)


@pytest.fixture
def asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Project, ExportSpec]]:
    """What the engine is asked for, of a project that was looked at."""
    found: list[tuple[Project, ExportSpec]] = []

    class Engine:
        count = 1

        def __init__(self, project: Project, spec: ExportSpec) -> None:
            found.append((project, spec))

        def names(self) -> list[str]:
            return []

        def write(self, path: Path) -> list[None]:
            return []

    past = Timeline((Moment(50, project.weights, None, None), *project.timeline.moments[-1:]))
    looked_at = replace(project, seen=SEEN, selection=SELECTION, timeline=past)
    monkeypatch.setattr(loaded_project, "load_project", lambda _: looked_at)
    monkeypatch.setattr(render, "Export", Engine)
    return found


def test_velocity_is_a_mark(asked: list[tuple[Project, ExportSpec]]) -> None:
    run("render", "x.flowviz", "-o", "x.svg", "--view", "velocity,points", "--beside")
    ((_, spec),) = asked
    assert spec.seen.view.marks == {"velocity", "points"}
    assert spec.seen.view.beside


@pytest.mark.parametrize(
    ("arguments", "what", "form"),
    [
        ("-o frames", "stages", "png"),
        ("-o frames.v2/", "stages", "png"),
        ("-o frames.png/", "stages", "png"),
        ("-o frames.v2 --what stages", "stages", "png"),
        ("-o frames --fps 10", "frames", "png"),
        ("-o x.png", "view", "png"),
        ("-o X.PNG", "view", "png"),
        ("-o x.png --view overview", "sheet", "png"),
        ("-o x --view overview", "sheet", "png"),
        ("-o x.svg", "view", "svg"),
        ("-o x.pdf", "view", "pdf"),
        ("-o x.svg --view overview", "sheet", "svg"),
        ("-o x.pdf --what sheet", "sheet", "pdf"),
        ("-o x.gif", "animation", "gif"),
        ("-o x.apng", "animation", "apng"),
        ("-o x.webp", "animation", "webp"),
        ("-o x.mp4", "animation", "mp4"),
        ("-o x.png --what animation --format apng", "animation", "apng"),
        ("-o x.png --what frames", "frames", "png"),
        ("-o x.csv --what trace", "trace", "csv"),
        ("-o x.npz --what samples", "samples", "npz"),
        ("-o x.png --what losses", "losses", "png"),
        ("-o x --what losses", "losses", "csv"),
        ("-o flow.py", "code", "py"),
        ("-o flow.PY --units flow --moment 50", "code", "py"),
        ("-o flow --what code", "code", "py"),
    ],
)
def test_the_name_of_the_output_says_what(
    arguments: str, what: str, form: str, asked: list[tuple[Project, ExportSpec]]
) -> None:
    assert run("render", "x.flowviz", *arguments.split()) == 0
    [(_, spec)] = asked
    assert (spec.what, spec.format) == (what, form)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("-o x.png", ExportSpec(seen=SEEN)),
        ("-o x", ExportSpec(what="stages", seen=SEEN)),
        ("-o x.png --stage 3 --scale 2", ExportSpec(seen=SEEN.model_copy(update={"stage": 3}), scale=2)),
        ("-o x.png --fit --moment latest", ExportSpec(seen=SEEN.model_copy(update={"fitted": True, "moment": None}))),
        ("-o x.png --probe none", ExportSpec(seen=SEEN.model_copy(update={"probe": None}))),
        (
            "-o x.gif --repeat once --in-betweens 3 --stage 2-5",
            ExportSpec(
                what="animation",
                format="gif",
                in_betweens=3,
                first=2,
                last=5,
                seen=SEEN.model_copy(update={"playback": Playback(repeat="once", speed=2)}),
            ),
        ),
        (
            "-o x.png --no-beside --center 0,0 --no-axes --no-labels --background transparent --size 99x88",
            ExportSpec(
                size=PictureSize(width=99, height=88),
                seen=SEEN.model_copy(
                    update={
                        "view": SEEN.view.model_copy(
                            update={
                                "beside": False,
                                "center": (0.0, 0.0),
                                "axes": False,
                                "labels": False,
                                "background": "transparent",
                            }
                        )
                    }
                ),
            ),
        ),
    ],
)
def test_one_begins_with_what_is_seen_and_changes_it(
    arguments: str, expected: ExportSpec, asked: list[tuple[Project, ExportSpec]]
) -> None:
    assert run("render", "x.flowviz", "--as-seen", *arguments.split()) == 0
    [(found, spec)] = asked
    assert spec == expected
    assert found.selection is SELECTION


def test_all_stages_at_once_are_a_sheet_without_density(
    asked: list[tuple[Project, ExportSpec]], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    overview = replace(project, seen=Seen(overview=True, view=ViewSpec(marks=frozenset({"density", "grid"}))))
    monkeypatch.setattr(loaded_project, "load_project", lambda _: overview)
    for name in ("x.png", "x"):
        assert run("render", "x.flowviz", "--as-seen", "-o", name) == 0
    (_, sheet), (_, stages) = asked
    assert sheet.what == "sheet"
    assert sheet.seen.view.marks == frozenset({"grid"})
    assert stages.what == "stages"
    assert stages.seen.view.marks == frozenset({"density", "grid"})


def test_without_as_seen_nothing_is_as_the_window_left_it_but_the_selection(
    asked: list[tuple[Project, ExportSpec]],
) -> None:
    assert run("render", "x.flowviz", "-o", "x.png") == 0
    assert run("render", "x.flowviz", "-o", "x.png", "--select", "none") == 0
    (found, spec), (bare, _) = asked
    assert spec == ExportSpec()
    assert found.selection is SELECTION
    assert bare.selection is None


def test_empty_rectangle_is_reported(
    asked: list[tuple[Project, ExportSpec]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("render", "x.flowviz", "-o", "x.png", "--select", "0:100,100,101,101") == 0
    assert "--select selected no particles." in capsys.readouterr().err
    assert run("render", "x.flowviz", "-o", "x.png", "--select", "0:0,0,1,1") == 0
    assert run("render", "x.flowviz", "-o", "x.png", "--select", "none") == 0
    assert "no particle" not in capsys.readouterr().err


def test_rectangles_add_to_what_is_saved(asked: list[tuple[Project, ExportSpec]], project: Project) -> None:
    rectangle = Selection.in_rectangle(project.trace.positions[0], (0, 0), (1, 1))
    assert run("render", "x.flowviz", "-o", "x.png", "--select", "saved", "--select", "0:0,0,1,1") == 0
    assert run("render", "x.flowviz", "-o", "x.png", "--select", "0:0,0,1,1") == 0
    (both, _), (alone, _) = asked
    assert both.selection is not None
    assert alone.selection is not None
    np.testing.assert_array_equal(both.selection.chosen, SELECTION.chosen | rectangle.chosen)
    np.testing.assert_array_equal(alone.selection.chosen, rectangle.chosen)


@pytest.mark.parametrize(("speed", "fps", "in_betweens"), [(1, 25, 18), (4, 25, 4), (0.25, 10, 29), (4, 1, 0)])
def test_speed_says_how_many_frames_are_in_between(
    speed: float, fps: int, in_betweens: int, asked: list[tuple[Project, ExportSpec]]
) -> None:
    assert run("render", "x.flowviz", "-o", "x", "--fps", fps, "--speed", speed) == 0
    assert asked[0][1].in_betweens == in_betweens


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("-o x.npz", "Give --what trace, samples or density"),
        ("-o x.json", "Give --what ledger or latents"),
        ("-o x.png --what animation", "cannot be written as png. Choose gif, apng, webp or mp4"),
        ("-o x.gif --what view", "cannot be written as gif. Choose png, svg or pdf"),
        (
            "-o x.gif --what trace --format csv --size 90x90",
            "stages, sheet, four_panels, animation, frames, ledger, latents, density, losses, not to trace",
        ),
        ("-o x.png --what view --view overview", "--what sheet"),
        ("-o x.png --fps 5", "--fps applies to animation, not to view"),
        ("-o x.png --first 3", "--first applies to stages, sheet, animation, frames, trace, not to view"),
        ("-o x.gif --stage 3", "--stage applies to view, density, page, not to animation"),
        ("-o x.gif --through training --first 3", "--first has no effect on this kind of playback"),
        ("-o x.gif --through both --moment 50", "--moment has no effect on this kind of playback"),
        ("-o x.png --particles-as vectors", "--particles-as has no effect on this export of view as PNG"),
        ("-o x.csv --what ledger --theme dark", "--theme has no effect on this export of ledger as CSV"),
        ("-o x.png --what ledger --probe 3:0,0 --particles 9", "--particles has no effect on this export of ledger"),
        ("-o x.png --what four_panels --direction encode", "--direction applies to"),
        ("-o x.gif --speed 1 --in-betweens 3", "either --in-betweens or --speed"),
        ("-o x.gif --in-betweens 999", "in-betweens cannot be 999"),
        ("-o x --stage 3-5 --first 3", "either --stage or --first and --last"),
        ("-o x --first 5 --last 3", "The first stage, 5, cannot come after the last one, 3"),
        ("-o x.png --scale 9", "scale cannot be 9"),
        ("-o x.png --size 8000x8000 --scale 2", "exceeds the limit of 8192"),
        ("-o x.py --what trace", "The trace cannot be written as py. Choose npz or csv."),
        ("-o x.csv --what code", "The code cannot be written as csv. Choose py."),
        ("-o x.py --theme dark", "--theme applies to"),
        ("-o x.py --particles 9", "--particles applies to"),
        ("-o x.jpg", "Files ending in .jpg cannot be exported. Choose from .png, .svg, .pdf, .gif"),
        ("-o x.avi --fps 10", "Files ending in .avi cannot be exported"),
        ("-o x.png --probe 5", "The value '5' of --probe is not of the form STAGE:X,Y"),
        ("-o x.png --probe 5:1", "The value '5:1' of --probe is not of the form STAGE:X,Y"),
        ("-o x.png --moment soon", "The value 'soon' of --moment is not of the form STEP|latest"),
        ("-o x.mp4 --background transparent", "cannot be transparent"),
        ("-o x.gif --fps 99", "cannot have 99 frames per second"),
        ("-o x --what samples --direction encode", "--direction applies to"),
        ("-o x --what losses --select saved", "--select applies to"),
        ("-o x.png --point-diameter 0", "point diameter cannot be 0"),
        ("-o x.png --color-by selection --select none", "Add --select"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(
    arguments: str, said: str, asked: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("render", "x.flowviz", *arguments.split()) == 2
    told = capsys.readouterr().err.strip()
    assert said in told
    assert told.endswith(".")
    assert "\n" not in told
    assert not asked


@pytest.mark.parametrize(("arguments", "what"), [("-o x.gif", "animation"), ("-o x.svg --what sheet", "sheet")])
def test_a_range_may_be_of_one_stage(arguments: str, what: str, asked: list[tuple[Project, ExportSpec]]) -> None:
    assert run("render", "x.flowviz", *arguments.split(), "--stage", "4-4") == 0
    ((_, spec),) = asked
    assert (spec.what, spec.first, spec.last) == (what, 4, 4)


def test_a_moment_that_is_not_kept_is_named_with_those_that_are(
    project_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("render", project_file, "-o", tmp_path / "x.png", "--moment", 3) == 2
    assert "no saved moment at step 3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("values", "arguments", "expected"),
    [
        (ExportSpec(what="sheet", format="svg", scale=2).model_dump(mode="json"), "-o x.svg", {"scale": 2}),
        (ExportSpec(what="sheet", format="svg", scale=2).model_dump(mode="json"), "-o x.svg --scale 3", {"scale": 3}),
        ({"seen": {"view": {"theme": "dark"}}}, "-o x.gif", {"what": "animation", "theme": "dark"}),
        ({"what": "animation", "fps": 9}, "-o x.webp --format webp", {"format": "webp", "fps": 9}),
        ({"dpi": 254}, "-o x.png --size 10x5cm", {"size": PictureSize(width=1000, height=500)}),
        ({"theme": "dark", "axes": False}, "-o x.png", {"theme": "dark", "axes": False}),
        ({"repeat": "loop"}, "-o x.gif", {"repeat": "loop"}),
        ({"stage": 3, "view": {"theme": "dark"}}, "-o x.png", {"stage": 3, "theme": "dark"}),
        ({"scale": 2}, "-o x.png --as-seen", {"scale": 2, "theme": "dark", "stage": 7}),
    ],
)
def test_export_begins_with_the_spec_in_a_file(
    values: dict[str, Any],
    arguments: str,
    expected: dict[str, Any],
    asked: list[tuple[Project, ExportSpec]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("export.json").write_text(json.dumps(values), encoding="utf-8")
    assert run("render", "x.flowviz", "--spec", "export.json", *arguments.split()) == 0
    [(_, spec)] = asked
    assert {name: values_of(spec)[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "export.json cannot be read: it is not valid JSON."),
        ("[]", "export.json does not contain a spec"),
        ('{"what": []}', "The what cannot be []"),
        ('{"scale": 9}', "The scale cannot be 9"),
        ('{"size": {"width": 3}}', "The width cannot be 3"),
        ('{"color": 1}', "ExportSpec has no field color. Its fields are what,"),
    ],
)
def test_file_without_a_spec_is_explained(
    text: str, said: str, asked: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "export.json").write_text(text, encoding="utf-8")
    assert run("render", "x.flowviz", "-o", "x.png", "--spec", tmp_path / "export.json") == 2
    assert said in capsys.readouterr().err
    assert not asked
