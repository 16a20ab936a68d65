"""Web pages: a single file, in which the texts of a project are data, and whose numbers are those of the trace."""

import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz import ExportSpec, render
from flowviz.errors import SpecError
from flowviz.exporting.page_columns import PageColumns
from flowviz.projects import Project
from flowviz.projects.gallery import example
from flowviz.records import Retargeted
from flowviz.specs import Seen, TextSpec, ViewSpec
from tests.exporting.projects import bent_project, conditional_project, written
from tests.test_cli import run

PAGE = ExportSpec(what="page", controls=frozenset({"slider", "play"}))
HOSTILE = "</script><script>hacked()</script><img src=x onerror=hacked()>&\"'"
MAX_BYTES = 1_200_000


def content(path: Path) -> dict[str, Any]:
    """The data of a page."""
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text(), re.DOTALL)
    assert match
    found: dict[str, Any] = json.loads(match[1])
    return found


def column(data: dict[str, Any], number: int) -> NDArray[np.float64]:
    """The numbers of a column, decoded as the script does."""
    start, count, low, high = data["columns"][number]
    if start is None:
        return np.full(count, low)
    stored = np.frombuffer(b64decode(data["bytes"]), "<u2", count, start)
    return np.where(stored == 65535, np.nan, low + (high - low) * stored / 65534)


def stored(columns: PageColumns) -> dict[str, Any]:
    """The data of a page that has these columns alone."""
    return {**columns.as_json(), "bytes": b64encode(columns.content).decode()}


class Elements(HTMLParser):
    """Collects the elements of a page, and the texts in them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def elements(path: Path) -> Elements:
    found = Elements()
    found.feed(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def project() -> Project:
    return bent_project(500)


@pytest.fixture(scope="module")
def page(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(project, PAGE, tmp_path_factory.mktemp("page") / "page.html")


def test_positions_and_log_dets_are_those_of_the_trace(project: Project, page: Path) -> None:
    data, trace = content(page), project.trace
    cloud = data["panes"][0]["values"][0]["moments"][-1]["clouds"]["generate"]
    for stage, positions in enumerate(trace.positions):
        found = np.stack([column(data, cloud[axis][stage]) for axis in ("x", "y")], axis=1)
        np.testing.assert_allclose(found, positions, atol=1e-4 * np.ptp(positions))
    totals = np.cumsum([column(data, number) for number in cloud["log_det"]], axis=0)
    np.testing.assert_allclose(totals, trace.log_det, atol=1e-3)


def test_a_page_is_the_same_to_the_byte(project: Project, page: Path, tmp_path: Path) -> None:
    again = written(project, PAGE, tmp_path / "again.html")
    assert again.read_bytes() == page.read_bytes()


def test_nothing_but_its_own_script_can_run_and_nothing_is_loaded(page: Path) -> None:
    found = elements(page)
    policies = [attrs["content"] for _, attrs in found.tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert policies[0] is not None
    assert policies[0].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policies[0]
    script = re.findall(r"<script>(.*?)</script>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(script) == 1
    assert b64encode(sha256(script[0].encode()).digest()).decode() in policies[0]
    assert not re.search(r"\beval\(|new Function|innerHTML|https?://", script[0])
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
    sources = [attrs[name] for _, attrs in found.tags for name in ("src", "href") if name in attrs]
    assert all(source is not None and source.startswith("data:") for source in sources)


def test_hostile_texts_are_data(project: Project, tmp_path: Path) -> None:
    path = written(replace(project, target=TextSpec(text=HOSTILE[:60])), PAGE, tmp_path / "page.html")
    found = elements(path)
    assert [tag for tag, _ in found.tags].count("script") == 2
    assert [tag for tag, _ in found.tags].count("img") == 1
    assert any(HOSTILE[:30] in text for text in found.texts)
    assert content(path)["title"].startswith(HOSTILE[:30])


def test_layers_that_leave_a_coordinate_as_it_is_add_nothing() -> None:
    columns, x = PageColumns(), np.linspace(-1, 1, 50, dtype=np.float32)
    first, again = columns.add(x), columns.add(x.copy())
    size = len(str(stored(columns)))
    assert first == again
    assert columns.add(np.zeros(50, np.float32)) != first
    assert len(str(stored(columns))) - size < 60  # a constant has no bytes of its own


def test_values_that_are_not_finite_or_far_away_do_not_coarsen_the_others() -> None:
    columns = PageColumns()
    number = columns.add_coordinate(np.array([0.25, -0.5, np.nan, np.inf, -1e30, 1e30]), -1, 1)
    found = column(stored(columns), number)
    np.testing.assert_allclose(found[:2], [0.25, -0.5], atol=1e-3)
    assert set(np.abs(found[2:]).round()) == {40}


def test_unknown_values_stay_unknown() -> None:
    columns = PageColumns()
    number, none = columns.add(np.array([1.0, np.nan, 3.0])), columns.add(np.full(2, np.nan))
    np.testing.assert_allclose(column(stored(columns), number), [1, np.nan, 3])
    assert np.isnan(column(stored(columns), none)).all()


def test_earlier_targets_are_not_replaced_by_the_present_one(project: Project, tmp_path: Path) -> None:
    history = replace(project.history, changes=(Retargeted(500, "the present one"),))
    spec = PAGE.model_copy(update={"moments": 2})
    path = written(replace(project, history=history), spec, tmp_path / "page.html")
    moments = content(path)["panes"][0]["values"][0]["moments"]
    assert [moment["has_target"] for moment in moments] == [False, False, True]
    assert "leaked" not in moments[0]["clouds"]["generate"]["fixed"]


def test_earlier_moments_have_no_more_particles_than_the_latest(project: Project, tmp_path: Path) -> None:
    path = written(project, PAGE.model_copy(update={"moments": 1}), tmp_path / "page.html")
    data = content(path)
    counts = [
        data["columns"][moment["clouds"]["generate"]["x"][0]][1] for moment in data["panes"][0]["values"][0]["moments"]
    ]
    assert counts == [500, 500]


def test_moments_of_the_training_can_be_chosen(project: Project, tmp_path: Path) -> None:
    path = written(project, PAGE.model_copy(update={"moments": 2}), tmp_path / "page.html")
    assert [moment["step"] for moment in content(path)["panes"][0]["values"][0]["moments"]] == [0, 400, 1000]


def test_values_of_a_condition_can_be_chosen_and_share_the_base(tmp_path: Path) -> None:
    project = conditional_project()
    path = written(project, PAGE.model_copy(update={"values": 3}), tmp_path / "page.html")
    data = content(path)
    values = data["panes"][0]["values"]
    assert [value["label"] for value in values] == ["BRAD", "50% BRAD, 50% KATIE (never seen)", "KATIE"]
    assert data["start"]["given"] == 0
    assert values[0]["target"] != values[2]["target"]
    clouds = [value["moments"][-1]["clouds"]["generate"] for value in values]
    for stage in range(len(project.trace.names)):
        same = {tuple(cloud[axis][stage] for axis in ("x", "y")) for cloud in clouds}
        assert len(same) == (1 if stage == 0 else 3)


@pytest.mark.parametrize(("values", "labels"), [(None, ["BRAD", "KATIE"]), (1, ["KATIE"])])
def test_the_page_begins_with_the_value_that_is_shown(values: int | None, labels: list[str], tmp_path: Path) -> None:
    project = conditional_project().given("KATIE")
    path = written(project, PAGE.model_copy(update={"values": values}), tmp_path / "page.html")
    data = content(path)
    assert [value["label"] for value in data["panes"][0]["values"]] == labels
    assert labels[data["start"]["given"]] == "KATIE"


def test_a_page_that_begins_with_any_value_has_it_beside_the_others(tmp_path: Path) -> None:
    data = content(written(conditional_project(leave_out=0.1).given("any"), PAGE, tmp_path / "page.html"))
    assert [value["label"] for value in data["panes"][0]["values"]] == ["any word", "BRAD", "KATIE"]
    assert data["start"]["given"] == 0


def test_both_directions_are_in_the_page(page: Path) -> None:
    clouds = content(page)["panes"][0]["values"][0]["moments"][-1]["clouds"]
    assert clouds.keys() == {"generate", "encode"}
    forward, back = ([stage["sentence"] for stage in clouds[way]["stages"]] for way in ("generate", "encode"))
    assert forward != back


def test_density_and_grid_are_in_the_page_if_the_view_has_them(project: Project, tmp_path: Path) -> None:
    view = ViewSpec(marks=frozenset({"points", "density", "grid"}))
    path = written(project, PAGE.model_copy(update={"seen": Seen(view=view)}), tmp_path / "page.html")
    moment = content(path)["panes"][0]["values"][0]["moments"][-1]
    assert len(moment["densities"]) == len(project.trace.names)
    assert len(moment["grid"]["x"]) == len(project.trace.names)


@pytest.mark.parametrize("mark", ["paths", "velocity"])
def test_a_page_says_what_it_cannot_show(project: Project, mark: Any, tmp_path: Path) -> None:
    spec = ExportSpec(what="page", seen=Seen(view=ViewSpec(marks=frozenset({mark}))))
    with pytest.raises(SpecError, match=f"A page cannot show {mark}"):
        render(project, spec, tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_a_page_of_8000_particles_and_20_stages_is_small(tmp_path: Path) -> None:
    path = written(bent_project(8000), ExportSpec(what="page"), tmp_path / "page.html")
    assert path.stat().st_size <= MAX_BYTES


def test_the_name_of_a_file_asks_for_a_page(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert run("render", example("two_moons").path, "-o", path, "--particles", 100) == 0
    assert content(path)["title"]
