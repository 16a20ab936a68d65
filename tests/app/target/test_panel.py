"""Every source of a target, in a window that contains only the target panel."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice_list import NoticeBar
from flowviz.app.state.pages import Kind, MixContents
from flowviz.app.state.request import RequestState
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.target.panel import TargetPanel
from flowviz.specs import ImageSpec, MixSpec, Part, ShapeName, ShapeSpec, TargetSpec, TextSpec
from flowviz.specs.target import MOST_PARTS
from flowviz.targets import installed_faces, points_spec, read_image
from tests.app.conftest import Window
from tests.app.target.panel_window import panel_window
from tests.app.test_main_window import pixels

__all__ = ["panel_window"]

SLOW_MS = 20_000  # for a machine that is busy


class Sourced:
    """A window with a target panel, and the user who works with it."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        (self.panel,) = window.main.findChildren(TargetPanel)

    @property
    def built(self) -> BuiltTarget | None:
        return self.window.main.target_builder.built

    @property
    def problem(self) -> str:
        label = self.window.find(QLabel, "targetProblem")
        return label.text() if label.isVisible() else ""

    @property
    def file_problem(self) -> str:
        bars = self.panel.findChildren(NoticeBar)
        return bars[0].notice.text if bars else ""

    def turn_to(self, kind: str) -> None:
        self.qtbot.mouseClick(self.window.find(QToolButton, f"{kind}Source"), Qt.MouseButton.LeftButton)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=SLOW_MS)

    def wait_for_other(self, built: BuiltTarget | None) -> BuiltTarget:
        """Wait until another target has been built, and return it."""
        self.wait(lambda: self.built is not None and self.built is not built)
        assert self.built is not None
        return self.built

    def wait_for_spec(self, spec: TargetSpec) -> None:
        """Wait until the target of a spec has been built."""
        self.wait(lambda: self.built is not None and self.built.spec == spec)

    def drop(self, media: QMimeData, on: QWidget | None = None) -> None:
        """Send the events of a drag that ends with a drop on a widget."""
        widget = on or self.window.main
        position, copy = QPointF(widget.rect().center()), Qt.DropAction.CopyAction
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(position.toPoint(), copy, media, left, none)
        QApplication.sendEvent(widget, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(widget, QDropEvent(position, copy, media, left, none))


@pytest.fixture
def sourced(panel_window: Window, qtbot: QtBot) -> Sourced:
    return Sourced(panel_window, qtbot)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Return the path of a picture that is white on the left and black on the right."""
    path = tmp_path / "ramp.png"
    shades = np.tile(np.linspace(255, 0, 100, dtype=np.uint8), (40, 1))
    assert QImage(shades.tobytes(), 100, 40, 100, QImage.Format.Format_Grayscale8).save(str(path))
    return path


def media_of(*paths: Path) -> QMimeData:
    media = QMimeData()
    media.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return media


def test_only_the_page_of_the_chosen_kind_is_visible(sourced: Sourced) -> None:
    for kind in ("image", "shape", "drawing", "points", "mix", "text"):
        sourced.turn_to(kind)
        for other in ("image", "shape", "drawing", "points", "mix", "text"):
            assert sourced.window.find(QWidget, f"{other}Page").isVisible() == (other == kind)


def test_counter_shows_the_length_limit_and_a_longer_text_is_a_problem(sourced: Sourced) -> None:
    text, count = sourced.window.find(QPlainTextEdit, "targetText"), sourced.window.find(QLabel, "characterCount")
    text.setPlainText("x" * 200)
    assert count.text() == "200 / 200"
    assert sourced.built is not None
    text.setPlainText("x" * 201)
    assert "201 characters" in sourced.problem
    assert sourced.built is None


def test_font_weight_and_alignment_change_the_target(sourced: Sourced) -> None:
    sourced.window.find(QPlainTextEdit, "targetText").setPlainText("I\nWW")
    sourced.qtbot.mouseClick(sourced.window.find(QToolButton, "fontOptionsButton"), Qt.MouseButton.LeftButton)
    fonts = sourced.window.find(QComboBox, "targetFont")
    assert fonts.isVisible()
    assert fonts.itemText(0) == "Built-in"
    sourced.wait(lambda: fonts.count() == len(installed_faces()) + 1)
    seen = [pixels(sourced.window.find(QWidget, "targetPreview")).tobytes()]
    for change in (
        lambda: fonts.setCurrentIndex(fonts.count() - 1),
        lambda: sourced.window.find(QSlider, "targetWeight").setValue(20),
        lambda: sourced.window.find(QComboBox, "targetAlign").setCurrentIndex(0),
    ):
        change()
        seen.append(pixels(sourced.window.find(QWidget, "targetPreview")).tobytes())
    assert len(set(seen)) == 4
    assert sourced.built is not None
    assert isinstance(sourced.built.spec, TextSpec)
    assert (sourced.built.spec.font, sourced.built.spec.align) == (installed_faces()[-1].name, "left")
    assert sourced.built.spec.weight == pytest.approx(0.1)


def test_plain_text_is_built_at_once_and_rare_characters_in_the_background(sourced: Sourced) -> None:
    installed_faces.cache_clear()
    text = sourced.window.find(QPlainTextEdit, "targetText")
    text.setPlainText("ab")
    assert sourced.built is not None, "the built-in font has these characters"
    text.setPlainText("a♥b")
    assert sourced.built is None
    assert not installed_faces.cache_info().currsize
    sourced.wait(lambda: sourced.built is not None)


def test_borrowed_characters_are_noted_and_missing_ones_are_named(sourced: Sourced) -> None:
    text, note = sourced.window.find(QPlainTextEdit, "targetText"), sourced.window.find(QLabel, "targetNote")
    text.setPlainText("a♥b")
    sourced.wait(lambda: sourced.built is not None)  # the fonts may have to be read first
    assert note.isVisible()
    assert "♥ from " in note.text()
    text.setPlainText("a\U0003f000b")  # an unassigned code point
    sourced.wait(lambda: "U+3F000" in sourced.problem)
    assert not note.isVisible()
    text.setPlainText("ab")
    assert not note.isVisible()


def test_each_control_of_the_image_page_changes_which_pixels_are_ink(
    sourced: Sourced, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sourced.turn_to("image")
    assert "Open a picture" in sourced.problem
    assert sourced.built is None
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(picture), ""))
    sourced.qtbot.mouseClick(sourced.window.find(QPushButton, "openImageButton"), Qt.MouseButton.LeftButton)
    first = sourced.wait_for_other(None)
    assert (first.picture[:, :40] == 0).all()
    assert (first.picture[:, 60:] == 255).all()
    sourced.window.find(QSlider, "imageThreshold").setValue(90)
    narrower = sourced.wait_for_other(first)
    assert (narrower.picture > 0).sum() < 0.3 * (first.picture > 0).sum()
    sourced.window.find(QCheckBox, "imageInvert").click()
    inverted = sourced.wait_for_other(narrower)
    assert inverted.picture[0, 0] > 0 == inverted.picture[0, -1]
    sourced.window.find(QCheckBox, "imageGrayscale").click()
    gray = sourced.wait_for_other(inverted)
    assert len(np.unique(gray.picture)) > 50


def test_bad_file_posts_a_notice_and_the_good_picture_stays(sourced: Sourced, picture: Path, tmp_path: Path) -> None:
    sourced.drop(media_of(picture))
    good = sourced.wait_for_other(sourced.built)
    (tmp_path / "text.png").write_text("no picture")
    for bad in (tmp_path / "text.png", tmp_path / "missing.png", tmp_path):
        sourced.panel.notices.withdraw("source")
        sourced.drop(media_of(bad))
        sourced.wait(lambda: sourced.file_problem.endswith("."))
        assert sourced.built is good
    sourced.drop(media_of(picture))
    sourced.wait(lambda: not sourced.file_problem)


def test_bad_file_does_not_turn_the_page(sourced: Sourced, tmp_path: Path) -> None:
    good = sourced.built
    (tmp_path / "bad.csv").write_text("a,b\nno,number\n1,2\n")
    for name in ("bad.csv", "bad.npy", "bad.png"):
        sourced.panel.notices.withdraw("source")
        sourced.drop(media_of(tmp_path / name))
        sourced.wait(lambda: sourced.file_problem.endswith("."))
        assert sourced.built is good
        assert sourced.window.find(QWidget, "textPage").isVisible()


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_blank_picture_does_not_replace_a_good_target(sourced: Sourced, tmp_path: Path, shade: int) -> None:
    good = sourced.built
    path = tmp_path / "blank.png"
    QImage(bytes([shade]) * 4000, 100, 40, 100, QImage.Format.Format_Grayscale8).save(str(path))
    sourced.drop(media_of(path))
    sourced.wait(lambda: sourced.file_problem.endswith("."))
    assert sourced.built is good
    assert sourced.window.find(QWidget, "textPage").isVisible()


def test_previous_target_is_not_built_while_the_next_one_is_pending(sourced: Sourced) -> None:
    sourced.turn_to("shape")
    assert sourced.built is None or sourced.built.spec.kind == "shape"
    sourced.wait_for_other(None)


def test_threshold_without_ink_is_a_problem_that_says_how_to_fix_it(sourced: Sourced, tmp_path: Path) -> None:
    path = tmp_path / "pale.png"
    shades = np.tile(np.linspace(255, 200, 100, dtype=np.uint8), (40, 1))
    QImage(shades.tobytes(), 100, 40, 100, QImage.Format.Format_Grayscale8).save(str(path))
    sourced.drop(media_of(path))
    sourced.wait(lambda: "Lower the threshold" in sourced.problem)
    assert sourced.built is None
    sourced.window.find(QSlider, "imageThreshold").setValue(10)
    sourced.wait(lambda: sourced.built is not None and not sourced.problem)


def test_picture_file_and_text_can_be_pasted(sourced: Sourced, picture: Path) -> None:
    importer, clipboard = sourced.window.main.target_importer, QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setImage(QImage(str(picture)))
    text = sourced.window.find(QPlainTextEdit, "targetText")
    text.setFocus()
    sourced.qtbot.keyClick(text, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    pasted = sourced.wait_for_other(sourced.built)
    assert isinstance(pasted.spec, ImageSpec)
    assert pasted.title == "pasted picture"
    clipboard.setMimeData(media_of(picture))
    importer.paste()
    assert sourced.wait_for_other(pasted).title == "ramp.png"
    clipboard.setText("word")
    importer.paste()
    assert sourced.built is not None
    assert sourced.built.spec == TextSpec(text="word")
    clipboard.clear()
    importer.paste()
    assert "clipboard" in sourced.file_problem


def test_opening_the_same_picture_again_withdraws_the_notice_about_a_bad_one(
    sourced: Sourced, picture: Path, tmp_path: Path
) -> None:
    sourced.drop(media_of(picture))
    good = sourced.wait_for_other(sourced.built)
    sourced.panel.image.file_chosen.emit(str(tmp_path / "missing.png"))
    sourced.wait(lambda: bool(sourced.file_problem))
    sourced.panel.image.file_chosen.emit(str(picture))
    sourced.wait(lambda: not sourced.file_problem)
    assert sourced.built is good


@pytest.mark.parametrize("name", ["cloudView", "targetText", "lossPlot"])
def test_file_can_be_dropped_anywhere_on_the_window(window: Window, qtbot: QtBot, picture: Path, name: str) -> None:
    sourced = Sourced(window, qtbot)
    before = sourced.built
    widget: QWidget | None = window.find(QWidget, name)
    while widget is not None and not widget.acceptDrops():  # Qt passes a drop on to the first parent that accepts it
        widget = widget.parentWidget()
    sourced.drop(media_of(picture), widget)
    assert isinstance(sourced.wait_for_other(before).spec, ImageSpec)


class Focused:
    """A target panel above another widget, to which Qt moves the focus if the one that has it is hidden."""

    def __init__(self, qtbot: QtBot) -> None:
        self.request, self.window = RequestState(), QWidget()
        qtbot.addWidget(self.window)
        self.panel, self.flow_box = TargetPanel(self.request), QComboBox()
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.panel)
        layout.addWidget(self.flow_box)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)


@pytest.mark.parametrize(("old", "new"), [("shape", "text"), ("mix", "text"), ("drawing", "image"), ("text", "mix")])
def test_focus_stays_in_the_panel_when_the_page_changes(qtbot: QtBot, old: Kind, new: Kind) -> None:
    focused = Focused(qtbot)
    focused.request.turn_to(old)
    focused.window.findChild(QWidget, f"{old}Page").setFocus()
    focused.request.turn_to(new)
    page = focused.window.findChild(QWidget, f"{new}Page")
    assert page.isAncestorOf(QApplication.focusWidget())


def test_focus_stays_in_the_panel_when_the_page_turns_to_a_full_mix(qtbot: QtBot) -> None:
    focused = Focused(qtbot)
    focused.request.set_page(MixContents((Part(source=ShapeSpec(name="star")),) * MOST_PARTS))
    focused.panel.text.setFocus()
    focused.request.turn_to("mix")
    assert focused.panel.isAncestorOf(QApplication.focusWidget())


def test_focus_outside_the_panel_stays_there_when_the_page_changes(qtbot: QtBot) -> None:
    focused = Focused(qtbot)
    focused.flow_box.setFocus()
    focused.request.turn_to("shape")
    assert focused.flow_box.hasFocus()


def test_every_shape_has_an_icon_and_unknown_entropy_is_noted(sourced: Sourced) -> None:
    sourced.turn_to("shape")
    box, note = sourced.window.find(QComboBox, "targetShape"), sourced.window.find(QLabel, "targetNote")
    sourced.wait(lambda: all(not box.itemIcon(index).isNull() for index in range(box.count())))
    assert box.count() == 16
    before = sourced.built
    known_by_name: dict[ShapeName, bool] = {"star": True, "two_moons": False, "gaussian": True}
    for name, known in known_by_name.items():
        box.setCurrentIndex(box.findData(name))
        sourced.wait_for_spec(ShapeSpec(name=name))
        assert sourced.built is not None
        assert (sourced.built.target.entropy is not None) == known
        assert ("best possible loss is unknown" in note.text()) == (not known)
    assert sourced.built is not before


def test_mix_combines_what_is_set_up_on_other_pages(sourced: Sourced) -> None:
    sourced.turn_to("mix")
    assert "at least two sources" in sourced.problem
    add = sourced.window.find(QToolButton, "mixAddButton")
    menu = add.menu()
    assert isinstance(menu, QMenu)
    for title in ("Text: BRAD", "Shape: two moons"):
        menu.aboutToShow.emit()
        (action,) = [action for action in menu.actions() if action.text() == title]
        assert isinstance(action, QAction)
        action.trigger()
    beside = sourced.wait_for_other(None)
    assert isinstance(beside.spec, MixSpec)
    assert beside.title == "BRAD + two moons"
    weight, *_ = sourced.window.main.findChildren(QSlider, "partWeight")
    weight.setValue(100)
    heavier = sourced.wait_for_other(beside)
    assert isinstance(heavier.spec, MixSpec)
    assert heavier.spec.parts[0].weight == 2 * heavier.spec.parts[1].weight
    sourced.window.find(QComboBox, "mixLayout").setCurrentIndex(1)
    over = sourced.wait_for_other(heavier)
    assert isinstance(over.spec, MixSpec)
    assert over.spec.layout == "over"
    remove, *_ = sourced.window.main.findChildren(QToolButton, "partRemove")
    remove.click()
    assert "at least two sources" in sourced.problem
    assert sourced.built is None


def test_requested_spec_of_any_kind_is_built_unchanged(sourced: Sourced, picture: Path) -> None:
    points = points_spec(np.random.default_rng(0).normal(size=(100, 2)), "cloud")
    image = ImageSpec(**{**read_image(picture).model_dump(), "threshold": 0.25, "invert": True})
    text = TextSpec(text="A\nBC", weight=0.05, align="right")
    mix = MixSpec(parts=(Part(source=text, weight=2), Part(source=ShapeSpec(name="star"))), layout="over")
    for spec in (image, points, ShapeSpec(name="heart"), text):
        sourced.window.main.request.show_target(spec)
        sourced.wait_for_spec(spec)
    sourced.window.main.request.show_target(mix)
    sourced.wait(lambda: sourced.built is not None and sourced.built.spec.kind == "mix")
    assert sourced.built is not None
    assert isinstance(sourced.built.spec, MixSpec)
    assert [part.source for part in sourced.built.spec.parts] == [part.source for part in mix.parts]
    assert sourced.built.spec.parts[0].weight == 2 * sourced.built.spec.parts[1].weight
