"""Axes of small plots."""

import pytest
from PyQt6.QtGui import QFontMetrics, QPainter, QPicture
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flowviz.app.style.fonts import window_font
from flowviz.app.widgets.plot import Plot
from tests.app.conftest import show

HEIGHT = 60  # pixels, at a text size of 100%


def shown_plot(qtbot: QtBot, percent: int, up: tuple[float, float]) -> Plot:
    plot = Plot()
    qtbot.addWidget(plot)
    plot.set_appearance(window_font(percent), "light")
    plot.item.setLabel("bottom", "step")
    plot.resize(330, HEIGHT * percent // 100)
    show(plot, qtbot)
    plot.item.setYRange(*up, padding=0)
    plot.item.setXRange(0, 60_000, padding=0)
    QApplication.processEvents()
    return plot


@pytest.mark.parametrize("percent", [100, 150])
@pytest.mark.parametrize("up", [(1.08, 1.31), (0.4, 3.2), (-2.0, 7.0), (0.97, 0.99), (0.0, 1.0), (-0.6, 0.65)])
def test_low_plot_has_two_or_three_ticks(qtbot: QtBot, up: tuple[float, float], percent: int) -> None:
    plot = shown_plot(qtbot, percent, up)
    axis = plot._axes["left"]
    size = plot.item.getViewBox().height()
    spacing, ticks = axis.tickValues(*up, size)[0]
    texts = axis.tickStrings(ticks, 1.0, spacing)
    assert 2 <= len(texts) <= 3
    assert len(set(texts)) == len(texts)


def test_large_numbers_have_separators(qtbot: QtBot) -> None:
    axis = shown_plot(qtbot, 100, (0.0, 1.0))._axes["bottom"]
    assert axis.tickStrings([0.0, 5000.0, 20_000.0], 1.0, 5000.0) == ["0", "5,000", "20,000"]
    assert axis.tickStrings([0.5, 1.0], 1.0, 0.5) == ["0.5", "1.0"]


def test_label_that_is_set_later_is_below_the_numbers(qtbot: QtBot) -> None:
    plot = Plot()
    qtbot.addWidget(plot)
    plot.set_appearance(window_font(100), "light")
    plot.resize(330, 4 * HEIGHT)
    show(plot, qtbot)
    plot.item.setLabel("bottom", "horizontal x")
    QApplication.processEvents()
    assert plot._axes["bottom"].height() >= 2 * QFontMetrics(window_font(100)).height()


def test_axis_is_as_wide_as_its_numbers_after_the_text_was_larger(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, 100, (0.4, 3.2))
    plot.resize(330, 4 * HEIGHT)
    axis, widths = plot._axes["left"], list[float]()
    for percent in (100, 150, 100):
        plot.set_appearance(window_font(percent), "light")
        plot.grab()
        QApplication.processEvents()
        widths.append(axis.width())
    assert widths[0] == widths[2] < widths[1]


def test_last_tick_has_a_label(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, 100, (0.0, 1.0))
    plot.item.setXRange(-3000, 63_000, padding=0)
    plot.grab()
    painter = QPainter(picture := QPicture())
    _, _, texts = plot._axes["bottom"].generateDrawSpecs(painter)
    painter.end()
    assert [text for _, _, text in texts][-1] == "60,000"
    right = plot._axes["bottom"].mapRectToScene(texts[-1][0]).right()
    assert right <= plot.width()
    assert not picture.isNull()
