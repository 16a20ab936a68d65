"""The picture of a ledger: where its bars are, and what its words say."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.records import untrained_trace
from flowviz.records.ledger import Ledger
from flowviz.rendering.colors import CURVES, SURROUNDINGS, Color
from flowviz.rendering.ledger import (
    draw_ledger,
    ledger_height,
    ledger_sentences,
    render_ledger,
    row_at,
)
from flowviz.specs import FlowSpec, PictureSize, ViewSpec
from flowviz.specs.view import Theme

SIZE, VIEW = PictureSize(width=500, height=300), ViewSpec()
LIMITS = -5.0, 1.0


def of(terms: list[float], **changes: object) -> Ledger:
    """Return a ledger with given terms."""
    names = ("00_base", *(f"{stage:02d}_real_nvp" for stage in range(1, len(terms))))
    titles = ("0 · Base", *(f"{stage} · Coupling" for stage in range(1, len(terms))))
    return Ledger(names, titles, np.array(terms), "normal", **changes)  # type: ignore[arg-type]  # a test's shortcut


def colored(picture: NDArray[np.uint8], color: Color) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = (picture[..., :3] == color).all(axis=2)
    return mask


def words(ledger: Ledger, view: ViewSpec = VIEW, size: PictureSize = SIZE) -> list[str]:
    return [label.text for label in draw_ledger(ledger, view, size, LIMITS).labels]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_are_as_long_as_their_numbers(theme: Theme) -> None:
    view = ViewSpec(theme=theme, labels=False, axes=False)
    picture = render_ledger(of([-2.0, -1.0, 0.5]), view, SIZE, LIMITS)
    gray, blue, orange = SURROUNDINGS[theme].label, CURVES[theme]["validation"], CURVES[theme]["loss"]
    lengths = [int(colored(picture, color).sum(axis=1).max()) for color in (gray, orange, blue)]
    pixels = 2 * lengths[1]
    assert lengths[0] == pytest.approx(pixels, abs=2)
    assert lengths[2] == pytest.approx(pixels / 4, abs=2)
    base = colored(picture, gray)
    start = int(np.flatnonzero(base[base.sum(axis=1).argmax()]).min())
    columns = [np.flatnonzero(colored(picture, color).any(axis=0)) for color in (orange, blue)]
    assert columns[0].max() == pytest.approx(start, abs=2), "the second bar begins where the first one ends"
    assert columns[1].min() == pytest.approx(columns[0].min(), abs=2), "and goes down, the third one up again"


def test_every_line_has_its_number_and_the_last_one_is_the_sum() -> None:
    found = words(of([-2.0, -1.0, 0.5, -0.001]))
    assert {"0 · Base", "-2.00", "1 · Coupling", "-1.00", "0.50", "0.00", "sum", "-2.50"} <= set(found)
    assert "log p(x) = log N(z) - sum of log|det J|" in found
    assert "log p(x): -2.501 nats" in found


def test_subtotal_is_the_sum_of_log_det() -> None:
    ledger = of([-2.0, -1.0, 0.25])
    assert ledger.log_det == 0.75
    found = words(ledger)
    assert found[found.index("Σ log|det J|") + 1] == "0.75"
    drawing = draw_ledger(ledger, ViewSpec(axes=False), SIZE, LIMITS)
    bars = [box for box in drawing.boxes if box.width > 1]
    assert len(bars) == 4, "the subtotal has no bar, because the bars of the stages add up to it"


def test_names_of_layers_are_not_cut_off_in_a_narrow_panel() -> None:
    for family in ("realnvp", "nice", "glow", "maf", "iaf", "spline", "planar", "radial"):
        named = Ledger.of_point(untrained_trace(FlowSpec(family=family), np.zeros((1, 2), np.float32)))
        size = PictureSize(width=227, height=ledger_height(named, 13, 227))
        view = ViewSpec(word_height=min(13 / 227, 0.1))
        found = [label.text for label in draw_ledger(named, view, size, LIMITS, headed=False).labels]
        assert set(named.titles) <= set(found), family


def test_bars_have_the_whole_width_of_a_narrow_panel_below_their_titles() -> None:
    few = of([-2.0, -1.0, 0.5])
    ledger = replace(few, titles=("0 · Base", "1 · Batch norm", "10 · Permutation"))
    size = PictureSize(width=227, height=ledger_height(ledger, 13, 227))
    drawing = draw_ledger(ledger, ViewSpec(word_height=13 / min(size.width, size.height)), size, LIMITS, headed=False)
    (base, *_) = [box for box in drawing.boxes if 1 < box.width < size.width]
    assert base.width > 227 / 4, "a third of the scale"
    (title,) = [label for label in drawing.labels if label.text == "0 · Base"]
    assert title.y + 13 / 3 < base.top


def test_unknown_numbers_are_said_to_be_unknown_and_have_no_bar() -> None:
    ledger = of([-2.0, np.nan, 0.5])
    assert words(ledger).count("unknown") == 3, "the layer, the subtotal and the sum"
    assert "log p(x): unknown nats" not in words(ledger)
    assert "log p(x): unknown" in words(ledger)
    picture = render_ledger(ledger, ViewSpec(labels=False, axes=False), SIZE, LIMITS)
    assert not colored(picture, CURVES["light"]["validation"]).any()


def test_words_name_the_base_the_data_and_what_is_inexact() -> None:
    terms, titles, names = np.array([-2.0, 0.5]), ("0 · Base", "t = 1.00"), ("00_base", "01_flow_step")
    mixture = Ledger(names, titles, terms, "mixture", is_inexact=True)
    assert ledger_sentences(mixture)[0] == "log p(x) = log p_base(z) - sum of log|det J|"
    assert "inexact" in ledger_sentences(mixture)[1]
    mean = Ledger(names, titles, terms, "normal", count=8000, is_mean=True)
    assert ledger_sentences(mean)[1] == "NLL: 1.500 nats, of 8,000 validation points"


def test_the_mean_over_points_with_a_density_is_not_called_the_nll_of_all() -> None:
    terms, titles, names = np.array([-2.0, 0.5]), ("0 · Base", "t = 1.00"), ("00_base", "01_flow_step")
    mean = Ledger(names, titles, terms, "normal", count=7920, unknown=80, is_mean=True)
    assert ledger_sentences(mean)[1] == (
        "NLL: not comparable: 1.0% of the points have no density; "
        "the means are those of the other 7,920 validation points"
    )


def test_nothing_but_bars_and_numbers_moves_with_the_probe() -> None:
    """The scale, the titles and the places of all numbers stay, whatever the numbers are."""
    one, other = (draw_ledger(of(terms), VIEW, SIZE, LIMITS) for terms in ([-2.0, -1.0, 0.5], [-1.3, 0.01, -2.25]))
    assert [(each.x, each.y, each.anchor) for each in one.labels] == [
        (each.x, each.y, each.anchor) for each in other.labels
    ]
    fixed = {"0 · Base", "1 · Coupling", "sum", "-4", "0"}
    assert fixed <= {each.text for each in one.labels} & {each.text for each in other.labels}


def test_many_stages_share_lines_where_there_is_no_room() -> None:
    ledger = of([-2.0, *[0.1] * 60])
    low, high = (words(ledger, size=PictureSize(width=400, height=height)) for height in (220, 1600))
    assert any(" to " in text for text in low)
    assert sum("Coupling" in text for text in high) == 60
    assert low[-1] == high[-1] == "4.00"


def test_height_has_a_row_for_every_stage_and_a_click_finds_it() -> None:
    ledger, view = of([-2.0, *[0.1] * 12]), ViewSpec(word_height=0.05)
    size = PictureSize(width=240, height=ledger_height(ledger, 12, 240))
    drawing = draw_ledger(ledger, view, size, LIMITS, headed=False)
    for stage in (0, 5, 12):
        (label,) = [each for each in drawing.labels if each.text.startswith(f"{stage} ")]
        entry = row_at(ledger, view, size, label.y)
        assert entry is not None
        assert entry.stages == (stage, stage)
    assert row_at(ledger, view, size, -5) is None
    assert row_at(ledger, view, size, size.height) is None


def test_the_row_of_the_stage_is_marked() -> None:
    plain, marked = (render_ledger(of([-2.0, 0.1, 0.2]), VIEW, SIZE, LIMITS, stage) for stage in (None, 1))
    rows = np.flatnonzero((plain != marked).any(axis=(1, 2)))
    assert 0 < np.ptp(rows) < SIZE.height / 3


def test_transparent_picture_has_no_background() -> None:
    picture = render_ledger(of([-2.0, 0.1]), ViewSpec(background="transparent"), SIZE)
    assert (picture[..., 3] == 0).mean() > 0.5
    assert (picture[..., 3] == 255).any()


def test_smallest_picture_is_no_error() -> None:
    picture = render_ledger(of([-2.0, *[0.1] * 30]), VIEW, PictureSize(width=64, height=64))
    assert picture.shape == (64, 64, 4)
