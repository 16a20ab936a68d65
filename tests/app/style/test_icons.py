"""Icons in both themes."""

import numpy as np
import pytest
from PyQt6.QtCore import QRect, QSize
from PyQt6.QtGui import QAction, QIcon, QImage, QPixmap
from PyQt6.QtWidgets import (
    QAbstractButton,
    QPushButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from flowviz.app.style.icons import GLYPHS, icon
from flowviz.app.widgets.labels import SIGN_SIDE, WarningLabel
from tests.app.conftest import Window

SIDE = 32


def choose(window: Window, title: str) -> None:
    (action,) = [action for action in window.main.findChildren(QAction) if action.text().replace("&", "") == title]
    action.trigger()


def drawn(picture: QPixmap) -> np.ndarray:
    """Return RGBA pixels of shape (height, width, 4)."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    bits = image.constBits()
    assert bits is not None
    return np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(image.height(), image.width(), 4)


def ink(name: str, mode: QIcon.Mode = QIcon.Mode.Normal) -> float:
    """Return the lightness of the glyph of an icon, 0 to 255."""
    pixels = drawn(icon(name).pixmap(QSize(SIDE, SIDE), mode))
    return float(pixels[pixels[..., 3] == 255][:, :3].mean())


@pytest.mark.usefixtures("qapp")
def test_different_glyphs_give_different_icons() -> None:
    pictures = {name: drawn(icon(name).pixmap(SIDE, SIDE)).tobytes() for name in GLYPHS}
    assert all(any(picture) for picture in pictures.values())
    assert len(set(pictures.values())) == len(set(GLYPHS.values()))


def test_icons_follow_the_theme_and_fade_when_disabled(window: Window) -> None:
    choose(window, "Dark")
    assert ink("play") > ink("play", QIcon.Mode.Disabled) > 60
    choose(window, "Light")
    assert ink("play") < ink("play", QIcon.Mode.Disabled) < 200


def test_button_without_a_text_has_an_icon_a_name_and_a_tooltip(window: Window) -> None:
    for button in window.main.findChildren(QAbstractButton):
        name = button.objectName()
        if name and not name.startswith("qt_") and not button.text():
            assert not button.icon().isNull(), button.objectName()
            assert button.accessibleName(), button.objectName()
            assert button.toolTip(), button.objectName()


def test_frequent_commands_have_an_icon(window: Window) -> None:
    for name in ("train", "pause", "stop"):
        assert not window.find(QPushButton, f"{name}Button").icon().isNull()
    assert not window.find(QToolButton, "playButton").icon().isNull()
    for name in ("new", "open", "save", "export", "gallery", "shortcuts"):
        assert not window.find(QAction, f"{name}Action").icon().isNull(), name


@pytest.fixture(autouse=True)
def own_font() -> Iterator[None]:
    """Larger words stay in their test."""
    font = QApplication.font()
    yield
    if QApplication.font() != font:
        QApplication.setFont(font)


def remembered() -> Appearance:
    """What the next start of the program finds."""
    return Appearance()


def brightness(widget: QWidget) -> float:
    return float(np.median(drawn(widget.grab())[..., :3]))


def test_the_switch_turns_light_into_dark_and_the_next_start_remembers_it(window: Window, qtbot: QtBot) -> None:
    switch = window.find(QToolButton, "themeButton")
    choose(window, "Light")
    assert switch.accessibleName() == "Switch to the dark theme"
    switch.click()
    assert brightness(window.main) < 100
    assert switch.accessibleName() == "Switch to the light theme"
    assert remembered().chosen_theme == "dark"
    switch.click()
    assert brightness(window.main) > 155
    assert remembered().chosen_theme == "light"
    choose(window, "As the System")
    assert remembered().chosen_theme is None


@pytest.mark.parametrize("damaged", ["", "mauve", "150 %", b"\x00", ["dark"]])
def test_damaged_settings_are_as_none(damaged: object) -> None:
    for key in ("theme", "textSize", "reduceMotion"):
        settings().setValue(f"appearance/{key}", damaged)
    found = remembered()
    assert (found.chosen_theme, found.text_size, found.is_motion_reduced) == (None, 100, False)


OPENED: dict[type[QWidget], Callable[[Window], object]] = {
    GalleryDialog: lambda window: window.main.show_gallery(),
    ExportDialog: lambda window: window.main.export(),
    ShortcutSheet: lambda window: window.main.show_shortcuts(),
    CommandPalette: lambda window: window.main.find_command(),
}


def test_dialogs_and_tooltips_follow_the_theme_at_once(window: Window, qtbot: QtBot) -> None:
    for opened in OPENED.values():
        opened(window)
    box = ask(window.main, "anyBox", "Is it well?", "More.", Answer("&Yes", CANCEL))
    dialogs = [box, *(dialog for kind in OPENED for dialog in window.main.findChildren(kind))]
    assert len(dialogs) == 5
    for theme, bright in {"Dark": False, "Light": True}.items():
        choose(window, theme)
        for dialog in dialogs:
            assert (brightness(dialog) > 128) == bright, f"{type(dialog).__name__} in {theme}"
        tip = QToolTip.palette()
        assert (tip.color(QPalette.ColorRole.ToolTipBase).lightness() > 128) == bright
    for dialog in dialogs:
        dialog.close()


def test_larger_words_are_remembered(window: Window) -> None:
    label = window.find(QLabel, "statusLabel")
    before = label.fontInfo().pointSizeF()
    choose(window, "Very Large")
    assert label.fontInfo().pointSizeF() == pytest.approx(1.5 * before, rel=0.05)
    assert remembered().text_size == 150
    choose(window, "Normal")
    assert label.fontInfo().pointSizeF() == before


def test_with_less_motion_the_cloud_is_never_between_two_stages(window: Window, qtbot: QtBot) -> None:
    cloud, scrubber = window.find(CloudView, "cloudView"), window.find(QSlider, "layerScrubber")
    choose(window, "Reduce Motion")
    assert remembered().is_motion_reduced
    seen: list[float] = []
    window.main.viewer.playhead.moved.connect(seen.append)
    scrubber.setValue(16)
    assert cloud.stage == 16, "at once"
    seen.clear()
    window.find(QToolButton, "playButton").click()
    qtbot.waitUntil(lambda: cloud.stage == 19, timeout=5000)
    assert seen == [17, 18, 19], "from stage to stage"
    choose(window, "Reduce Motion")
    scrubber.setValue(17)
    qtbot.waitUntil(lambda: cloud.stage == 17)
    assert any(stage % 1 for stage in seen), "it glides again"


def test_with_less_motion_the_bar_stands_still_while_it_prepares(qtbot: QtBot) -> None:
    controls = TrainingControls()
    qtbot.addWidget(controls)
    bar = controls.findChild(QProgressBar)
    assert bar is not None
    controls.set_state(TrainingState.PREPARING)
    assert bar.maximum() == 0
    controls.reduce_motion(True)
    assert bar.maximum() > 0


def test_a_ring_surrounds_what_has_the_focus(window: Window, qtbot: QtBot) -> None:
    slider = window.find(QSlider, "layerScrubber")
    slider.setFocus()
    ring = window.main.findChild(FocusRing)
    assert ring is not None
    assert ring.isVisible()
    assert ring.geometry() == QRect(slider.mapTo(window.main, QPoint()), slider.size())
    window.main.resize(window.main.width() - 40, window.main.height() - 30)
    qtbot.waitUntil(lambda: ring.geometry() == QRect(slider.mapTo(window.main, QPoint()), slider.size()))


def test_the_ring_lets_go_of_what_is_about_to_be_deleted(window: Window, qtbot: QtBot) -> None:
    rings, gone = FocusRings(window.main), QLineEdit(window.main)
    gone.show()
    rings.watch(None, gone)
    rings.watch(gone, None)  # another program has the focus now
    gone.deleteLater()
    qtbot.wait(10)
    window.main.resize(1100, 750)
    qtbot.wait(10)
    assert gone not in [ring.widget() for ring in window.main.findChildren(FocusRing)]


def lightness(color: QColor) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3])
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: QColor, other: QColor) -> float:
    darker, lighter = sorted((lightness(one), lightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


Role, Group = QPalette.ColorRole, QPalette.ColorGroup
WRITTEN = {
    Role.Window: [Role.WindowText, Role.Link, Role.LinkVisited],
    Role.Base: [Role.Text, Role.PlaceholderText, Role.Link],
    Role.AlternateBase: [Role.Text],
    Role.Button: [Role.ButtonText],
    Role.Highlight: [Role.HighlightedText],
    Role.ToolTipBase: [Role.ToolTipText],
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_ground(theme: Theme) -> None:
    for colors in (palette(theme), menu_palette(theme)):
        for ground, roles in WRITTEN.items():
            for role in roles:
                for group in (Group.Active, Group.Inactive):
                    pair = colors.color(group, role), colors.color(group, ground)
                    assert contrast(*pair) >= 4.5, f"{role} on {ground}"
        for ground, role in {Role.Window: Role.WindowText, Role.Base: Role.Text, Role.Button: Role.ButtonText}.items():
            assert contrast(colors.color(Group.Disabled, role), colors.color(Group.Disabled, ground)) >= 3
    window, plot = QColor(*WINDOW[theme]), background(theme)
    assert contrast(QColor(*WARNING[theme]), window) >= 4.5
    assert contrast(palette(theme).color(Role.ButtonText), QColor(*CHOSEN[theme])) >= 4.5
    for plate in (NOTICE[theme], PANEL_TITLE[theme]):
        assert contrast(ink_color(theme), QColor(*plate)) >= 4.5
    for words in (SURROUNDINGS[theme].label, SURROUNDINGS[theme].title):
        assert contrast(QColor(*words), plot) >= 4.5, "in pictures and plots"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_and_rings_stand_out_from_their_ground(theme: Theme) -> None:
    for line in (*CURVES[theme].values(), *CURVE_COLORS[theme], FOCUS[theme]):
        assert contrast(QColor(*line), background(theme)) >= 3
    for ground in (WINDOW[theme], BUTTON[theme]):
        assert contrast(QColor(*FOCUS[theme]), QColor(*ground)) >= 3


def test_curves_differ_in_their_dashes_too(qtbot: QtBot) -> None:
    assert len(DASHES) == len(set(DASHES)) == len(CURVE_COLORS["light"])
    plot = LossPlot()
    qtbot.addWidget(plot)
    lines = plot._train.opts["pen"], plot._heldout.opts["pen"], plot._entropy.opts["pen"]
    assert len({pen.style() for pen in lines}) == 3


def test_a_warning_has_a_sign(qtbot: QtBot) -> None:
    label = WarningLabel("anyProblem", "Anything")
    qtbot.addWidget(label)
    label.setText("Something is wrong.")
    label.resize(300, 40)
    sign = label.grab(QRect(0, 0, SIGN_SIDE, 40))
    assert np.ptp(drawn(sign)[..., :3]) > 100
    label.set_warns(False)
    assert label.contentsMargins().left() == 0
