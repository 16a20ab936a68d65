"""Every source of a target, in the real window."""

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
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice_list import NoticeBar
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.target.panel import TargetPanel
from flowviz.specs import ImageSpec, MixSpec, Part, ShapeName, ShapeSpec, TargetSpec, TextSpec
from flowviz.targets import installed_faces, points_spec, read_image
from tests.app.conftest import Window
from tests.app.test_main_window import choose, pixels

SLOW_MS = 20_000  # where others use the machine


class Sourced:
    """The window, and what its target panel makes of what is done to it."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        (self.panel,) = window.main.findChildren(TargetPanel)

    @property
    def goal(self) -> BuiltTarget | None:
        return self.window.main.target_builder.built

    @property
    def problem(self) -> str:
        label = self.window.find(QLabel, "targetProblem")
        return label.text() if label.isVisible() else ""

    @property
    def file_problem(self) -> str:
        bars = self.panel.findChildren(NoticeBar)
        return bars[0].notice.text if bars else ""

    @property
    def can_train(self) -> bool:
        return self.window.find(QPushButton, "trainButton").isEnabled()

    def turn_to(self, kind: str) -> None:
        self.qtbot.mouseClick(self.window.find(QToolButton, f"{kind}Source"), Qt.MouseButton.LeftButton)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=SLOW_MS)

    def wait_for_other(self, goal: BuiltTarget | None) -> BuiltTarget:
        """The next good goal."""
        self.wait(lambda: self.goal is not None and self.goal is not goal)
        assert self.goal is not None
        return self.goal

    def wait_for_spec(self, spec: TargetSpec) -> None:
        """Until that is the goal."""
        self.wait(lambda: self.goal is not None and self.goal.spec == spec)

    def drop(self, media: QMimeData, on: QWidget | None = None) -> None:
        """What the system sends when something is dragged over a widget and let go there."""
        widget = on or self.window.main
        place, copy = QPointF(widget.rect().center()), Qt.DropAction.CopyAction
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        entering = QDragEnterEvent(place.toPoint(), copy, media, left, none)
        QApplication.sendEvent(widget, entering)
        assert entering.isAccepted()
        QApplication.sendEvent(widget, QDropEvent(place, copy, media, left, none))


@pytest.fixture
def sourced(window: Window, qtbot: QtBot) -> Sourced:
    return Sourced(window, qtbot)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """From white on the left to black on the right."""
    path = tmp_path / "ramp.png"
    shades = np.tile(np.linspace(255, 0, 100, dtype=np.uint8), (40, 1))
    assert QImage(shades.tobytes(), 100, 40, 100, QImage.Format.Format_Grayscale8).save(str(path))
    return path


def media_of(*paths: Path) -> QMimeData:
    media = QMimeData()
    media.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return media


def test_each_kind_has_its_page_and_only_that_is_seen(sourced: Sourced) -> None:
    for kind in ("image", "shape", "drawing", "points", "mix", "text"):
        sourced.turn_to(kind)
        for other in ("image", "shape", "drawing", "points", "mix", "text"):
            assert sourced.window.find(QWidget, f"{other}Page").isVisible() == (other == kind)


def test_the_counter_says_how_many_characters_there_may_be(sourced: Sourced) -> None:
    text, count = sourced.window.find(QPlainTextEdit, "targetText"), sourced.window.find(QLabel, "characterCount")
    text.setPlainText("x" * 200)
    assert count.text() == "200 / 200"
    assert sourced.can_train
    text.setPlainText("x" * 201)
    assert "201 characters" in sourced.problem
    assert not sourced.can_train


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
    assert sourced.goal is not None
    assert isinstance(sourced.goal.spec, TextSpec)
    assert (sourced.goal.spec.font, sourced.goal.spec.align) == (installed_faces()[-1].name, "left")
    assert sourced.goal.spec.weight == pytest.approx(0.1)


def test_typing_waits_for_no_font(sourced: Sourced) -> None:
    installed_faces.cache_clear()
    text = sourced.window.find(QPlainTextEdit, "targetText")
    text.setPlainText("ab")
    assert sourced.goal is not None  # at once: the built-in font has them
    text.setPlainText("a♥b")
    assert sourced.goal is None
    assert not installed_faces.cache_info().currsize
    sourced.wait(lambda: sourced.goal is not None)


def test_it_says_which_characters_come_from_another_font_and_names_those_that_none_has(sourced: Sourced) -> None:
    text, note = sourced.window.find(QPlainTextEdit, "targetText"), sourced.window.find(QLabel, "targetNote")
    text.setPlainText("a♥b")
    sourced.wait(lambda: sourced.goal is not None)  # the fonts may have to be read first
    assert note.isVisible()
    assert "♥ from " in note.text()
    text.setPlainText("a\U0003f000b")  # not assigned to anything
    sourced.wait(lambda: "U+3F000" in sourced.problem)
    assert not note.isVisible()
    text.setPlainText("ab")
    assert not note.isVisible()


def test_a_picture_is_opened_and_every_control_changes_what_is_ink(
    sourced: Sourced, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sourced.turn_to("image")
    assert "Open a picture" in sourced.problem
    assert not sourced.can_train
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(picture), ""))
    sourced.qtbot.mouseClick(sourced.window.find(QPushButton, "openImageButton"), Qt.MouseButton.LeftButton)
    first = sourced.wait_for_other(None)
    assert sourced.can_train
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


def test_a_bad_file_says_so_beside_its_button_and_the_good_picture_stays(
    sourced: Sourced, picture: Path, tmp_path: Path
) -> None:
    sourced.drop(media_of(picture))
    good = sourced.wait_for_other(sourced.goal)
    (tmp_path / "text.png").write_text("no picture")
    for bad in (tmp_path / "text.png", tmp_path / "missing.png", tmp_path):
        sourced.panel.notices.withdraw("source")
        sourced.drop(media_of(bad))
        sourced.wait(lambda: sourced.file_problem.endswith("."))
        assert sourced.goal is good
        assert sourced.can_train
    sourced.drop(media_of(picture))
    sourced.wait(lambda: not sourced.file_problem)


def test_a_bad_file_does_not_turn_the_page(sourced: Sourced, tmp_path: Path) -> None:
    good = sourced.goal
    (tmp_path / "bad.csv").write_text("a,b\nno,number\n1,2\n")
    for name in ("bad.csv", "bad.npy", "bad.png"):
        sourced.panel.notices.withdraw("source")
        sourced.drop(media_of(tmp_path / name))
        sourced.wait(lambda: sourced.file_problem.endswith("."))
        assert sourced.goal is good
        assert sourced.window.find(QWidget, "textPage").isVisible()


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_does_not_take_the_place_of_a_good_target(sourced: Sourced, tmp_path: Path, shade: int) -> None:
    good = sourced.goal
    path = tmp_path / "blank.png"
    QImage(bytes([shade]) * 4000, 100, 40, 100, QImage.Format.Format_Grayscale8).save(str(path))
    sourced.drop(media_of(path))
    sourced.wait(lambda: sourced.file_problem.endswith("."))
    assert sourced.goal is good
    assert sourced.can_train
    assert sourced.window.find(QWidget, "textPage").isVisible()


def test_nothing_is_trained_on_what_was_chosen_before(sourced: Sourced) -> None:
    sourced.turn_to("shape")
    goal = sourced.goal
    assert goal is None or goal.spec.kind == "shape"
    sourced.wait(lambda: sourced.goal is not None and sourced.can_train)


def test_a_threshold_without_ink_says_so(sourced: Sourced, tmp_path: Path) -> None:
    path = tmp_path / "pale.png"
    shades = np.tile(np.linspace(255, 200, 100, dtype=np.uint8), (40, 1))
    QImage(shades.tobytes(), 100, 40, 100, QImage.Format.Format_Grayscale8).save(str(path))
    sourced.drop(media_of(path))
    sourced.wait(lambda: "Lower the threshold" in sourced.problem)
    assert not sourced.can_train
    sourced.window.find(QSlider, "imageThreshold").setValue(10)
    sourced.wait(lambda: sourced.can_train and not sourced.problem)


def test_pictures_files_and_texts_can_be_pasted(sourced: Sourced, picture: Path) -> None:
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setImage(QImage(str(picture)))
    text = sourced.window.find(QPlainTextEdit, "targetText")
    text.setFocus()
    sourced.qtbot.keyClick(text, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    pasted = sourced.wait_for_other(sourced.goal)
    assert isinstance(pasted.spec, ImageSpec)
    assert pasted.title == "pasted picture"
    clipboard.setMimeData(media_of(picture))
    choose(sourced.window, "Paste")
    copied = sourced.wait_for_other(pasted)
    assert copied.title == "ramp.png"
    clipboard.setText("word")
    choose(sourced.window, "Paste")
    assert sourced.goal is not None
    assert sourced.goal.spec == TextSpec(text="word")
    clipboard.clear()
    choose(sourced.window, "Paste")
    assert "clipboard" in sourced.file_problem


@pytest.mark.parametrize("name", ["cloudView", "targetText", "lossPlot"])
def test_a_file_can_be_dropped_wherever_the_window_is(sourced: Sourced, picture: Path, name: str) -> None:
    before = sourced.goal
    widget: QWidget | None = sourced.window.find(QWidget, name)
    while widget is not None and not widget.acceptDrops():  # as Qt looks for who takes it
        widget = widget.parentWidget()
    sourced.drop(media_of(picture), widget)
    assert isinstance(sourced.wait_for_other(before).spec, ImageSpec)


def test_every_shape_has_a_picture_and_says_where_the_entropy_is_unknown(sourced: Sourced) -> None:
    sourced.turn_to("shape")
    box, note = sourced.window.find(QComboBox, "targetShape"), sourced.window.find(QLabel, "targetNote")
    sourced.wait(lambda: all(not box.itemIcon(index).isNull() for index in range(box.count())))
    assert box.count() == 16
    goal = sourced.goal
    known_by_name: dict[ShapeName, bool] = {"star": True, "two_moons": False, "gaussian": True}
    for name, known in known_by_name.items():
        box.setCurrentIndex(box.findData(name))
        sourced.wait_for_spec(ShapeSpec(name=name))
        assert sourced.goal is not None
        assert (sourced.goal.target.entropy is not None) == known
        assert ("best possible loss is unknown" in note.text()) == (not known)
    assert sourced.goal is not goal


def test_a_mix_is_made_of_what_stands_on_the_other_pages(sourced: Sourced) -> None:
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
    assert not sourced.can_train


def test_every_kind_of_spec_can_be_shown(sourced: Sourced, picture: Path) -> None:
    points = points_spec(np.random.default_rng(0).normal(size=(100, 2)), "cloud")
    image = ImageSpec(**{**read_image(picture).model_dump(), "threshold": 0.25, "invert": True})
    text = TextSpec(text="A\nBC", weight=0.05, align="right")
    mix = MixSpec(parts=(Part(source=text, weight=2), Part(source=ShapeSpec(name="star"))), layout="over")
    for spec in (image, points, ShapeSpec(name="heart"), text):
        sourced.window.main.request.show_target(spec)
        sourced.wait_for_spec(spec)
    sourced.window.main.request.show_target(mix)
    sourced.wait(lambda: sourced.goal is not None and sourced.goal.spec.kind == "mix")
    assert sourced.goal is not None
    assert isinstance(sourced.goal.spec, MixSpec)
    assert [part.source for part in sourced.goal.spec.parts] == [part.source for part in mix.parts]
    assert sourced.goal.spec.parts[0].weight == 2 * sourced.goal.spec.parts[1].weight
