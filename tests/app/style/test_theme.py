"""Contrasts of both themes, by the measures of WCAG 2.2, and the classes in the style sheet."""

import re
from pathlib import Path

import pytest
from PyQt6 import QtWidgets
from PyQt6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

import flowviz.app
from flowviz.app.editing.curve_plot import CURVE_COLORS, DASHES
from flowviz.app.style.theme import (
    COLORS,
    ON_HIGHLIGHT,
    background,
    menu_palette,
    palette,
    style_sheet,
)
from flowviz.app.style.theme import ink as ink_color
from flowviz.app.training.loss_plot import LossPlot
from flowviz.rendering.colors import CURVES, SURROUNDINGS
from flowviz.specs.view import Theme


def lightness(color: QColor) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3])
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: QColor, other: QColor) -> float:
    darker, lighter = sorted((lightness(one), lightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


Role, Group = QPalette.ColorRole, QPalette.ColorGroup


TEXT_ROLES = {
    Role.Window: [Role.WindowText, Role.Link, Role.LinkVisited],
    Role.Base: [Role.Text, Role.PlaceholderText, Role.Link],
    Role.AlternateBase: [Role.Text],
    Role.Button: [Role.ButtonText],
    Role.Highlight: [Role.HighlightedText],
    Role.ToolTipBase: [Role.ToolTipText],
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_contrasts_with_its_background(theme: Theme) -> None:
    for colors in (palette(theme), menu_palette(theme)):
        for ground, roles in TEXT_ROLES.items():
            for role in roles:
                for group in (Group.Active, Group.Inactive):
                    pair = colors.color(group, role), colors.color(group, ground)
                    assert contrast(*pair) >= 4.5, f"{role} on {ground}"
        for ground, role in {Role.Window: Role.WindowText, Role.Base: Role.Text, Role.Button: Role.ButtonText}.items():
            assert contrast(colors.color(Group.Disabled, role), colors.color(Group.Disabled, ground)) >= 3
    window, plot = QColor(*COLORS["window"][theme]), background(theme)
    assert contrast(QColor(*COLORS["warning"][theme]), window) >= 4.5
    assert contrast(palette(theme).color(Role.ButtonText), QColor(*COLORS["chosen"][theme])) >= 4.5
    for plate in (COLORS["notice"][theme], COLORS["hover"][theme], COLORS["chosen"][theme]):
        assert contrast(ink_color(theme), QColor(*plate)) >= 4.5
    checked, hovered = (QColor(*COLORS[name][theme]) for name in ("highlight", "highlight_hover"))
    assert contrast(QColor(*ON_HIGHLIGHT), checked) >= 4.5, "text and icons of what is checked"
    assert contrast(QColor(*ON_HIGHLIGHT), hovered) >= 4.5, "text of a primary button below the pointer"
    assert contrast(hovered, checked) >= 1.25, "the pointer makes a visible difference"
    for words in (SURROUNDINGS[theme].label, SURROUNDINGS[theme].title):
        assert contrast(QColor(*words), plot) >= 4.5, "text in pictures and plots"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_curves_and_focus_rings_contrast_with_their_background(theme: Theme) -> None:
    for line in (*CURVES[theme].values(), *CURVE_COLORS[theme], COLORS["focus"][theme]):
        assert contrast(QColor(*line), background(theme)) >= 3
    for ground in (COLORS["window"][theme], COLORS["button"][theme]):
        assert contrast(QColor(*COLORS["focus"][theme]), QColor(*ground)) >= 3
        assert contrast(QColor(*COLORS["highlight"][theme]), QColor(*ground)) >= 3, "a fill shows what is checked"
    for field in (background(theme), QColor(*COLORS["window"][theme])):
        assert contrast(QColor(*COLORS["edge"][theme]), field) >= 3, "an outline shows where something can be entered"


def test_curves_differ_in_their_dashes_and_not_only_in_color(qtbot: QtBot) -> None:
    assert len(DASHES) == len(set(DASHES)) == len(CURVE_COLORS["light"])
    plot = LossPlot()
    qtbot.addWidget(plot)
    graph = plot.graph.content()
    lines = graph._train.opts["pen"], graph._validation.opts["pen"], graph._entropy.opts["pen"]
    assert len({pen.style() for pen in lines}) == 3


@pytest.mark.usefixtures("qapp")
def test_the_style_sheet_names_only_classes_that_exist() -> None:
    selectors = re.sub(r"\{.*?\}|\[.*?\]|#\w+", "", style_sheet("light"), flags=re.DOTALL)
    modules = Path(flowviz.app.__path__[0]).rglob("*.py")
    own = {name for module in modules for name in re.findall(r"^class (\w+)", module.read_text("utf-8"), re.MULTILINE)}
    assert {name for name in re.findall(r"\b[A-Z]\w+", selectors) if not hasattr(QtWidgets, name)} <= own
