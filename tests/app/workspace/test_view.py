"""The view of a comparison is kept like that of a project, in its file and while the comparison is set aside."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtGui import QAction

from flowviz.app.main_window import MainWindow
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.state.view import Tool
from flowviz.projects import Comparison, Project, load_comparison, save_comparison
from flowviz.records import Selection
from flowviz.specs import FlowSpec, Seen, ViewSpec
from tests.app.conftest import FileMenu, Window, settle
from tests.app.workspace.fakes import TARGET, untrained
from tests.app.workspace.panes import SHORT, TRAINING
from tests.app.workspace.test_file import save_as

pytestmark = pytest.mark.shared_window

SOME = Selection(np.arange(8000) < 7)
MARKS = frozenset({"points", "target", "paths"})


@dataclass(frozen=True)
class Viewed:
    """The view of a comparison, and the stages that its panes show."""

    selected: str
    seen: Seen
    selection: Selection | None
    tool: Tool
    stages: tuple[float, ...]

    @classmethod
    def by(cls, main: MainWindow) -> "Viewed":
        value, stages = main.view.value, [pane.picture.stage for pane in main.comparisons.grid.panes]
        return cls(main.comparisons.compared.value.selected, value.seen, value.selection, value.tool, tuple(stages))


@pytest.fixture(autouse=True)
def still(window: Window, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(FlowQueries, "follow", lambda *_: None)  # would load TensorFlow for a probed point
    window.main.viewer.reduce_motion(True)
    window.main.comparisons.document.discard_changes()
    yield
    window.main.view.set_tool("move")


def two() -> Comparison:
    """Return two flows of different depths."""
    flows = {"a": FlowSpec(), "b": SHORT}
    return Comparison({name: Project.untrained(TARGET, flow, TRAINING) for name, flow in flows.items()})


def show_viewed(window: Window) -> Viewed:
    """Show two flows, and view the second one in another way than at first."""
    main = window.main
    main.comparisons.show(two())
    main.comparisons.compared.select("b")
    main.view.set_stage(2)
    main.view.zoom_to((0.5, -0.25), 0.75)
    main.view.update_view(color_by="angle", marks=MARKS)
    main.view.set_selection(SOME)
    settle(main)
    return Viewed.by(main)


def show_another(main: MainWindow) -> None:
    """Show another comparison, in the way that is usual."""
    main.comparisons.document.discard_changes()
    main.comparisons.show(untrained("c"))
    main.view.update_view(color_by="quadrant", marks=ViewSpec().marks)
    main.view.follow()
    settle(main)


def opened(window: Window, file_menu: FileMenu, path: Path) -> Viewed:
    """Open a comparison, and return how it is viewed once its targets have been built."""
    main, compared = window.main, window.main.comparisons.compared
    main.document_actions.open(path)
    file_menu.wait(lambda: main.comparisons.is_shown and compared.value.names == ("a", "b"))
    file_menu.wait(lambda: all(run.built is not None for run in compared.value.runs))
    settle(main)
    return Viewed.by(main)


def test_a_file_keeps_how_a_comparison_is_viewed(window: Window, file_menu: FileMenu, tmp_path: Path) -> None:
    path, viewed = tmp_path / "two.flowviz", show_viewed(window)
    save_as(file_menu, path)
    show_another(window.main)
    assert opened(window, file_menu, path) == viewed
    assert viewed.stages == (5, 2), "both are a quarter deep"
    assert window.main.comparisons.grid.cloud.view.half_extent == 0.75
    assert not window.main.comparisons.document.is_changed
    assert not window.find(QAction, "undoAction").isEnabled()


def test_a_probed_point_returns_with_its_tool(window: Window, file_menu: FileMenu, tmp_path: Path) -> None:
    path, main = tmp_path / "two.flowviz", window.main
    main.comparisons.show(two())
    main.view.set_tool("probe")
    main.view.update(probe=(0, (0.25, 0.5)))
    save_as(file_menu, path)
    show_another(main)
    main.view.set_tool("move")
    viewed = opened(window, file_menu, path)
    assert (viewed.tool, viewed.seen.probe) == ("probe", (0, (0.25, 0.5)))


def test_a_comparison_that_no_window_has_shown_opens_as_usual(
    window: Window, file_menu: FileMenu, tmp_path: Path
) -> None:
    path, main = tmp_path / "two.flowviz", window.main
    seen = Seen(stage=1, fitted=False, view=ViewSpec(color_by="radius"))
    projects = {name: replace(project, seen=seen) for name, project in two().projects.items()}
    save_comparison(Comparison(projects), path)
    show_another(main)
    main.view.update_view(color_by="angle")
    viewed = opened(window, file_menu, path)
    assert (viewed.selected, viewed.seen.stage, viewed.seen.fitted) == ("a", None, True)
    assert viewed.seen.view.color_by == "angle", "as in the window"


def test_only_another_selection_of_particles_is_an_unsaved_change(
    window: Window, file_menu: FileMenu, tmp_path: Path
) -> None:
    main, document = window.main, window.main.comparisons.document
    main.comparisons.show(two())
    save_as(file_menu, tmp_path / "two.flowviz")
    main.view.set_stage(3)
    main.view.zoom_to((0.0, 0.0), 1.0)
    main.view.update_view(color_by="angle")
    main.comparisons.compared.select("b")
    assert not document.is_changed
    main.view.set_selection(SOME)
    assert document.is_changed
    assert main.isWindowModified()
    main.view.set_selection(None)
    assert not document.is_changed
    assert not main.isWindowModified()


def test_a_view_is_saved_without_an_unsaved_change(window: Window, file_menu: FileMenu, tmp_path: Path) -> None:
    path, main = tmp_path / "two.flowviz", window.main
    main.comparisons.show(two())
    save_as(file_menu, path)
    main.view.set_stage(3)
    file_menu.choose("save")
    file_menu.wait(lambda: load_comparison(path)["a"].seen.stage == 3)
    file_menu.wait(lambda: not main.comparisons.document.is_saving)


def test_a_flow_that_is_opened_on_its_own_is_viewed_as_in_its_pane(window: Window, file_menu: FileMenu) -> None:
    main, viewed = window.main, show_viewed(window)
    main.comparisons.document.discard_changes()
    main.comparisons._open("b")
    file_menu.wait(lambda: not main.comparisons.is_shown)
    assert main.view.seen == viewed.seen


def test_a_comparison_that_was_left_returns_as_it_was_viewed(window: Window) -> None:
    main, viewed = window.main, show_viewed(window)
    main.comparisons.document.discard_changes()
    main.comparisons.leave()
    assert main.view.value.selection is None
    assert main.view.seen.fitted
    assert not main.comparisons.document.is_changed
    main.comparisons.enter()
    settle(main)
    assert Viewed.by(main) == viewed
    assert not main.comparisons.document.is_changed


def test_a_comparison_that_was_left_is_saved_as_it_was_viewed(
    window: Window, file_menu: FileMenu, tmp_path: Path
) -> None:
    path, main, viewed = tmp_path / "two.flowviz", window.main, show_viewed(window)
    main.comparisons.leave()
    main.comparisons.document.save(path)
    file_menu.wait(lambda: main.comparisons.document.path == path)
    assert opened(window, file_menu, path) == viewed


def test_the_flow_of_the_window_returns_with_its_tool(window: Window) -> None:
    main = window.main
    main.view.set_tool("probe")
    main.view.update(probe=(0, (0.25, 0.5)))
    main.comparisons.show(two())
    main.view.set_tool("lasso")
    main.comparisons.leave()
    assert (main.view.value.tool, main.view.seen.probe) == ("probe", (0, (0.25, 0.5)))


def test_a_comparison_that_was_left_returns_at_its_exact_depth(window: Window) -> None:
    main = window.main
    main.comparisons.show(two())
    main.view.set_stage(9)
    main.comparisons.compared.select("b")
    assert main.view.value.stage == 4, "the nearest one"
    main.comparisons.document.discard_changes()
    main.comparisons.leave()
    main.comparisons.enter()
    main.comparisons.compared.select("a")
    assert main.view.value.stage == 9


def test_the_flow_of_the_window_returns_as_a_lesson_has_framed_it(window: Window) -> None:
    main = window.main
    main.view.change(camera="fixed")
    main.comparisons.show(two())
    main.comparisons.leave()
    assert main.view.value.camera == "fixed"
    main.session.show_project(main.session.project())
    assert main.view.value.camera is None
