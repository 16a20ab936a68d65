"""The sentence about a layer, and the score."""

from itertools import product

import pytest

from flowviz.specs import RECIPES, FlowSpec, MixSpec, Part, PointsSpec, ShapeSpec, TargetSpec, TextSpec
from flowviz.specs.edits import Bump, LayerEdit
from flowviz.specs.explanations import LAYER_SENTENCES, layer_sentences, score, stage_title

POST = ("base", *FlowSpec().bijector_kinds())


def test_sentence_counts_the_layers_of_a_kind() -> None:
    fifth = [stage for stage, kind in enumerate(POST) if kind == "real_nvp"][4]
    sentence, short = layer_sentences(POST, fifth)
    assert sentence == "Coupling 5 of 8: moves points up or down, depending on their horizontal position"
    assert short == "Coupling 5 of 8: moves points up and down"
    assert layer_sentences(("base", "scale", "additive_coupling"), 1)[0].startswith("Scale: ")


def test_sentence_says_which_layer_is_undone_next_on_the_way_back() -> None:
    sentence, short = layer_sentences(POST, len(POST) - 1, encoded=True)
    assert sentence.startswith("Next to undo: coupling 8 of 8, which moves points up or down, ")
    assert short == "Next to undo: coupling 8 of 8, which moves points up and down"
    assert layer_sentences(POST, 0, encoded=True)[0].startswith("Base: points of the target")


def test_sentence_about_a_disabled_layer_says_that_it_does_nothing() -> None:
    last, disabled = len(POST) - 1, LayerEdit(disabled=True)
    sentence, short = layer_sentences(POST, last, edit=disabled)
    assert sentence == "Coupling 8 of 8 is disabled: points stay where they are"
    assert short == "Coupling 8 of 8 is disabled"
    sentence, short = layer_sentences(POST, last, edit=disabled, encoded=True)
    assert sentence == "Next to undo: coupling 8 of 8, which is disabled: points stay where they are"
    assert short == "Next to undo: coupling 8 of 8, which is disabled"
    assert stage_title("permute", disabled) == "Permutation, disabled: points stay where they are"


def test_sentence_about_a_bent_layer_counts_its_bends() -> None:
    bump = Bump(curve="shift", center=(0.0,), height=(1.0,))
    once, twice = LayerEdit(bumps=(bump,)), LayerEdit(bumps=(bump, bump))
    assert layer_sentences(POST, len(POST) - 1, edit=twice)[1] == (
        "Coupling 8 of 8 with 2 bends: moves points up and down"
    )
    assert stage_title("real_nvp", once) == "Coupling with 1 bend: moves points up and down"
    both = LayerEdit(disabled=True, bumps=(bump,))
    assert stage_title("real_nvp", both) == "Coupling, disabled: points stay where they are"


@pytest.mark.parametrize(("family", "encoded"), list(product(RECIPES, (False, True))))
def test_every_layer_of_every_family_has_a_sentence_and_a_shorter_one(family: str, encoded: bool) -> None:
    kinds = ("base", *FlowSpec.model_validate({"family": family}).bijector_kinds())
    for stage, kind in enumerate(kinds):
        sentence, short = layer_sentences(kinds, stage, encoded=encoded)
        assert len(short) <= len(sentence)
        assert kind == "base" or LAYER_SENTENCES[kind] in sentence


WORD, DIGITS = TextSpec(text="Ada 3"), TextSpec(text="1999")
HEART, STAR = ShapeSpec(name="heart"), ShapeSpec(name="star")


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (WORD, "97% end on the letters"),
        (DIGITS, "97% end on the characters"),
        (HEART, "97% end on the shape"),
        (MixSpec(parts=(Part(source=HEART), Part(source=STAR))), "97% end on the shape"),
        (MixSpec(parts=(Part(source=HEART), Part(source=WORD))), "97% end on the target"),
        (PointsSpec(data=b""), "97% end on the points"),
    ],
)
def test_score_names_what_the_particles_land_on(target: TargetSpec, expected: str) -> None:
    assert score(0.9712, target) == expected
    assert score(None, target) == ""


def test_score_begins_with_the_legibility_if_it_is_known() -> None:
    assert score(0.72, WORD, 0.4512) == "45% legible · 72% end on the letters"
    assert score(0.72, None, 0.0) == "0% legible · 72% end on the earlier target"
    assert score(0.72, WORD, 0.5, 2, 4) == "2 of 4 letters covered · 72% end on the letters"
    assert score(0.72, ShapeSpec(name="circles"), None, 1, 2).startswith("1 of 2 parts covered · 72%")
    assert score(0.72, WORD, 0.4512, 4, 4) == score(0.72, WORD, 0.4512)
    assert score(0.99999, WORD, 0.99999) == "99% legible · 99% end on the letters"
    assert score(None, WORD, 0.5) == ""


@pytest.mark.parametrize(("share", "percent"), [(0.0, "0%"), (0.994, "99%"), (0.9999, "99%"), (1.0, "100%")])
def test_score_is_100_percent_only_if_every_particle_lands_on_the_target(share: float, percent: str) -> None:
    assert score(share, WORD).startswith(percent)
