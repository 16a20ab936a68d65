"""The controls of the export dialog: which are shown, what they choose, and the preview."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage, QStandardItemModel
from PyQt6.QtWidgets import (
    QCheckBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.existing import existing
from flowviz.app.export.preview_image import PreviewImage
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.projects import Project
from flowviz.records import Selection, Timeline
from flowviz.specs import (
    ConditionalSpec,
    ExportSpec,
    FlowSpec,
    PictureSize,
    PointsSpec,
    TextSpec,
    TrainingSpec,
)
from flowviz.specs.export import effects
from flowviz.specs.export_kinds import FORMATS, What
from flowviz.specs.fields import fields_of
from flowviz.specs.view import UnitName
from tests.app.export.exporting import Dialog, open_dialog

TABLE = PointsSpec(data=np.random.default_rng(0).standard_normal((200, 2)).astype("<f4").tobytes())
CONTROLS = {
    "size": ("exportSize", "exportWidth", "exportHeight"),
    "scale": ("exportScale",),
    "dpi": ("exportDpi",),
    "background": ("exportBackground",),
    "theme": ("exportTheme",),
    "stage": ("exportStage",),
    "first": ("exportFirst",),
    "last": ("exportLast",),
    "direction": ("exportDirection",),
    "marks": ("pointsExport", "densityExport", "gridExport", "pathsExport", "targetExport"),
    "fitted": ("exportFitted",),
    "units": ("exportUnits",),
    "common_scale": ("exportCommonScale",),
    "color_by": ("exportColorBy",),
    "palette": ("exportPalette",),
    "labels": ("exportLabels",),
    "particles": ("exportParticles",),
    "particles_as": ("exportParticlesAs",),
    "moments": ("exportMoments",),
    "through": ("exportThrough",),
    "in_betweens": ("exportInBetweens",),
    "fps": ("exportFps",),
    "easing": ("exportEasing",),
    "heading": ("exportHeading",),
    "repeat": ("exportRepeat",),
}


@pytest.fixture
def dialog(project: Project, tmp_path: Path, qtbot: QtBot) -> Iterator[Dialog]:
    """Return the dialog for the trained project, whose file is not read."""
    with open_dialog(project, tmp_path / "hi.flowviz", qtbot) as dialog:
        yield dialog


def selected(project: Project) -> Project:
    """Return the project with a third of its particles selected."""
    return replace(project, selection=Selection(np.arange(project.trace.positions.shape[1]) % 3 == 0))


WITHOUT_CONTROL = {
    *("what", "format", "axes", "beside", "moment", "probe", "center", "half_extent", "point_diameter", "word_height"),
    "font_size",  # of the command line
    "column",  # chosen with the color
    *("camera", "velocity", "grid_cells", "square"),  # chosen in the window
    "controls",  # of the command line
    "values",  # of conditional flows
}


def test_only_controls_with_an_effect_are_shown(dialog: Dialog) -> None:
    widgets = {name: [dialog.find(QWidget, each) for each in controls] for name, controls in CONTROLS.items()}
    for what, format_ in [(each, format_) for each, formats in FORMATS.items() for format_ in formats]:
        dialog.choose("exportWhat", what)
        dialog.choose("exportFormat", format_)
        found = effects(dialog.itself.spec())
        assert found <= {*CONTROLS} | WITHOUT_CONTROL
        visible = {name: [each.isVisibleTo(dialog.itself) for each in parts] for name, parts in widgets.items()}
        shown = {name for name, each in visible.items() if all(each)}
        hidden = {name for name, each in visible.items() if not any(each)}
        assert shown == found & CONTROLS.keys(), (what, format_)
        assert hidden == CONTROLS.keys() - shown, (what, format_)


def test_values_of_a_condition_can_be_chosen_for_a_page(qtbot: QtBot) -> None:
    words = ConditionalSpec(sources=tuple(TextSpec(text=word) for word in ("A", "B", "C")))
    with open_dialog(Project.untrained(words, FlowSpec(layers=1), TrainingSpec(steps=1)), None, qtbot) as dialog:
        assert not dialog.is_shown("exportValues")
        dialog.choose("exportWhat", "page")
        box = dialog.find(QSpinBox, "exportValues")
        assert dialog.is_shown("exportValues")
        assert (box.value(), dialog.itself.spec().values) == (3, None)
        box.setValue(5)
        assert dialog.itself.spec().values == 5


def test_disabled_controls_give_a_reason(dialog: Dialog) -> None:
    dialog.choose("exportWhat", "sheet")
    for name in ("densityExport", "exportAxes", "exportBeside"):
        box = dialog.find(QCheckBox, name)
        assert not box.isEnabled()
        assert box.toolTip().endswith(".")
    dialog.choose("exportWhat", "animation")
    for name in ("densityExport", "exportAxes"):
        assert dialog.find(QCheckBox, name).isEnabled()
    dialog.choose("exportBackground", "transparent")
    dialog.choose("exportFormat", "mp4")
    background = dialog.find(ChoiceBox, "exportBackground")
    assert not background.isEnabled()
    assert background.toolTip() == "MP4 has no transparency."
    assert dialog.itself.spec().seen.view.background == "solid"
    dialog.choose("exportFormat", "gif")
    assert dialog.itself.spec().seen.view.background == "transparent"


def can_choose(box: ChoiceBox, value: object) -> bool:
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    item = model.item(box.findData(value))
    assert item is not None
    return item.isEnabled()


def test_units_of_the_data_are_those_of_a_table_only(project: Project, qtbot: QtBot) -> None:
    in_flow_units = with_units(replace(project, target=TextSpec(text="A")), "flow")
    with open_dialog(in_flow_units, None, qtbot) as dialog:
        box = dialog.find(ChoiceBox, "exportUnits")
        assert [box.itemText(index) for index in range(box.count())] == ["Flow units", "Pixels"]
        assert box.value == "data", "which means the same"
    with open_dialog(with_units(replace(project, target=TABLE), "flow"), None, qtbot) as dialog:
        box = dialog.find(ChoiceBox, "exportUnits")
        assert [box.itemText(index) for index in range(box.count())] == ["Data units", "Pixels", "Flow units"]
        assert box.value == "flow"


def with_units(project: Project, units: UnitName) -> Project:
    view = project.seen.view.model_copy(update={"units": units})
    return replace(project, seen=project.seen.model_copy(update={"view": view}))


def test_beside_needs_marks_on_both_sides(dialog: Dialog) -> None:
    beside = dialog.find(QCheckBox, "exportBeside")
    assert not beside.isEnabled()
    dialog.find(QCheckBox, "gridExport").click()
    assert beside.isEnabled()
    beside.click()
    assert dialog.itself.spec().seen.view.beside
    dialog.find(QCheckBox, "pointsExport").click()
    assert not beside.isEnabled()
    assert not beside.isChecked()
    assert not dialog.itself.spec().seen.view.beside
    dialog.find(QCheckBox, "pointsExport").click()
    assert dialog.itself.spec().seen.view.beside


def test_project_without_a_history_offers_no_moments(project: Project, qtbot: QtBot) -> None:
    with open_dialog(replace(project, timeline=Timeline()), None, qtbot) as dialog:
        assert not dialog.is_shown("exportMoment")
        dialog.choose("exportWhat", "animation")
        assert not can_choose(dialog.find(ChoiceBox, "exportThrough"), "training")
        assert not can_choose(dialog.find(ChoiceBox, "exportThrough"), "both")


def test_moments_of_a_training_can_be_shown_and_played(dialog: Dialog, project: Project) -> None:
    step = project.timeline.moments[0].step
    dialog.choose("exportMoment", step)
    assert dialog.itself.spec().seen.moment == step
    dialog.choose("exportWhat", "animation")
    dialog.choose("exportThrough", "both")
    assert dialog.itself.spec().seen.playback.through == "both"
    assert not dialog.is_shown("exportMoment")
    dialog.choose("exportThrough", "training")
    assert dialog.is_shown("exportStage")
    assert not dialog.is_shown("exportFirst")


def test_color_by_selection_needs_a_selection(dialog: Dialog, project: Project, qtbot: QtBot) -> None:
    assert not can_choose(dialog.find(ChoiceBox, "exportColorBy"), "selection")
    with open_dialog(selected(project), None, qtbot) as other:
        other.choose("exportColorBy", "selection")
        assert other.itself.spec().seen.view.color_by == "selection"


def test_sizes_are_limited_and_presets_follow(dialog: Dialog) -> None:
    width, scale = dialog.find(QSpinBox, "exportWidth"), dialog.find(QSpinBox, "exportScale")
    dialog.choose("exportSize", "3840x2160")
    scale.setValue(8)
    assert dialog.itself.spec().pixels == PictureSize(width=7680, height=4320)  # the largest
    assert dialog.find(QLabel, "exportPixels").text() == "7,680 × 4,320 pixels"
    width.setValue(300)
    assert dialog.find(ChoiceBox, "exportSize").value == "own"
    dialog.find(QSpinBox, "exportHeight").setValue(200)
    assert dialog.find(ChoiceBox, "exportSize").currentText() == "As in the window: 300 × 200"


def test_length_of_an_animation_is_shown(dialog: Dialog) -> None:
    dialog.choose("exportWhat", "animation")
    dialog.find(QSpinBox, "exportInBetweens").setValue(18)
    dialog.find(QSpinBox, "exportFps").setValue(13)
    length = dialog.find(QLabel, "exportLength")
    assert length.text() == "39 frames, 3.0 s"  # of stages 17 to 19
    dialog.choose("exportFirst", 0)
    assert length.text().startswith("362 frames")
    dialog.choose("exportRepeat", "ping-pong")
    assert length.text().startswith("722 frames")
    assert "722 frames" in dialog.message


def test_first_and_last_stage_stay_in_order(dialog: Dialog) -> None:
    dialog.choose("exportWhat", "stages")
    dialog.choose("exportLast", 5)
    assert (dialog.itself.spec().first, dialog.itself.spec().last) == (5, 5)
    dialog.choose("exportFirst", 8)
    assert (dialog.itself.spec().first, dialog.itself.spec().last) == (8, 8)


def test_proposed_path_follows_the_choices(dialog: Dialog) -> None:
    path = dialog.find(QLineEdit, "exportPath")
    assert path.text() == "/pictures/Hi.png"
    dialog.choose("exportWhat", "stages")
    assert path.text() == "/pictures/Hi stages"
    path.setText("/tmp/x.y")
    dialog.choose("exportWhat", "animation")
    assert path.text() == "/tmp/x.y.gif"
    dialog.choose("exportFormat", "webp")
    assert path.text() == "/tmp/x.y.webp"
    path.setText("/tmp/z.APNG")  # a suffix chooses the format as well
    assert dialog.find(ChoiceBox, "exportFormat").value == "apng"
    path.setText("/tmp/x.y.csv")
    assert dialog.find(ChoiceBox, "exportFormat").value == "apng"
    dialog.choose("exportWhat", "frames")
    assert path.text() == "/tmp/x.y"
    path.setText("  ")
    assert not dialog.find(QPushButton, "exportButton").isEnabled()
    assert dialog.message == "Choose where to save the export."


def previewed(dialog: Dialog, qtbot: QtBot, other_than: QImage | None = None) -> QImage:
    """Return the picture of the preview, as soon as it differs from `other_than`."""
    picture = dialog.find(PreviewImage, "exportPicture")
    qtbot.waitUntil(lambda: picture.image is not None and picture.image != other_than)
    return existing(picture.image)


def test_preview_follows_choices_slider_and_playback(dialog: Dialog, qtbot: QtBot) -> None:
    first = previewed(dialog, qtbot)
    dialog.choose("exportTheme", "dark")
    dark = previewed(dialog, qtbot, first)
    dialog.choose("exportWhat", "stages")
    slider = dialog.find(QSlider, "exportSlider")
    assert slider.maximum() == 2
    assert dialog.find(QLabel, "exportPlaceWords").text() == "19_real_nvp"
    slider.setValue(0)
    assert dialog.find(QLabel, "exportPlaceWords").text() == "17_batch_normalization"
    batch = previewed(dialog, qtbot, dark)
    dialog.find(QToolButton, "exportPlay").click()
    qtbot.waitUntil(lambda: slider.value() == 2)
    dialog.find(QToolButton, "exportPlay").click()
    previewed(dialog, qtbot, batch)


def is_filled(picture: PreviewImage, size: int) -> bool:
    """Return whether a picture of about a size in bytes is shown."""
    return picture.image is not None and abs(picture.image.sizeInBytes() / size - 1) < 0.01


def test_preview_fills_its_room_and_is_sharp(dialog: Dialog, qtbot: QtBot) -> None:
    picture = dialog.find(PreviewImage, "exportPicture")
    for name, side in (("exportWidth", 1080), ("exportHeight", 720)):
        dialog.find(QSpinBox, name).setValue(side)
    for width, height in ((1000, 700), (1900, 1100)):
        dialog.itself.resize(width, height)
        room = picture.size() * picture.devicePixelRatioF()
        largest = min(room.width() / 1080, room.height() / 720)
        qtbot.waitUntil(partial(is_filled, picture, 4 * round(1080 * largest) * round(720 * largest)))


def test_small_picture_is_enlarged_at_most_twice(dialog: Dialog) -> None:
    picture = dialog.find(PreviewImage, "exportPicture")
    dialog.itself.resize(1900, 1100)
    assert picture.fitted_size(PictureSize(width=120, height=80)) == PictureSize(width=240, height=160)


def test_slider_is_shown_for_several_pictures_only(dialog: Dialog) -> None:
    dialog.choose("exportWhat", "trace")
    dialog.find(QSpinBox, "exportParticles").setValue(50_000)  # exported in parts, with one preview
    assert not dialog.is_shown("exportSlider")
    dialog.choose("exportWhat", "frames")
    assert dialog.is_shown("exportSlider")


def test_impossible_size_is_explained_in_the_preview(dialog: Dialog, qtbot: QtBot) -> None:
    dialog.choose("exportWhat", "sheet")
    dialog.choose("exportFirst", 0)
    dialog.find(QSpinBox, "exportWidth").setValue(64)
    dialog.find(QSpinBox, "exportHeight").setValue(64)
    problem = dialog.find(QLabel, "exportProblem")
    qtbot.waitUntil(lambda: problem.isVisible() and "do not fit" in problem.text())


def test_picture_from_before_a_problem_does_not_return(dialog: Dialog, qtbot: QtBot) -> None:
    previewed(dialog, qtbot)
    picture = dialog.find(PreviewImage, "exportPicture")
    dialog.choose("exportWhat", "code")
    dialog.choose("exportWhat", "view")
    assert picture.image is None


def focusable(dialog: Dialog) -> list[QWidget]:
    """Return the widgets that the Tab key reaches, in order."""
    reached, widget = [], dialog.find(ChoiceBox, "exportWhat")
    following: QWidget | None = widget
    while following is not None:
        if following.focusPolicy() & Qt.FocusPolicy.TabFocus and following.isVisible() and following.isEnabled():
            reached.append(following)
        following = following.nextInFocusChain()
        if following is widget:
            break
    return reached


@pytest.mark.parametrize("what", ["view", "animation", "trace", "losses"])
def test_controls_have_names_and_a_tab_order(dialog: Dialog, what: What) -> None:
    dialog.choose("exportWhat", what)
    reached = focusable(dialog)
    assert all(widget.accessibleName() for widget in reached if not widget.objectName().startswith("qt_"))
    names = [widget.objectName() for widget in reached]
    inside = [name for name in names if name in {each for controls in CONTROLS.values() for each in controls}]
    places = [
        dialog.find(QWidget, name).mapTo(dialog.itself, dialog.find(QWidget, name).rect().topLeft()) for name in inside
    ]
    assert [place.y() // 12 for place in places] == sorted(place.y() // 12 for place in places)
    assert names.index("exportPath") < names.index("exportButton") < names.index("exportLeave")


@pytest.mark.parametrize("what", ["view", "animation", "stages", "sheet", "losses"])
def test_mnemonics_are_unique(dialog: Dialog, what: What) -> None:
    dialog.choose("exportWhat", what)
    texts = [
        str(widget.property("text"))
        for kind in (QLabel, QCheckBox, QPushButton)
        for widget in dialog.itself.findChildren(kind)
        if widget.isVisible()
    ]
    letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
    assert sorted(letters) == sorted(set(letters))


def test_dialog_fits_on_a_small_screen(dialog: Dialog) -> None:
    dialog.choose("exportWhat", "animation")
    dialog.itself.resize(1024, 700)
    assert (dialog.itself.width(), dialog.itself.height()) == (1024, 700)
    dialog.itself.resize(700, 480)
    assert dialog.itself.width() <= 800
    assert dialog.itself.height() <= 600


def test_labels_and_tooltips_describe_the_fields(dialog: Dialog) -> None:
    dialog.choose("exportWhat", "animation")
    labels = {str(label.text()).replace("&", "") for label in dialog.itself.findChildren(QLabel)}
    labels |= {box.accessibleName() for box in dialog.itself.findChildren(QCheckBox)}
    fields = fields_of(ExportSpec)
    for name, controls in CONTROLS.items():
        assert fields[name].title in labels
        if name not in {"size", "marks", "background"}:  # several controls; and one that says why it is disabled
            assert dialog.find(QWidget, controls[0]).toolTip() == fields[name].description
