"""Every source of a target, in a window that contains only the target panel."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

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
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.target.panel import TargetPanel
from flowviz.specs import ImageSpec, MixSpec, Part, ShapeName, ShapeSpec, TargetSpec, TextSpec
from flowviz.specs.target import MAX_PARTS
from flowviz.targets import installed_faces, points_spec, read_image
from tests.app.conftest import Window
from tests.app.target.panel_window import panel_window
from tests.app.test_main_window import pixels

__all__ = ["panel_window"]


class TargetUser:
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
    def invitation(self) -> str:
        zone = self.window.find(QToolButton, "targetDropZone")
        return zone.text() if zone.isVisible() else ""

    @property
    def file_problem(self) -> str:
        bars = self.panel.findChildren(NoticeBar)
        return bars[0].notice.text if bars else ""

    def turn_to(self, kind: str) -> None:
        self.qtbot.mouseClick(self.window.find(QToolButton, f"{kind}Source"), Qt.MouseButton.LeftButton)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

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
def user(panel_window: Window, qtbot: QtBot) -> TargetUser:
    return TargetUser(panel_window, qtbot)


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


def test_only_the_page_of_the_chosen_kind_is_visible(user: TargetUser) -> None:
    result = user.window.find(QWidget, "targetPreview").parentWidget()
    assert result is not None
    for kind in ("", "image", "shape", "drawing", "points", "mix", "text"):
        if kind:  # at first, the text is chosen
            user.turn_to(kind)
        for other in ("image", "shape", "drawing", "points", "mix", "text"):
            assert user.window.find(QWidget, f"{other}Page").isVisible() == (other == (kind or "text"))
        assert result.isVisible() == (kind != "drawing"), "the canvas itself shows the drawing"


def test_counter_shows_the_length_limit_and_a_longer_text_is_a_problem(user: TargetUser) -> None:
    text, count = (
        user.window.find(QPlainTextEdit, "targetText"),
        user.window.find(QLabel, "characterCount"),
    )
    text.setPlainText("x" * 200)
    assert count.text() == "200 / 200"
    assert user.built is not None
    text.setPlainText("x" * 201)
    assert "201 characters" in user.problem
    assert user.built is None


def test_font_weight_and_alignment_change_the_target(user: TargetUser) -> None:
    user.window.find(QPlainTextEdit, "targetText").setPlainText("I\nWW")
    user.qtbot.mouseClick(user.window.find(QToolButton, "fontOptionsButton"), Qt.MouseButton.LeftButton)
    fonts = user.window.find(QComboBox, "targetFont")
    assert fonts.isVisible()
    assert fonts.itemText(0) == "Built-in"
    user.wait(lambda: fonts.count() == len(installed_faces()) + 1)
    seen = [pixels(user.window.find(QWidget, "targetPreview")).tobytes()]
    for change in (
        lambda: fonts.setCurrentIndex(fonts.count() - 1),
        lambda: user.window.find(QSlider, "targetWeight").setValue(20),
        lambda: user.window.find(QComboBox, "targetAlign").setCurrentIndex(0),
    ):
        change()
        seen.append(pixels(user.window.find(QWidget, "targetPreview")).tobytes())
    assert len(set(seen)) == 4
    assert user.built is not None
    assert isinstance(user.built.spec, TextSpec)
    assert (user.built.spec.font, user.built.spec.align) == (installed_faces()[-1].name, "left")
    assert user.built.spec.weight == pytest.approx(0.1)


def test_plain_text_is_built_at_once_and_rare_characters_in_the_background(user: TargetUser) -> None:
    installed_faces.cache_clear()
    text = user.window.find(QPlainTextEdit, "targetText")
    text.setPlainText("ab")
    assert user.built is not None, "the built-in font has these characters"
    text.setPlainText("a♥b")
    assert user.built is None
    assert not installed_faces.cache_info().currsize
    user.wait(lambda: user.built is not None)


def test_borrowed_characters_are_noted_and_missing_ones_are_named(user: TargetUser) -> None:
    text, note = (
        user.window.find(QPlainTextEdit, "targetText"),
        user.window.find(QLabel, "targetNote"),
    )
    text.setPlainText("a♥b")
    user.wait(lambda: user.built is not None)  # the fonts may have to be read first
    assert note.isVisible()
    assert "♥ from " in note.text()
    text.setPlainText("a\U0003f000b")  # an unassigned code point
    user.wait(lambda: "U+3F000" in user.problem)
    assert not note.isVisible()
    text.setPlainText("ab")
    assert not note.isVisible()


def test_each_control_of_the_image_page_changes_which_pixels_are_ink(
    user: TargetUser, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.turn_to("image")
    assert "Drop a picture" in user.invitation
    assert not user.problem
    assert user.built is None
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(picture), ""))
    user.qtbot.mouseClick(user.window.find(QPushButton, "openImageButton"), Qt.MouseButton.LeftButton)
    first = user.wait_for_other(None)
    assert (first.picture[:, :40] == 0).all()
    assert (first.picture[:, 60:] == 255).all()
    user.window.find(QSlider, "imageThreshold").setValue(90)
    narrower = user.wait_for_other(first)
    assert (narrower.picture > 0).sum() < 0.3 * (first.picture > 0).sum()
    user.window.find(QCheckBox, "imageInvert").click()
    inverted = user.wait_for_other(narrower)
    assert inverted.picture[0, 0] > 0 == inverted.picture[0, -1]
    user.window.find(QCheckBox, "imageGrayscale").click()
    gray = user.wait_for_other(inverted)
    assert len(np.unique(gray.picture)) > 50


def test_bad_file_posts_a_notice_and_the_good_picture_stays(user: TargetUser, picture: Path, tmp_path: Path) -> None:
    user.drop(media_of(picture))
    good = user.wait_for_other(user.built)
    (tmp_path / "text.png").write_text("no picture")
    for bad in (tmp_path / "text.png", tmp_path / "missing.png", tmp_path):
        user.panel.notices.withdraw("source")
        user.drop(media_of(bad))
        user.wait(lambda: user.file_problem.endswith("."))
        assert user.built is good
    user.drop(media_of(picture))
    user.wait(lambda: not user.file_problem)


def test_bad_file_does_not_turn_the_page(user: TargetUser, tmp_path: Path) -> None:
    good = user.built
    (tmp_path / "bad.csv").write_text("a,b\nno,number\n1,2\n")
    for name in ("bad.csv", "bad.npy", "bad.png"):
        user.panel.notices.withdraw("source")
        user.drop(media_of(tmp_path / name))
        user.wait(lambda: user.file_problem.endswith("."))
        assert user.built is good
        assert user.window.find(QWidget, "textPage").isVisible()


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_blank_picture_does_not_replace_a_good_target(user: TargetUser, tmp_path: Path, shade: int) -> None:
    good = user.built
    path = tmp_path / "blank.png"
    QImage(bytes([shade]) * 4000, 100, 40, 100, QImage.Format.Format_Grayscale8).save(str(path))
    user.drop(media_of(path))
    user.wait(lambda: user.file_problem.endswith("."))
    assert user.built is good
    assert user.window.find(QWidget, "textPage").isVisible()


def test_previous_target_is_not_built_while_the_next_one_is_pending(user: TargetUser) -> None:
    user.turn_to("shape")
    assert user.built is None or user.built.spec.kind == "shape"
    user.wait_for_other(None)


def test_threshold_without_ink_is_a_problem_that_says_how_to_fix_it(user: TargetUser, tmp_path: Path) -> None:
    path = tmp_path / "pale.png"
    shades = np.tile(np.linspace(255, 200, 100, dtype=np.uint8), (40, 1))
    QImage(shades.tobytes(), 100, 40, 100, QImage.Format.Format_Grayscale8).save(str(path))
    user.drop(media_of(path))
    user.wait(lambda: "Lower the threshold" in user.problem)
    assert user.built is None
    user.window.find(QSlider, "imageThreshold").setValue(10)
    user.wait(lambda: user.built is not None and not user.problem)


def test_picture_file_and_text_can_be_pasted(user: TargetUser, picture: Path) -> None:
    importer, clipboard = user.window.main.target_importer, QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setImage(QImage(str(picture)))
    text = user.window.find(QPlainTextEdit, "targetText")
    text.setFocus()
    user.qtbot.keyClick(text, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    pasted = user.wait_for_other(user.built)
    assert isinstance(pasted.spec, ImageSpec)
    assert pasted.title == "pasted picture"
    clipboard.setMimeData(media_of(picture))
    importer.paste()
    assert user.wait_for_other(pasted).title == "ramp.png"
    clipboard.setText("word")
    importer.paste()
    assert user.built is not None
    assert user.built.spec == TextSpec(text="word")
    clipboard.clear()
    importer.paste()
    assert "clipboard" in user.file_problem


def test_opening_the_same_picture_again_withdraws_the_notice_about_a_bad_one(
    user: TargetUser, picture: Path, tmp_path: Path
) -> None:
    user.drop(media_of(picture))
    good = user.wait_for_other(user.built)
    user.window.main.target_importer.read_picture(tmp_path / "missing.png")
    user.wait(lambda: bool(user.file_problem))
    user.window.main.target_importer.read_picture(picture)
    user.wait(lambda: not user.file_problem)
    assert user.built is good


def test_file_can_be_dropped_anywhere_on_the_window(window: Window, qtbot: QtBot, picture: Path) -> None:
    user = TargetUser(window, qtbot)
    for name in ("cloudView", "targetText", "lossPlot"):
        window.main.request.show_text(name)
        before = user.built
        widget: QWidget | None = window.find(QWidget, name)
        while widget is not None and not widget.acceptDrops():  # Qt passes a drop on to the first that accepts it
            widget = widget.parentWidget()
        user.drop(media_of(picture), widget)
        assert isinstance(user.wait_for_other(before).spec, ImageSpec)


class Focused:
    """A target panel above another widget, to which Qt moves the focus if the one that has it is hidden."""

    def __init__(self, qtbot: QtBot) -> None:
        self.request, self.window = RequestState(Request()), QWidget()
        qtbot.addWidget(self.window)
        self.panel, self.flow_box = TargetPanel(self.request, Mock(), Mock()), QComboBox()
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
    focused.request.set_page(MixContents((Part(source=ShapeSpec(name="star")),) * MAX_PARTS))
    focused.panel.text.setFocus()
    focused.request.turn_to("mix")
    assert focused.panel.isAncestorOf(QApplication.focusWidget())


def test_focus_outside_the_panel_stays_there_when_the_page_changes(qtbot: QtBot) -> None:
    focused = Focused(qtbot)
    focused.flow_box.setFocus()
    focused.request.turn_to("shape")
    assert focused.flow_box.hasFocus()


def test_every_shape_has_an_icon_and_a_known_entropy(user: TargetUser) -> None:
    user.turn_to("shape")
    box, note = user.window.find(QComboBox, "targetShape"), user.window.find(QLabel, "targetNote")
    user.wait(lambda: all(not box.itemIcon(index).isNull() for index in range(box.count())))
    assert box.count() == 16
    before = user.built
    names: tuple[ShapeName, ...] = ("star", "two_moons", "gaussian")
    for name in names:
        box.setCurrentIndex(box.findData(name))
        user.wait_for_spec(ShapeSpec(name=name))
        assert user.built is not None
        assert user.built.target.entropy is not None
        assert "best possible loss of this target is unknown" not in note.text()
    assert user.built is not before


def test_mix_combines_what_is_set_up_on_other_pages(user: TargetUser) -> None:
    user.turn_to("mix")
    assert "at least two" in user.invitation
    add = user.window.find(QToolButton, "mixAddButton")
    menu = add.menu()
    assert isinstance(menu, QMenu)
    for title in ("Text: BRAD", "Shape: two moons"):
        menu.aboutToShow.emit()
        (action,) = [action for action in menu.actions() if action.text() == title]
        assert isinstance(action, QAction)
        action.trigger()
    beside = user.wait_for_other(None)
    assert isinstance(beside.spec, MixSpec)
    assert beside.title == "BRAD + two moons"
    weight, *_ = user.window.main.findChildren(QSlider, "partWeight")
    weight.setValue(100)
    heavier = user.wait_for_other(beside)
    assert isinstance(heavier.spec, MixSpec)
    assert heavier.spec.parts[0].weight == 2 * heavier.spec.parts[1].weight
    user.window.find(QComboBox, "mixLayout").setCurrentIndex(1)
    over = user.wait_for_other(heavier)
    assert isinstance(over.spec, MixSpec)
    assert over.spec.layout == "over"
    remove, *_ = user.window.main.findChildren(QToolButton, "partRemove")
    remove.click()
    assert "at least two" in user.invitation
    assert user.built is None


def test_requested_spec_of_any_kind_is_built_unchanged(user: TargetUser, picture: Path) -> None:
    points = points_spec(np.random.default_rng(0).normal(size=(100, 2)), "cloud")
    image = ImageSpec(**{**read_image(picture).model_dump(), "threshold": 0.25, "invert": True})
    text = TextSpec(text="A\nBC", weight=0.05, align="right")
    mix = MixSpec(parts=(Part(source=text, weight=2), Part(source=ShapeSpec(name="star"))), layout="over")
    for spec in (image, points, ShapeSpec(name="heart"), text):
        user.window.main.request.show_target(spec)
        user.wait_for_spec(spec)
    user.window.main.request.show_target(mix)
    user.wait(lambda: user.built is not None and user.built.spec.kind == "mix")
    assert user.built is not None
    assert isinstance(user.built.spec, MixSpec)
    assert [part.source for part in user.built.spec.parts] == [part.source for part in mix.parts]
    assert user.built.spec.parts[0].weight == 2 * user.built.spec.parts[1].weight


@pytest.mark.parametrize(("kind", "asked"), [("image", "Open Image"), ("points", "Open Points")])
def test_drop_zone_of_an_empty_page_opens_a_file(
    user: TargetUser, monkeypatch: pytest.MonkeyPatch, kind: str, asked: str
) -> None:
    titles: list[str] = []

    def cancel(_: QWidget, title: str, *_others: object) -> tuple[str, str]:
        titles.append(title)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", cancel)
    user.turn_to(kind)
    assert user.invitation.startswith("Drop a ")
    user.qtbot.mouseClick(user.window.find(QToolButton, "targetDropZone"), Qt.MouseButton.LeftButton)
    assert titles == [asked]
    user.turn_to("text")
    assert not user.invitation
