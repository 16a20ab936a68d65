"""Texts that labels can break."""

import pytest

from flowviz.app.widgets.labels import MAX_TERM, breakable_formula


@pytest.mark.parametrize(
    ("formula", "pieces"),
    [
        ("log|det J| = ℓ(s)", ["log|det J|", "= ℓ(s)"]),
        ("p → p + u · tanh(w · p + b)", ["p", "→ p", "+ u", "· tanh(w · p + b)"]),
        ("p(x) = [f((x + a) / s) − f((x − a) / s)] / 2a", ["p(x)", "= [f((x + a) / s)", "− f((x − a) / s)]", "/ 2a"]),
        ("r = |p − c|, c = (−1, 2)", ["r", "= |p − c|,", "c", "= (−1, 2)"]),
    ],
)
def test_formula_breaks_before_operators_and_within_brackets_only_if_it_has_to(formula: str, pieces: list[str]) -> None:
    found = breakable_formula(formula)
    assert [piece.replace("\u00a0", " ") for piece in found.split(" ")] == pieces
    assert found.replace("\u00a0", " ") == formula


def test_long_term_in_many_brackets_still_breaks() -> None:
    found = breakable_formula("y = a(b(" + " + ".join(["x"] * 40) + "))")
    assert max(map(len, found.split(" "))) <= MAX_TERM
