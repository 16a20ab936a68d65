"""The figure of a comparison: its panels, its text, its formats, and the tables beside it."""

import csv
import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from flowviz import render, render_comparison
from flowviz.errors import SpecError
from flowviz.exporting.comparison_figure import ComparisonFigure, figure_spec, note, usual_columns, with_names
from flowviz.exporting.comparison_tables import ComparisonTable, latex, markdown
from flowviz.exporting.web_page import WebPage
from flowviz.projects import Comparison, Project, load_comparison, save_comparison
from flowviz.projects.recording import recorded_project
from flowviz.records import History, Selection, Trial, base_particles, untrained_trace
from flowviz.rendering import panel_table
from flowviz.rendering.annotate import em, text_width
from flowviz.rendering.colors import ENTRANTS, entrant_color
from flowviz.rendering.legend import FOOT_EMS
from flowviz.rendering.panel_table import PanelTable
from flowviz.specs import (
    ExportSpec,
    FlowSpec,
    PictureSize,
    Seen,
    ShapeSpec,
    TargetSpec,
    TextSpec,
    TrainingSpec,
    ViewSpec,
)
from flowviz.specs.view import Mark
from tests.projects.examples import whole_project
from tests.rendering.overlaps import assert_text_fits

SMALL = PictureSize(width=700, height=500)
TRAINING = TrainingSpec(steps=1000)
SQUARE, HEART = ShapeSpec(name="square"), ShapeSpec(name="heart")
FLOWS = {"affine": FlowSpec(), "spline": FlowSpec(family="spline"), "nice": FlowSpec(family="nice", layers=2)}


def trial(name: str, gap: float | None, seed: int = 0, ending: Any = "completed") -> Trial:
    figures = {"gap": gap, "test_nll": 1.5 if gap is None else gap + 1.0, "standard_error": 0.01}
    return Trial("realnvp", 2e-3, seed, ending, ending == "completed", figures, name=name)


def untrained(target: TargetSpec, flow: FlowSpec) -> Project:
    """Return an untrained project with few particles."""
    return replace(Project.untrained(target, flow, TRAINING), trace=untrained_trace(flow, base_particles(400)))


def comparison(names: Sequence[str] = tuple(FLOWS), trials: Sequence[Trial] = (), seeds: int = 1) -> Comparison:
    projects = {name: untrained(SQUARE, FLOWS[name]) for name in names}
    return Comparison(projects, tuple(trials), seeds)


def matrix() -> Comparison:
    projects = {
        f"{name} {target.name}": untrained(target, FLOWS[name])
        for name in ("affine", "spline")
        for target in (SQUARE, HEART)
    }
    return Comparison(projects)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[PanelTable]:
    """List the tables of panels that are drawn."""
    found = list[PanelTable]()
    render = panel_table.render_table

    def render_table(table: PanelTable, *others: Any) -> Any:
        found.append(table)
        return render(table, *others)

    monkeypatch.setattr("flowviz.exporting.comparison_figure.render_table", render_table)
    return found


def titles(table: PanelTable) -> list[list[str | None]]:
    return [[f"{cell.title} {cell.result}".strip() if cell else None for cell in row] for row in table.rows]


def stages(table: PanelTable) -> list[list[float | None]]:
    return [[cell.stage if cell else None for cell in row] for row in table.rows]


def spec(what: Any = "sheet", form: Any = "png", size: PictureSize = SMALL, **changes: Any) -> ExportSpec:
    return ExportSpec(what=what, format=form, size=size, seen=Seen(view=ViewSpec(**changes)), in_betweens=0)


def test_stages_are_at_equal_shares_of_the_layers(drawn: list[PanelTable]) -> None:
    found = comparison(trials=[trial("affine", 0.25), trial("affine", 0.75, 1), trial("spline", None)], seeds=2)
    assert ComparisonFigure(found, spec()).picture().shape == (500, 700, 4)
    [table] = drawn
    assert stages(table) == [[0, 5, 10, 14, 19], [0, 2, 4, 6, 8], [0, 1, 2, 4, 5]]
    assert titles(table)[0][:2] == ["affine test gap 0.500 ± 0.354", ""]
    assert [row[0] for row in titles(table)[1:]] == ["Spline test NLL 1.500 ± 0.010", "NICE not trained"]
    assert table.headings == ("base", "25% of the layers", "50%", "75%", "100%")
    assert table.note.startswith("1,000 steps each. Gap in nats")


def test_the_note_and_the_caption_are_not_about_the_budget_of_the_next_training() -> None:
    trained = replace(whole_project(), target=SQUARE, training=TrainingSpec(steps=9))
    assert trained.checkpoint is not None
    for steps, words in (((300, 300), "300 steps each. "), ((300, 200), "Up to 300 steps each. ")):
        projects = {
            str(number): replace(trained, history=History(), checkpoint=replace(trained.checkpoint, step=step))
            for number, step in enumerate(steps)
        }
        found = Comparison(projects, (trial("0", 0.25, trained.training.seed),))
        assert note(found).startswith(words)
        assert words in markdown(found)
        assert f"% {words}" in latex(found)


def test_the_metadata_contain_the_edits_and_the_steps_of_each_flow(tmp_path: Path) -> None:
    edited = replace(whole_project(), target=SQUARE, training=TRAINING)
    render_comparison(
        Comparison({"a": edited, **comparison(["nice"]).projects}), tmp_path / "a.png", spec(marks={"target"})
    )
    with Image.open(tmp_path / "a.png") as picture:
        entrants = json.loads(picture.info["Description"])["entrants"]
    assert entrants["a"]["edits"] == edited.edits.model_dump(mode="json", exclude_defaults=True)
    assert [entrants[name]["steps"] for name in ("a", "nice")] == [int(edited.history.step[-1]), 0]
    assert "edits" not in entrants["nice"]


def test_targets_are_columns_if_a_flow_learns_several(drawn: list[PanelTable]) -> None:
    assert usual_columns(comparison()) == "stages"
    ComparisonFigure(matrix(), spec()).picture()
    assert drawn[0].headings == (SQUARE.title, HEART.title)
    names = [["affine square", "affine heart"], ["spline square", "spline heart"]]
    assert titles(drawn[0]) == [[f"{name} not trained" for name in row] for row in names]
    ComparisonFigure(matrix().without("affine heart"), spec()).picture()
    assert titles(drawn[1])[0] == ["affine square not trained", None]


def test_last_stages_of_one_target_are_framed_alike(drawn: list[PanelTable]) -> None:
    found = comparison(("affine", "spline"))
    wide = found["spline"].trace
    spread = replace(wide, positions=wide.positions * np.float32(3))
    ComparisonFigure(found.with_project("spline", replace(found["spline"], trace=spread)), spec()).picture()
    first, second = (row[-1].view for row in drawn[0].rows if row[-1])
    assert (first.center, first.half_extent) == (second.center, second.half_extent)
    ComparisonFigure(found, spec(common_scale=True)).picture()
    assert len({cell.view.half_extent for _, cell in drawn[1].cells}) == 1


def test_animation_moves_through_all_flows_at_once(drawn: list[PanelTable], tmp_path: Path) -> None:
    figure = ComparisonFigure(comparison(), spec("animation", "gif"))
    assert sum(1 for _ in figure.write(tmp_path / "a.gif")) == figure.count == 20
    with Image.open(tmp_path / "a.gif") as film:
        assert (film.size, getattr(film, "n_frames", 0)) == ((700, 500), 20)
    assert stages(drawn[-1]) == [[19, 8, 5]]
    assert drawn[-1].note.startswith("100% of the layers. 1,000 steps each.")
    drawn.clear()
    names = [f"run {number}" for number in range(5)]
    five = Comparison({name: untrained(SQUARE, FLOWS["nice"]) for name in names})
    ComparisonFigure(five, spec("animation", "gif")).picture(2)
    assert [len(row) for row in drawn[0].rows] == [3, 3]
    assert drawn[0].rows[1][2] is None


def test_diverged_flow_is_drawn_and_named(drawn: list[PanelTable]) -> None:
    found = comparison(("affine", "spline"), [trial("affine", None, ending="diverged"), trial("spline", 0.1)])
    lost = replace(found["affine"].trace, positions=np.full_like(found["affine"].trace.positions, np.nan))
    ComparisonFigure(found.with_project("affine", replace(found["affine"], trace=lost)), spec()).picture()
    assert titles(drawn[0])[0][0] == "affine diverged"


@pytest.mark.parametrize(("suffix", "theme"), [("png", "light"), ("svg", "dark"), ("pdf", "light")])
def test_formats_are_reproducible(suffix: Any, theme: Any, tmp_path: Path) -> None:
    contents = []
    names = tuple(FLOWS) if suffix == "png" else ("affine",)  # the text of a table of vectors takes long
    for name in ("one", "two"):
        path = tmp_path / f"{name}.{suffix}"
        render_comparison(comparison(names), path, spec(form=suffix, theme=theme))
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    if suffix == "svg":
        text = contents[0].decode()
        assert all(word in text for word in (">affine<", ">not trained<", "1,000 steps each."))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_square_before_a_name_has_the_color_of_the_entrant(theme: Any, tmp_path: Path) -> None:
    found = replace(comparison(), styles={"affine": 4, "spline": 1, "nice": 0})
    picture = ComparisonFigure(found, spec(theme=theme, marks={"target"})).picture()
    colors = [entrant_color(found.style(name), theme) for name in found.names]
    assert colors == [ENTRANTS[theme][style] for style in (4, 1, 0)]
    for color in colors:
        assert (picture[..., :3] == color).all(axis=2).sum() >= 25
    path = tmp_path / "figure.svg"
    render_comparison(found, path, spec(form="svg", theme=theme, marks={"target"}))
    text = path.read_text(encoding="utf-8")
    assert all("#{:02x}{:02x}{:02x}".format(*color) in text for color in colors)


def test_long_names_leave_room_for_the_gap(drawn: list[PanelTable]) -> None:
    name = 40 * "w"
    found = Comparison(
        {each: untrained(SQUARE, FLOWS["nice"]) for each in (name, "b", "c")},
        (trial(name, 0.125),),
    )
    figure = ComparisonFigure(found, spec("animation", "gif"))
    table = figure._table(1.0)
    labels = panel_table.table_labels(table, ViewSpec(), SMALL, lambda text: 7.0 * len(text))
    [gap] = [label for label in labels if label.text == "test gap 0.125 ± 0.010"]
    [shown] = [label for label in labels if label.text.startswith("w")]
    assert shown.text.endswith("…")
    assert shown.x + 7 * len(shown.text) < gap.x < gap.x + 7 * len(gap.text) <= SMALL.width / 3


def test_figure_of_the_library(tmp_path: Path) -> None:
    picture = comparison().figure()
    assert picture is not None
    assert picture.size == (1250, 700)
    assert comparison(("nice",)).figure(tmp_path / "a.svg", columns="targets") is None
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert figure_spec(comparison(), Path("a.mp4")).what == "animation"


def test_figure_does_not_depend_on_how_a_window_shows_the_comparison() -> None:
    seen = Seen(stage=1, fitted=False, view=ViewSpec(color_by="angle", half_extent=0.5))
    viewed = comparison(("nice",)).seen_as("nice", seen, Selection(np.arange(400) < 9))
    picture, unseen = (ComparisonFigure(each, spec()).picture() for each in (viewed, comparison(("nice",))))
    np.testing.assert_array_equal(picture, unseen)


REFUSED: Mapping[str, tuple[Callable[[], ExportSpec], str]] = {
    "view": (lambda: ExportSpec(size=SMALL), "exported as a picture, or as an animation"),
    "range": (lambda: spec().model_copy(update={"last": 3}), "shows all layers"),
    "selection": (lambda: spec(color_by="selection"), "no selection"),
    "size": (lambda: spec(size=PictureSize(width=300, height=200)), r"3 × 5 panels do not fit into 300x200 pixels"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_figure_can_show_is_refused(case: str) -> None:
    make, said = REFUSED[case]
    with pytest.raises(SpecError, match=said):
        ComparisonFigure(comparison(), make())


@pytest.mark.slow  # loads TensorFlow
def test_marks_are_columns_with_a_legend_for_all(drawn: list[PanelTable]) -> None:
    ComparisonFigure(comparison(("affine", "nice")), spec(), "marks").picture()
    assert drawn[0].headings == ("points", "density", "grid")
    assert [[cell and set(cell.view.marks) for cell in row] for row in drawn[0].rows] == 2 * [
        [{"points"}, {"density"}, {"grid"}]
    ]
    shapes = {key.shape for key in panel_table.shared_keys(drawn[0])}
    assert shapes == {"quadrants", "bar", "text"}  # the text explains the lines of the density


def with_recorded() -> Comparison:
    """Return a comparison that begins with a recorded flow without a grid."""
    walk = np.random.default_rng(0).standard_normal((2, 50, 2)).astype(np.float32)
    recorded = recorded_project({"positions": walk}, "walk", SQUARE)
    return Comparison({"walk": replace(recorded, training=TRAINING), "nice": untrained(SQUARE, FLOWS["nice"])})


@pytest.mark.slow  # loads TensorFlow
@pytest.mark.parametrize("mark", ["grid", "velocity"])
def test_figure_of_a_recorded_flow_leaves_out_the_marks_that_need_the_map(
    mark: Mark, drawn: list[PanelTable], tmp_path: Path
) -> None:
    save_comparison(with_recorded(), path := tmp_path / "both.flowviz")
    marks = frozenset[Mark]({"points", mark})
    render_comparison(load_comparison(path), tmp_path / "both.png", spec(marks=marks))
    shown = [{cell.view.marks for cell in row if cell} for row in drawn[0].rows]
    assert shown == [{frozenset({"points"})}, {marks}]


@pytest.mark.slow  # loads TensorFlow
def test_page_of_a_recorded_flow_leaves_out_the_grid(tmp_path: Path) -> None:
    page = ExportSpec(what="page", format="html", seen=Seen(view=ViewSpec(marks=frozenset({"points", "grid"}))))
    walk, nice = WebPage(with_recorded(), page).content()[0]["panes"]
    assert ["grid" in pane["values"][0]["moments"][-1] for pane in (walk, nice)] == [False, True]
    render_comparison(with_recorded(), tmp_path / "both.html", page)


def test_figure_of_one_recorded_flow_says_that_the_grid_is_not_known(tmp_path: Path) -> None:
    view = ViewSpec(marks=frozenset({"points", "grid"}))
    with pytest.raises(SpecError, match="grid is not known"):
        render(with_recorded()["walk"], ExportSpec(seen=Seen(view=view)), tmp_path / "one.png")


def test_best_of_each_column_is_bold_and_signs_are_escaped() -> None:
    names = ("100% a_b & $c$", "d|e \\ ~^{f}")
    projects = {name: Project.untrained(TextSpec(text="I"), FLOWS["nice"], TRAINING) for name in names}
    trials = [trial(names[0], 0.5), trial(names[0], 0.3, 1), trial(names[1], 0.2), trial(names[1], None, 1, "diverged")]
    found = Comparison(projects, tuple(trials), 2)
    first, second = markdown(found).splitlines()[2:4]
    assert first.startswith(r"| 100% a\_b \& \$c\$ | 2 | 0.400 ± 0.141 | 1.400 ± 0.141 | 0.2000 ± 0.0122 |")
    assert second.startswith(r"| d\|e \\ \~^\{f\} | 1 of 2 | **0.200 ± 0.010** | **1.200 ± 0.010** | **0.0000** |")
    first, second = latex(found).splitlines()[6:8]
    assert first.startswith(r"100\% a\_b \& \$c\$ & 2 & 0.400 $\pm$ 0.141 & 1.400 $\pm$ 0.141 & 0.2000 $\pm$ 0.0122 \\")
    assert second.startswith(r"d\textbar{}e \textbackslash{} \textasciitilde{}\textasciicircum{}\{f\} & 1 of 2 &")
    assert r"\textbf{0.200 $\pm$ 0.010}" in second


def test_headings_of_tables_name_the_points_on_which_figures_are_measured() -> None:
    running = replace(trial("spline", None, ending="training"), finite=True, figures={"validation_gap": 0.25})
    assert markdown(comparison(trials=[running])).splitlines()[0] == "| name | runs | validation gap |"
    both = markdown(comparison(trials=[running, trial("affine", 0.5)])).splitlines()
    assert both[0].startswith("| name | runs | test gap | test NLL |")
    assert both[3].startswith("| Spline | 1, 1 training | 0.250 (validation) |")


def test_captions_fit_what_is_shown() -> None:
    with_gap, without = comparison(trials=[trial("affine", 0.5)]), comparison(trials=[trial("affine", None)])
    error = "; ± is the standard error of the test."
    assert note(with_gap).endswith(f"each. Gap in nats; 0 is perfect{error}")
    assert note(without).endswith(f"each. NLL in nats; lower is better{error}"), "no entropy, so no gap"
    assert "gap" not in note(without).lower()
    both = comparison(trials=[trial("affine", 0.5), trial("spline", None)])
    assert note(both).endswith(f"Gap in nats; 0 is perfect; NLL in nats; lower is better{error}")
    assert note(comparison()).endswith(" each."), "nothing is trained"
    assert note(with_gap, ("on_target",)).endswith(" each."), "percentages explain themselves"
    pairs = "Test NLL − best is measured on the same points, ± its standard error."
    assert note(with_gap, ("test_nll_difference",)).endswith(f" each. {pairs}")
    several = comparison(trials=[trial("affine", 0.5), trial("affine", 0.6, seed=1)], seeds=2)
    assert note(several).endswith("each. Gap in nats; 0 is perfect; mean ± standard deviation of 2 seeds.")


def test_label_of_a_folded_flow_says_that_its_nll_is_not_comparable(drawn: list[PanelTable]) -> None:
    folded = replace(trial("spline", None), figures={"test_nll": None, "without_density": 0.064})
    found = comparison(trials=[trial("affine", None), folded])
    ComparisonFigure(found, spec()).picture()
    assert titles(drawn[0])[1][0] == "Spline test NLL not comparable: 6.4% have no density"
    error = "± is the standard error of the test."
    assert note(found).endswith(f"each. NLL in nats; lower is better; {error}")
    assert note(comparison(trials=[folded])).endswith(" each."), "there is no NLL to explain"
    scored = comparison(trials=[folded, trial("affine", 0.5)])
    assert note(scored).endswith(f"each. Gap in nats; 0 is perfect; {error}")


def test_label_of_a_flow_without_an_nll_needs_no_sign_that_the_font_lacks(drawn: list[PanelTable]) -> None:
    unknown = replace(trial("spline", None), figures={"test_nll": None})
    ComparisonFigure(comparison(trials=[unknown]), spec()).picture()
    assert titles(drawn[0])[1][0] == "Spline test NLL unknown"


def test_size_of_an_animation_is_estimated(tmp_path: Path) -> None:
    figure = ComparisonFigure(comparison(("affine", "spline")), spec("animation", "gif"))
    for _ in figure.write(tmp_path / "film.gif"):
        pass
    assert figure.estimate() == (tmp_path / "film.gif").stat().st_size, "All of so few frames are encoded."


def test_limit_by_counting_is_an_nll_where_the_figures_are() -> None:
    limit = Trial("histogram", 0.0, 0, "completed", True, {"gap": None, "test_nll": 0.5})
    found = comparison(trials=[trial("affine", None)])
    found = replace(found, limits={each.target: limit for each in found.projects.values()})
    assert note(found).endswith("lower is better; ± is the standard error of the test; limit by counting: 0.500.")


def test_names_choose_order_and_rename_the_flows(drawn: list[PanelTable]) -> None:
    found = comparison(trials=[trial("affine", 0.5), trial("spline", 0.25)])
    ComparisonFigure(with_names(found, {"spline": "RQ-NSF", "affine": "affine"}), spec()).picture()
    assert [row[0] for row in titles(drawn[0])] == ["RQ-NSF test gap 0.250 ± 0.010", "affine test gap 0.500 ± 0.010"]
    assert [row[0].style for row in drawn[0].rows if row[0]] == [found.style("spline"), found.style("affine")]


def test_table_columns_are_beside_the_names(drawn: list[PanelTable]) -> None:
    found = comparison(trials=[trial("affine", 0.5), trial("spline", 0.25)])
    ComparisonFigure(found, spec(), table_columns=("test_nll", "gap", "coverage")).picture()
    assert titles(drawn[0])[0][0] == "affine test NLL 1.500 ± 0.010, test gap 0.500 ± 0.010, coverage unknown"
    assert titles(drawn[0])[2][0] == "NICE not trained"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"table_columns": "gap"}, "are a list of names"),
        ({"table_columns": ("gap", "speed")}, "no column 'speed'. Choose from gap, test_nll"),
        ({"names": {"affine": "x", "spline": "x"}}, "same new name"),
        ({"names": {"maf": "maf"}}, "no flow 'maf'"),
    ],
)
def test_unknown_names_and_columns_are_refused(values: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=message):
        render_comparison(comparison(), tmp_path / "a.png", spec(), **values)


def test_library_names_flows_and_chooses_columns(drawn: list[PanelTable], tmp_path: Path) -> None:
    found = comparison(trials=[trial("affine", 0.5), trial("spline", 0.25)])
    names = {"spline": "RQ-NSF", "affine": "affine"}
    render_comparison(found, tmp_path / "a.png", names=names, table_columns=["test_nll", "gap"])
    assert [row[0] for row in titles(drawn[0])] == [
        "RQ-NSF test NLL 1.250 ± 0.010, test gap 0.250 ± 0.010",
        "affine test NLL 1.500 ± 0.010, test gap 0.500 ± 0.010",
    ]


@pytest.mark.parametrize(
    ("points", "columns", "shown"),
    [
        (7, "stages", ()),
        (9, "stages", ("test_nll", "test_nll_difference", "on_target")),
        (9, "marks", ("gap",)),
    ],
)
def test_text_of_a_narrow_figure_is_inside_and_does_not_overlap(
    points: int, columns: Any, shown: tuple[str, ...], drawn: list[PanelTable]
) -> None:
    names = {"affine": "A coupling flow with a long name", "spline": "Rational-quadratic splines", "nice": "NICE"}
    found = comparison(trials=[trial("affine", 0.5), trial("spline", 0.25)])
    narrow = ExportSpec(what="sheet", size=PictureSize.parse("8.5cm", 300), dpi=300, font_size=points)
    figure = ComparisonFigure(with_names(found, names), narrow, columns, shown)
    figure.picture()
    view, size = figure._view, figure._spec.pixels
    text = em(view, size)
    assert text == pytest.approx(points / 72 * 300)
    assert_text_fits(panel_table.draw_table(drawn[0], view, size, text_width(text)), size, text)


def test_foot_of_a_narrow_figure_has_its_note_above_the_legend() -> None:
    note_, length = "word " * 20, lambda text: 0.5 * len(text)
    beside, below = (panel_table.foot_height(note_, 3, width, length) for width in (80.0, 34.0))
    assert beside == FOOT_EMS
    assert below > 2 * FOOT_EMS, "two rows of keys, and the note"
    assert panel_table.foot_height(4 * note_, 3, 80.0, length) > FOOT_EMS, "too many lines to stand beside the keys"


def test_table_of_runs_in_progress_has_their_current_figures(tmp_path: Path) -> None:
    project = replace(whole_project(), target=SQUARE)
    new = Project.untrained(project.target, project.flow, project.training)
    found = Comparison({"begun": project, "new": new})
    last = project.history.last_progress(None)
    assert last is not None
    for form in ("csv", "md"):
        list(ComparisonTable(found, form).write(tmp_path / f"a.{form}"))
    [row] = csv.DictReader((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines())
    assert (row["name"], row["ending"], row["test_nll"]) == ("begun", "training", "")
    assert float(row["validation_nll"]) == last.validation_nll
    table = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert "| begun | 1, 1 training | " in table
    assert "Runs that have not ended are measured on validation points and not ranked." in table
    with pytest.raises(SpecError, match="no rows before a flow has been trained"):
        ComparisonTable(Comparison({"new": new}), "csv")


def test_limit_by_counting_is_in_the_note_and_a_row_of_the_tables_without_being_the_best() -> None:
    limit = Trial("histogram", 0.0, 0, "completed", True, {"gap": 0.0064, "test_nll": 0.5})
    found = comparison(trials=[trial("affine", 0.5), trial("spline", 0.25)])
    found = replace(found, limits={each.target: limit for each in found.projects.values()})
    assert note(found).endswith("0 is perfect; ± is the standard error of the test; limit by counting: 0.006.")
    assert "| limit by counting | 1 | 0.006 |" in markdown(found)
    assert "**0.250 ± 0.010**" in markdown(found), "the best flow"
    assert "limit by counting & 1 & 0.006 &" in latex(found)
    assert "adaptive histogram" not in markdown(replace(found, limits=None))


def test_notebook_shows_the_figure_and_the_table() -> None:
    shown = comparison(("affine", "spline"), [trial("affine", 0.5), trial("spline", None)])._repr_html_()
    found = re.search(r'<img src="data:image/png;base64,([^"]+)" alt="affine, spline"', shown)
    assert found is not None
    with Image.open(BytesIO(b64decode(found[1]))) as picture:
        assert picture.width > 100
    assert re.findall(r"<td>(affine|spline|0.5|–)</td>", shown)[:3] == ["affine", "0.5", "–"]
    assert 'alt="&lt;b&gt;"' in Comparison({"<b>": untrained(SQUARE, FLOWS["affine"])})._repr_html_()
