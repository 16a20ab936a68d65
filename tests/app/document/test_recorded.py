"""Recorded flows of other programs in the window: what works, and what is off with a reason."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QUrl
from PyQt6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz import load
from flowviz.app.export.dialog import ExportDialog
from flowviz.app.main_window import MainWindow
from flowviz.app.state.known import NO_DENSITY, NO_GRID, NO_LOG_DET, NO_MAP, NO_TRAINING
from flowviz.cli.invocation import run
from flowviz.records import Density, lattice_points
from flowviz.rendering.legend import keys
from flowviz.specs import FlowSpec
from flowviz.specs.recipes import RECIPES
from tests.app.conftest import FileMenu
from tests.app.document.recordings import COUNT, Recorded, complete, walk
from tests.app.pane.mouse import CloudMouse

pytestmark = pytest.mark.shared_window


@pytest.fixture
def recorded(file_menu: FileMenu, tmp_path: Path) -> Recorded:
    return Recorded(file_menu, tmp_path)


def texts(main: MainWindow) -> str:
    """Return all texts and tooltips that the window shows, except the choices of combo boxes."""
    found = [main.windowTitle()]
    for widget in main.findChildren(QWidget):
        if widget.isVisible():
            found.append(widget.toolTip())
            found += [widget.text()] if isinstance(widget, QLabel | QAbstractButton) else []
            found += [widget.currentText()] if isinstance(widget, QComboBox) else []
    return "\n".join(found)


def test_the_command_line_opens_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path | None] = []
    monkeypatch.setattr("flowviz.cli.commands.open_window", lambda _, project=None: opened.append(project))
    path = tmp_path / "trace.npz"
    np.savez(path, positions=walk())

    assert run([str(path)]) == 0
    assert opened == [path]


def test_a_recording_is_never_overwritten(recorded: Recorded) -> None:
    """Like a copy, it has no file of its own: Save asks for one, and Revert is disabled."""
    path = recorded.open()
    actions, content = recorded.main.document_actions, path.read_bytes()

    assert actions.document.path is None
    assert not recorded.menu.is_changed
    assert actions.recent.paths() == [path]
    assert not recorded.action("revertAction").isEnabled()
    recorded.menu.choose("save")
    saved = recorded.folder / "own.flowviz"
    recorded.menu.answer_dialog("saveDialog", saved)
    recorded.menu.wait(lambda: actions.document.path == saved)
    assert path.read_bytes() == content
    assert load(saved).trace == load(path).trace


def test_recordings_are_dropped_and_other_archives_stay_targets(recorded: Recorded) -> None:
    path, table = recorded.folder / "dropped.npz", recorded.folder / "table.npz"
    np.savez(path, positions=walk())
    np.savez(table, points=walk()[0])
    media = QMimeData()

    media.setUrls([QUrl.fromLocalFile(str(path))])
    recorded.main.target_importer.take_media(media)
    recorded.wait_for("dropped")
    media.setUrls([QUrl.fromLocalFile(str(table))])
    recorded.main.target_importer.take_media(media)

    recorded.menu.wait(lambda: recorded.main.request.plan.target.title != "particles of dropped")
    assert recorded.main.session.displayed is not None
    assert recorded.main.session.displayed.flow.is_recorded


def test_a_wrong_recording_is_refused_in_a_sentence(recorded: Recorded) -> None:
    path = recorded.folder / "wrong.npz"
    np.savez(path, positions=np.full((3, 5, 2), np.nan))

    recorded.main.document_actions.open(path)

    recorded.menu.wait(lambda: "NaN" in recorded.menu.notice)
    assert str(path) in recorded.menu.notice
    assert recorded.main.document_actions.recent.paths() == []


def test_what_needs_the_map_is_off_with_the_reason(recorded: Recorded) -> None:
    recorded.open(**complete())

    for name in ("probeTool", "bendTool", "velocityAction", "fourpanelsAction", "latentsagainstthebaseAction"):
        assert not recorded.action(name).isEnabled(), name
        assert recorded.action(name).toolTip() == NO_MAP
    assert recorded.action("gridAction").toolTip() == NO_GRID
    assert recorded.problems("directionBox") == {"Encode: target → base": NO_MAP}
    assert recorded.problems("colorBox") == {}
    for name in ("trainAction", "trainagainfromthesamestartAction"):
        assert not recorded.action(name).isEnabled(), name
        assert recorded.action(name).toolTip() == NO_TRAINING
    assert recorded.menu.window.find(QToolButton, "trainButton").toolTip() == NO_TRAINING
    assert recorded.action("disableorenablelayerAction").toolTip() == NO_MAP
    assert recorded.menu.window.find(QCheckBox, "ledgerMean").toolTip() == NO_MAP


def test_keys_and_states_cannot_show_what_is_not_known(recorded: Recorded) -> None:
    recorded.open()
    view = recorded.view

    view.set_tool("probe")
    view.set_direction("encode")
    view.change(figure="latents")
    view.set_mark("velocity", shown=True)
    view.update_view(color_by="log_density")
    view.update(probe=(0, (0.0, 0.0)))
    recorded.main.session.train()
    recorded.main.session.train_again()

    assert (view.value.tool, view.value.figure, view.seen.direction, view.seen.probe) == (
        "move",
        None,
        "generate",
        None,
    )
    assert view.seen.view.marks == {"points"}
    assert view.seen.view.color_by == "quadrant"
    assert recorded.main.session.run is None


def test_the_next_flow_can_do_everything_again(recorded: Recorded) -> None:
    recorded.open(**complete())
    recorded.view.update_view(color_by="column", column="speed")

    recorded.menu.choose("new")

    recorded.menu.wait(lambda: recorded.action("probeTool").isEnabled())
    assert recorded.action("velocityAction").toolTip() != NO_MAP
    assert recorded.view.seen.view.color_by == "quadrant"
    assert recorded.menu.window.find(QComboBox, "colorBox").findText("speed") == -1
    assert recorded.menu.window.find(QToolButton, "trainButton").isEnabled()


def test_nothing_of_another_flow_is_shown(recorded: Recorded) -> None:
    recorded.open(**complete())
    shown = texts(recorded.main)

    for family, recipe in RECIPES.items():
        assert recipe.title not in shown
        assert recipe.sentence not in shown
        assert family not in shown.lower().split()
    assert "Recorded flow" in shown
    assert "built by hand" not in shown
    assert not recorded.menu.window.find(QWidget, "exerciseBar").isVisible()
    assert not recorded.menu.window.find(QWidget, "integratorBar").isVisible()
    assert recorded.main.windowTitle().startswith("particles of mine")
    assert "a recorded flow with 2 layers" in recorded.menu.window.status


def test_the_inspector_shows_recorded_names_and_says_what_is_not_known(recorded: Recorded) -> None:
    recorded.open(**complete())
    recorded.view.set_stage(1)
    find = recorded.menu.window.find

    assert "&lt;b&gt;affine" in find(QLabel, "inspectorTitle").text()  # and not in bold
    assert "does not know the map" in find(QLabel, "stageExplanation").text()
    recorded.menu.wait(lambda: "the map is not known" in find(QLabel, "stageFormula").text())
    assert "<b>affine" in recorded.main._viewing.readout.text()
    recorded.open("bare")
    assert find(QLabel, "stageShare").text() == "Share of total stretching: not known"


def test_a_recording_with_the_same_names_of_stages_replaces_the_earlier_one(recorded: Recorded) -> None:
    recorded.open("first", positions=walk(), speed=np.arange(COUNT))
    assert recorded.view.value.known.columns == ("speed",)
    recorded.open("second", positions=walk() * 5)
    assert not recorded.view.value.known.columns


def test_particles_are_colored_by_a_column(recorded: Recorded) -> None:
    recorded.open(**complete())
    box = recorded.menu.window.find(QComboBox, "colorBox")

    box.setCurrentIndex(box.findText("speed"))
    assert recorded.colors() == ("column", "speed")
    box.setCurrentIndex(box.findText("mass"))
    assert recorded.colors() == ("column", "mass")
    assert recorded.action("undoAction").text().endswith("Color by Column")
    recorded.action("undoAction").trigger()
    assert box.currentText() == "speed"
    box.setCurrentIndex(box.findText("Angle"))
    assert recorded.colors() == ("angle", None)


def test_colors_by_unknown_densities_are_off_with_the_reason(recorded: Recorded) -> None:
    recorded.open()

    assert recorded.problems("colorBox") == {"Log-density": NO_DENSITY, "Log|det J|": NO_LOG_DET}
    assert recorded.menu.window.find(QComboBox, "colorBox").findText("speed") == -1


def test_the_density_is_an_estimate_and_says_so(recorded: Recorded, qtbot: QtBot) -> None:
    recorded.open()
    recorded.view.set_mark("density", shown=True)

    qtbot.waitUntil(lambda: recorded.main.viewer.scenes.scene.density is not None, timeout=60_000)  # compiles
    scene = recorded.main.viewer.scenes.scene
    assert isinstance(scene.density, Density)
    assert scene.density.is_estimate
    assert "heat: estimated log-density" in [key.caption for key in keys(scene, 2, recorded.view.seen.view)]
    assert "estimate" in recorded.menu.window.find(QLabel, "viewExplanation").text()


def test_a_recorded_density_and_grid_are_shown(recorded: Recorded, qtbot: QtBot) -> None:
    nodes, box = lattice_points(), np.array([[-4, 4, -4, 4]] * 2)
    grid, density = np.stack([nodes, nodes + 1]), np.full((2, 64, 64), -np.log(64))
    recorded.open(positions=walk()[1:], grid=grid, density=density, density_box=box)
    assert recorded.action("gridAction").isEnabled()

    recorded.view.set_mark("density", shown=True)
    recorded.view.set_mark("grid", shown=True)

    main = recorded.main
    qtbot.waitUntil(
        lambda: None not in (main.viewer.scenes.scene.density, main.viewer.scenes.scene.grid), timeout=60_000
    )
    assert main.viewer.scenes.scene.density is not None
    assert not main.viewer.scenes.scene.density.is_estimate
    assert "interpolated" in recorded.menu.window.find(QLabel, "viewExplanation").text()
    assert "with 1 layer." in recorded.menu.window.status


def test_moments_of_a_recorded_training_are_shown(recorded: Recorded) -> None:
    history = np.stack([walk() * (1 + moment) for moment in range(4)])
    recorded.open(positions=history, steps=[0, 10, 50, 100])

    recorded.view.update(moment=10)

    shown = recorded.main.viewer.scenes.scene.trace.positions
    np.testing.assert_allclose(shown, history[1], rtol=1e-5)
    recorded.action("laterAction").trigger()
    np.testing.assert_allclose(recorded.main.viewer.scenes.scene.trace.positions, history[2], rtol=1e-5)


def test_another_flow_is_trained_on_the_particles_and_the_recorded_one_is_kept(recorded: Recorded) -> None:
    recorded.open()
    train, box = (
        recorded.menu.window.find(QToolButton, "trainButton"),
        recorded.menu.window.find(QComboBox, "flowPreset"),
    )
    assert box.currentText() == "Recorded flow"

    box.setCurrentIndex(0)
    assert train.isEnabled()
    recorded.action("undoAction").trigger()
    assert box.currentText() == "Recorded flow"
    assert not train.isEnabled()
    recorded.action("redoAction").trigger()
    train.click()
    back = recorded.action("returntotheprevioustrainingAction")
    assert back.isEnabled()
    back.trigger()

    assert recorded.main.session.displayed is not None
    assert recorded.main.session.displayed.flow.is_recorded
    assert recorded.main.session.run is None


def test_the_lasso_selects_recorded_particles(recorded: Recorded, qtbot: QtBot) -> None:
    recorded.open(**complete())
    ends = recorded.main.viewer.scenes.scene.trace.positions[-1]
    recorded.view.set_tool("lasso")

    cloud = CloudMouse(recorded.main.comparisons.grid.cloud, qtbot)
    cloud.drag((-6, -1), (1, -1), (1, 3), (-6, 3))

    selection = recorded.view.value.selection
    assert selection is not None
    assert np.count_nonzero(selection.chosen != (ends[:, 0] < 1)) < 5


def test_only_points_that_train_a_flow_are_said_to_do_so(recorded: Recorded) -> None:
    recorded.open()
    note = recorded.menu.window.find(QLabel, "targetNote")
    assert "300 points" in note.text()
    assert "train the flow" not in note.text()

    recorded.main.request.set_family("maf")

    assert "210 of the points train the flow" in note.text()


def test_families_can_be_chosen_in_place_of_the_recorded_one(recorded: Recorded) -> None:
    recorded.open()

    recorded.main.request.set_family("maf")

    assert recorded.main.request.plan.flow == FlowSpec(family="maf", seed=0)
    assert recorded.action("undoAction").text().endswith(RECIPES["maf"].title)
    recorded.action("undoAction").trigger()
    assert recorded.main.request.plan.flow.is_recorded


def test_a_training_that_was_recorded_cannot_be_copied_as_a_command(recorded: Recorded) -> None:
    recorded.open()

    recorded.action("commandTrainingAction").trigger()

    assert NO_TRAINING in recorded.menu.notice


def test_exports_offer_what_is_known(recorded: Recorded, qtbot: QtBot) -> None:
    recorded.open(**complete())
    recorded.view.update_view(color_by="column", column="mass")

    recorded.main.export()

    qtbot.waitUntil(lambda: bool(recorded.main.findChildren(ExportDialog)))
    dialog = recorded.main.findChild(ExportDialog)
    assert dialog is not None
    colors = dialog.findChild(QComboBox, "exportColorBy")
    assert colors is not None
    assert colors.currentText() == "mass"
    assert colors.findText("speed") >= 0
    velocity = dialog.findChild(QCheckBox, "velocityExport")
    assert velocity is not None
    assert velocity.toolTip() == NO_MAP
    refused = set(recorded.problems("exportWhat").values())
    assert refused == {NO_MAP}
    assert {"Samples", "Ledger", "Four panels"} <= recorded.problems("exportWhat").keys()
    assert list(recorded.problems("exportDirection").values()) == [NO_MAP]
    dialog.close()
