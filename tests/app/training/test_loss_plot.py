"""The loss plot, and the legibility of plots of any size and text size."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyqtgraph as pg
import pytest
from PyQt6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QFontMetrics, QPainter, QPicture
from PyQt6.QtWidgets import QApplication, QDockWidget, QLabel, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.editing.curve_plot import CurvePlot
from flowviz.app.training.change_lines import LEFT_OF_LINE, RIGHT_OF_LINE, Label, fitted_labels
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.loss_range import loss_range, shown_range
from flowviz.app.training.metrics import Metrics
from flowviz.app.training.training_metrics import TrainingMetrics
from flowviz.projects import example
from flowviz.records import FLOW_UNITS, Adjusted, History, Progress, Recovered, Retargeted, Settings, StageReport
from flowviz.records.report import Curve
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs.view import Theme
from tests.app.conftest import Window, settle

SIZES = 100, 150
X = np.linspace(-4, 4, 50, dtype=np.float32)
REPORT = StageReport(1, "coupling", ("y = x",), {}, (Curve("shift t", X, np.float32(0.001) * np.sin(X)),), "x₁")


@pytest.fixture(autouse=True)
def own_font(qapp: QApplication) -> Iterator[None]:
    """Restore the font of the application after a test."""
    font = QApplication.font()
    yield
    QApplication.setFont(font)


def tick_labels(plot: pg.PlotWidget, side: str) -> list[QRectF]:
    """Return the rectangles of the tick labels of an axis, each as high as its digits."""
    axis, picture = plot.getAxis(side), QPicture()
    painter = QPainter(picture)
    _, _, texts = axis.generateDrawSpecs(painter)
    line = painter.fontMetrics().capHeight()
    painter.end()
    rects = [axis.mapRectToScene(rect) for rect, _, _ in texts]
    return [rect.adjusted(0, (rect.height() - line) / 2, 0, (line - rect.height()) / 2) for rect in rects]


def axis_label(plot: pg.PlotWidget) -> QRectF:
    """Return the rectangle of the label of the bottom axis, without its margin."""
    label = plot.getAxis("bottom").label
    margin = label.document().documentMargin()
    return QRectF(label.mapRectToScene(label.boundingRect().adjusted(margin, margin, -margin, -margin)))


def is_legible(plot: pg.PlotWidget) -> bool:
    """Return whether all texts are completely visible and do not overlap."""
    left, bottom = tick_labels(plot, "left"), tick_labels(plot, "bottom")
    label = [axis_label(plot)] if plot.getAxis("bottom").label.isVisible() else []  # a low plot has none
    texts = [*left, *bottom, *label]
    viewport = QRectF(plot.viewport().rect()).adjusted(-1, -1, 1, 1)
    overlaps = [(a & b).height() > 1 for i, a in enumerate(texts) for b in texts[:i]]
    return len(left) > 1 and len(bottom) > 1 and all(map(viewport.contains, texts)) and not any(overlaps)


def plot_in(widget: QWidget) -> pg.PlotWidget:
    (plot,) = widget.findChildren(pg.PlotWidget)
    return plot


@pytest.mark.parametrize("size", SIZES)
def test_loss_plot_is_legible(window: Window, qtbot: QtBot, size: int) -> None:
    losses = window.find(LossPlot, "lossPlot")
    window.main.appearance.choose_text_size(size)
    for name in ("brad", "two_moons"):
        window.main.session.show_project(example(name).project())
        for width, height in ((1280, 1000), (1024, 700)):
            window.main.resize(width, height)
            qtbot.waitUntil(lambda: is_legible(plot_in(losses)))
    legend = window.find(QLabel, "lossLegend")
    assert "NLL (nats)" in legend.text()
    assert legend.height() >= legend.heightForWidth(legend.width())
    dock = window.find(QDockWidget, "lossDock")
    window.main.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.main.resizeDocks([dock], [220], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: is_legible(plot_in(losses)))
    assert legend.height() >= legend.heightForWidth(legend.width())


def test_kept_state_is_marked(losses: LossPlot) -> None:
    steps = np.array([1000.0, 2000.0, 3000.0])
    history = History(steps, steps / 100, steps / 1000, np.array([1.5, 1.25, 1.75]))
    losses.show_history(replace(history, kept_step=2000), 1.0)
    [point] = losses.graph.content()._kept.points()
    assert (point.pos().x(), point.pos().y()) == (2000, 1.25)
    losses.show_history(history, 1.0)
    assert not len(losses.graph.content()._kept.points())


def test_marker_follows_the_timeline_and_its_loss_is_shown(losses: LossPlot, qtbot: QtBot) -> None:
    project, table = example("brad").project(), Metrics()
    qtbot.addWidget(table)
    metrics, graph = TrainingMetrics(losses, table), losses.graph.content()
    metrics.show_history(project.history, 0.6, FLOW_UNITS)
    assert not graph._moment.isVisible(), "the latest moment needs no mark"
    usual = graph._range
    first, *_, latest = project.timeline.moments
    assert (first.step, project.history.step[0]) == (0, 0)
    metrics.show_moment(first, is_latest=False)
    assert (graph._moment.isVisible(), graph._moment.value()) == (True, 0)
    assert usual[1] < 2 < graph._range[1] == project.history.validation_nll[0]
    metrics.show_moment(latest, is_latest=True)
    assert not graph._moment.isVisible()
    assert graph._range == usual


def test_losses_are_drawn_again_only_for_a_marker_that_changes_their_range(
    losses: LossPlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, graph, drawn = example("brad").project().history, losses.graph.content(), list[object]()
    losses.show_history(history, 0.6)
    monkeypatch.setattr(graph, "show_losses", lambda *_: drawn.append(_))
    last = int(history.step[-1])
    for step in (None, last, last, last - 1, None):
        losses.show_moment(step)
        assert graph._moment.isVisible() is (step is not None)
    assert drawn == []
    losses.show_moment(0)
    assert len(drawn) == 1


def test_text_of_the_curve_plot_grows_with_the_text_size(window: Window, qtbot: QtBot) -> None:
    curves = window.find(CurvePlot, "curvePlot")
    window.main.viewer._widgets.inspector.show_report(REPORT)
    window.main.resize(1280, 800)
    dock = window.find(QDockWidget, "inspectorDock")
    window.main.resizeDocks([dock], [300], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: dock.width() == 300)
    heights = []
    for size in SIZES:
        window.main.appearance.choose_text_size(size)
        qtbot.waitUntil(lambda: is_legible(plot_in(curves)))
        heights.append(axis_label(plot_in(curves)).height())
    assert heights[1] > 1.3 * heights[0]


def test_single_loss_is_a_dot_and_the_axis_starts_at_step_0(losses: LossPlot) -> None:
    one = np.array([2000.0])
    losses.show_history(History(one, one / 100, np.array([1.5]), np.array([1.6])), 1.2)
    plot = plot_in(losses)
    (lowest, highest), _ = plot.getViewBox().viewRange()
    assert -200 <= lowest <= 0 < 2000 <= highest < 2500
    curves = losses.graph.content()._train, losses.graph.content()._validation
    assert [curve.opts["symbol"] for curve in curves] == ["o", "o"]
    many = np.array([1000.0, 2000.0])
    losses.show_history(History(many, many, many, many), 1.2)
    assert [curve.opts["symbol"] for curve in curves] == [None, None]


def test_legend_does_not_cover_the_plot(losses: LossPlot) -> None:
    legend = losses.findChild(QLabel, "lossLegend")
    assert legend is not None
    plot = plot_in(losses)
    assert not legend.geometry().intersects(QRect(plot.mapTo(losses, QPoint()), plot.size()))


def history_of_targets(*losses: float, titles: tuple[str, ...] = ("cat", "dog", "owl")) -> History:
    """Return the history of a training with ten reports per target, each 0.1 nats above the best possible loss."""
    count = 10 * len(losses)
    steps = np.linspace(100.0, 100.0 * count, count)
    nll = np.repeat(losses, 10)
    changes = tuple(Retargeted(1000 * number, title) for number, title in enumerate(titles[: len(losses) - 1], 1))
    return History(steps, steps / 100, nll, nll, changes, nll - 0.1)


@pytest.fixture
def losses(qtbot: QtBot) -> LossPlot:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 250)
    plot.graph.content()
    plot.show()
    return plot


def test_best_possible_line_has_one_segment_per_target(losses: LossPlot) -> None:
    losses.show_history(history_of_targets(2.0, 1.0), 0.9)
    steps, entropies = losses.graph.content()._entropy.getData()
    assert entropies.tolist() == [1.9, 1.9, 0.9, 0.9]
    assert steps[0] <= 0
    assert steps[1] == steps[2] == 1000
    assert steps[3] >= 2000


def test_best_possible_line_is_absent_where_the_entropy_is_unknown(losses: LossPlot) -> None:
    known = history_of_targets(2.0, 1.0)
    losses.show_history(replace(known, entropy=np.full(20, np.nan)), None)
    assert losses.graph.content()._entropy.getData() == (None, None)
    losses.show_history(replace(known, entropy=np.full(20, np.nan)), 0.9)
    steps, entropies = losses.graph.content()._entropy.getData()
    assert (steps[0], *entropies) == (1000, 0.9, 0.9)


@pytest.mark.parametrize("size", [(400, 250), (250, 200)])
def test_label_of_a_target_is_above_all_curves(losses: LossPlot, qtbot: QtBot, size: tuple[int, int]) -> None:
    losses.show_history(history_of_targets(2.0, 1.0), 0.9)
    losses.resize(*size)
    view, (line,) = losses.graph.content().item.getViewBox(), losses.graph.content()._targets._lines

    def is_above() -> bool:
        label = view.mapFromScene(line.label.sceneBoundingRect()).boundingRect()
        return bool(label.bottom() <= view.mapFromViewToItem(view, QPointF(0, 2.0)).y())

    qtbot.waitUntil(is_above)


def test_label_of_the_latest_target_is_inside_the_plot(losses: LossPlot) -> None:
    plot = losses.graph.content().item.getViewBox().sceneBoundingRect()
    history = history_of_targets(2.0).with_event(Retargeted(1000, "a long title"))
    losses.show_history(history, 0.9)
    (line,) = losses.graph.content()._targets._lines
    assert line.label.sceneBoundingRect().right() <= plot.right()
    losses.show_history(history.with_event(Progress(3000, 30.0, 0.5, 1.0, 1.0, 0.9, 100.0, 1.0)), 0.9)
    assert line.label.sceneBoundingRect().left() >= line.sceneBoundingRect().center().x() - 1, "there is room again"


def test_word_that_is_typed_letter_by_letter_has_one_mark(losses: LossPlot) -> None:
    history = history_of_targets(2.0)
    for step, word in ((1000, "c"), (1030, "ca"), (1060, "cat")):
        history = history.with_event(Retargeted(step, word))
        losses.show_history(history, 0.9)
        (line,) = losses.graph.content()._targets._lines
        assert (line.value(), line.label.format) == (step, word)


SLOWER = Adjusted(1000, Settings(2e-3, 1.0, 256), Settings(1e-4, 1.0, 256))


@pytest.mark.parametrize("size", [(400, 250), (250, 200)])
def test_label_of_a_change_of_settings_is_below_all_curves(
    losses: LossPlot, qtbot: QtBot, size: tuple[int, int]
) -> None:
    losses.show_history(replace(history_of_targets(2.0, 1.0), adjustments=(SLOWER,)), 0.9)
    losses.resize(*size)
    view, (line,) = losses.graph.content().item.getViewBox(), losses.graph.content()._settings._lines
    assert (line.value(), line.label.format) == (1000, "rate 0.0001")
    assert line.toolTip() == SLOWER.sentence()
    assert SLOWER.sentence() in losses.accessibleDescription()

    def is_below() -> bool:
        label = view.mapFromScene(line.label.sceneBoundingRect()).boundingRect()
        return bool(label.top() >= view.mapFromViewToItem(view, QPointF(0, 0.9)).y())

    qtbot.waitUntil(is_below)
    losses.show_history(history_of_targets(2.0, 1.0), 0.9)
    assert losses.graph.content()._settings._lines == []


def test_marks_of_settings_have_the_color_of_the_theme(losses: LossPlot, show_theme: Callable[[Theme], None]) -> None:
    losses.show_history(replace(history_of_targets(2.0), adjustments=(SLOWER,)), 0.9)
    themes: tuple[Theme, ...] = ("dark", "light")
    for theme in themes:
        show_theme(theme)
        (line,) = losses.graph.content()._settings._lines
        assert line.pen.color().getRgb()[:3] == SURROUNDINGS[theme].label


ROSE = Recovered("loss rose", 600, 5e-4, 1, 1400, 9.0, 0.42)


def test_recovery_is_marked_where_the_training_went_back_to(
    losses: LossPlot, show_theme: Callable[[Theme], None]
) -> None:
    later = replace(SLOWER, step=1600)
    losses.show_history(replace(history_of_targets(2.0, 1.0), recoveries=(ROSE,), adjustments=(later,)), 0.9)
    line, other = losses.graph.content()._settings._lines
    assert (line.value(), line.label.format) == (600, "loss rose")
    assert line.toolTip() == line.label.toolTip() == ROSE.sentence()
    assert "rose by 0.4 nats at step 1,400" in line.toolTip()
    assert ROSE.sentence() in losses.accessibleDescription()
    assert other.value() == 1600
    themes: tuple[Theme, ...] = ("dark", "light")
    for theme in themes:
        show_theme(theme)
        assert line.pen.color().getRgb()[:3] == SURROUNDINGS[theme].label
        assert line.label.textItem.defaultTextColor().getRgb()[:3] == SURROUNDINGS[theme].label


def test_recoveries_that_return_to_one_step_share_a_mark(losses: LossPlot) -> None:
    rose, exploded = replace(ROSE, step=0), replace(ROSE, cause="loss exploded", step=0, failed_step=900, rise=None)
    losses.show_history(replace(history_of_targets(2.0), recoveries=(rose, exploded, rose)), 0.9)
    (line,) = losses.graph.content()._settings._lines
    assert line.label.format == "loss rose, loss exploded"
    assert line.toolTip().splitlines() == [rose.sentence(), exploded.sentence(), rose.sentence()]


def test_labels_of_many_recoveries_do_not_overlap(losses: LossPlot) -> None:
    recoveries = tuple(replace(ROSE, step=step) for step in (300, 310, 320, 900, 905, 910, 1600))
    losses.show_history(replace(history_of_targets(2.0, 1.0), recoveries=recoveries), 0.9)
    losses.resize(400, 250)
    lines = losses.graph.content()._settings._lines
    assert [line.value() for line in lines] == [each.step for each in recoveries]
    assert all(line.toolTip() for line in lines)
    settle(losses)
    shown = [line.label.sceneBoundingRect() for line in lines if line.label.format]
    assert len(shown) > 1
    assert not any(one.intersects(other) for one, other in pairwise(shown))


def test_earlier_training_is_shown_faintly_for_its_whole_length(losses: LossPlot) -> None:
    losses.show_history(history_of_targets(1.0), 0.9)
    losses.show_previous(history_of_targets(2.0, 2.0))
    steps, _ = losses.graph.content()._previous.getData()
    assert steps[-1] == 2000
    (_, right), (low, high) = losses.graph.content().item.viewRange()
    assert right >= 2000
    assert high >= 2.0 > low
    assert "previous" in losses._legend.text()
    losses.show_previous(History())
    assert losses.graph.content().item.viewRange()[0][1] < 2000
    assert "previous" not in losses._legend.text()


def test_labels_of_targets_do_not_overlap(qapp: QApplication) -> None:
    metrics = QFontMetrics(QApplication.font())
    wide = metrics.horizontalAdvance("a long title")
    labels = fitted_labels(["a long title"] * 3, [0, wide / 2, 4 * wide], 4.5 * wide, metrics)
    assert labels[0].text == "" or labels[0].text.endswith("…")
    assert labels[1] == Label("a long title", RIGHT_OF_LINE)
    assert labels[2] == Label("a long title", LEFT_OF_LINE), "it would be cut at the right edge"


def history_with_spikes(*spikes: int) -> History:
    """Return a history of 60 reports, some of which have a loss of 50 nats."""
    steps = np.linspace(100.0, 6000.0, 60)
    nll = 1.5 + np.exp(-np.arange(60) / 10)
    nll[list(spikes)] = 50.0
    return History(steps, steps / 100, nll, nll)


def test_loss_spike_does_not_flatten_the_plot(losses: LossPlot) -> None:
    losses.show_history(history_with_spikes(30), 1.4)
    _, (low, high) = losses.graph.content().item.getViewBox().viewRange()
    assert low < 1.4
    assert 2.0 < high < 4.0


def test_clipped_spike_is_marked_at_the_top_with_its_loss(losses: LossPlot) -> None:
    losses.show_history(history_with_spikes(30, 31, 50), 1.4)
    _, (_, high) = losses.graph.content().item.getViewBox().viewRange()
    steps, heights = losses.graph.content()._spikes.getData()
    assert steps.tolist() == [3100, 5100], "one mark for reports in a row"
    assert (0.8 * high < heights).all()
    assert (heights < high).all()
    description = losses.accessibleDescription()
    assert "50.000 nats at step 3,100; 50.000 nats at step 5,100" in description
    losses.show_history(history_with_spikes(), 1.4)
    assert len(losses.graph.content()._spikes.getData()[0]) == 0
    assert "50" not in losses.accessibleDescription()


def test_curves_stay_below_the_mark_of_a_spike(losses: LossPlot) -> None:
    history = replace(history_with_spikes(30), changes=(Retargeted(2000, "cat"),))
    losses.show_history(history, 1.4)
    _, heights = losses.graph.content()._spikes.getData()
    for curve in (losses.graph.content()._train, losses.graph.content()._validation):
        assert curve.getData()[1].max() <= heights[0]


def test_spike_is_higher_than_the_losses_beside_it() -> None:
    history = history_with_spikes(30)
    top = shown_range(history, History())[1]
    others = np.delete(history.validation_nll, 30)
    assert others.max() + 0.1 * (others.max() - others.min()) < top < 4


@pytest.mark.parametrize(("reports", "is_shown"), [(17, True), (60, False)])
def test_short_training_shows_its_fall_from_the_start(reports: int, is_shown: bool) -> None:
    steps = np.arange(0.0, 850.0 * reports, 850.0)
    nll = np.linspace(-0.2, -0.7, reports)
    nll[0] = 2.35
    low, high = shown_range(History(steps, steps / 100, nll, nll), History())
    assert (low, high == 2.35) == (-0.7, is_shown)
    later = History(steps + 850, steps / 100, nll, nll)
    assert shown_range(later, History())[1] < 0, "it was resumed, and its first loss is a spike"


def test_falling_loss_is_not_clipped() -> None:
    for count in (1, 2, 5, 60):
        falling = 1.5 + np.exp(-np.arange(count) / 10)
        assert loss_range(falling) == (falling.min(), falling.max()), f"{count} reports"


def test_showing_the_same_history_again_updates_no_curve(losses: LossPlot) -> None:
    history, updates = history_of_targets(2.0, 1.0), list[object]()
    losses.show_history(history, 0.9)
    for curve in (losses.graph.content()._train, losses.graph.content()._validation, losses.graph.content()._entropy):
        curve.sigPlotChanged.connect(updates.append)
    losses.show_history(history, 0.9)
    assert updates == []
    losses.show_history(replace(history, entropy=0 * history.entropy), 0.0)
    assert losses.graph.content()._entropy in updates, "the entropy has changed"


def test_new_report_sets_no_text_again(losses: LossPlot, monkeypatch: pytest.MonkeyPatch) -> None:
    history = history_of_targets(2.0, 1.0)
    losses.show_history(history, 0.9)
    texts: list[str] = []
    monkeypatch.setattr(pg.TextItem, "setText", lambda _, text, *__, **___: texts.append(text))
    monkeypatch.setattr(LossPlot, "setAccessibleDescription", lambda _, text: texts.append(text))
    losses.show_history(history.with_event(Progress(2100, 21.0, 0.5, 1.0, 1.0, 0.9, 100.0, 1.0)), 0.9)
    assert texts == []


def test_label_shows_braces(losses: LossPlot) -> None:
    losses.show_history(history_of_targets(2.0, 1.0, titles=("{x}",)), 0.9)
    assert losses.graph.content()._targets._lines[0].label.textItem.toPlainText() == "{x}"


def regression(count: int) -> History:
    """Return the history of a training that minimizes a regression loss."""
    steps = np.arange(100.0, 100.0 * (count + 1), 100.0)
    return History(steps, steps / 100, 1 + 1 / steps, 1 + 1 / steps, loss=0.1 + 1 / steps)


def test_loss_that_becomes_negative_has_a_linear_axis(losses: LossPlot) -> None:
    axis = losses.findChild(pg.PlotWidget).getAxis("right")
    losses.show_history(regression(10), 0.9)
    assert axis.logMode
    losses.show_history(replace(regression(10), loss=np.linspace(1, -0.2, 10)), 0.9)
    QApplication.processEvents()
    assert not axis.logMode
    low, high = axis.range
    assert low < -0.2 < 1 < high


def test_regression_loss_has_its_own_axis_at_the_right(losses: LossPlot) -> None:
    plot = losses.findChild(pg.PlotWidget)
    axis, legend = plot.getAxis("right"), losses.findChild(QLabel, "lossLegend")
    assert not axis.isVisible()
    assert "objective" not in legend.text()
    history = regression(10)
    losses.show_history(history, 0.9)
    QApplication.processEvents()
    assert axis.isVisible()
    assert "objective" in legend.text()
    low, high = axis.range
    assert 10**low < history.loss.min() < history.loss.max() < 10**high < 0.2
    assert plot.getAxis("left").range[0] > 0.5, "the regression loss does not stretch the axis of the NLL"
    curve, box = axis.linkedView().addedItems[0], plot.getViewBox()
    np.testing.assert_allclose(10 ** curve.getData()[1], history.loss)
    drawn, whole = axis.linkedView().sceneBoundingRect(), box.sceneBoundingRect()
    assert abs(drawn.right() - whole.right()) <= 1, "both curves end at the same step"
    assert axis.linkedView().viewRange()[0] == pytest.approx(box.viewRange()[0], rel=0.01)
    losses.show_history(history_with_spikes(), None)
    assert not axis.isVisible()
    assert "objective" not in legend.text()


@pytest.mark.parametrize("last", [0.0004, 0.02, 0.24])
def test_late_changes_of_the_regression_loss_are_visible(losses: LossPlot, last: float, qtbot: QtBot) -> None:
    steps = np.arange(100.0, 1001.0, 100.0)
    found = np.concatenate([[0.25, 3 * last], np.geomspace(2 * last, last, 8)])
    losses.resize(400, 240)
    losses.show_history(History(steps, steps, 1 + 1 / steps, 1 + 1 / steps, loss=found), 0.9)
    plot = plot_in(losses)
    qtbot.waitUntil(lambda: len(tick_labels(plot, "right")) > 1)
    axis = plot.getAxis("right")
    heights = axis.linkedView().addedItems[0].getData()[1] / (axis.range[1] - axis.range[0])
    assert abs(heights[-1] - heights[-8]) > 0.09
    labels = sorted(tick_labels(plot, "right"), key=lambda rect: rect.top())
    assert all(above.bottom() <= below.top() + 1 for above, below in pairwise(labels))


def test_best_regression_loss_is_a_dashed_line_beside_the_regression_loss(window: Window) -> None:
    losses, steps = LossPlot(), np.arange(100.0, 1001, 100)
    history = History(steps, steps, 1 + 1 / steps, 1 + 1 / steps, loss=np.geomspace(2, 1.5, 10))
    losses.show_best(1.2)
    losses.show_history(History(steps, steps, 1 + 1 / steps, 1 + 1 / steps), 1.0)
    (legend,) = losses.findChildren(QLabel)
    assert "best objective" not in legend.text(), "couplings have no regression loss"
    losses.show_history(history, 1.0)
    assert "best objective" in legend.text()
    curves = [item for item in plot_in(losses).scene().items() if isinstance(item, pg.PlotDataItem)]
    (best,) = [item for item in curves if item.yData is not None and {1.2} == {*item.yData.tolist()}]
    assert item_ends(best) == (0, 1000)
    assert best.opts["pen"].style() == Qt.PenStyle.DashLine
    losses.show_best(None)
    assert "best objective" not in legend.text()


def item_ends(item: pg.PlotDataItem) -> tuple[float, float]:
    return float(item.xData[0]), float(item.xData[-1])
