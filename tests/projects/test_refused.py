"""`save` refuses projects that `load` would reject, with a sentence and without leaving a file."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz import load, load_comparison, save, save_comparison
from flowviz.errors import FileError
from flowviz.projects import Comparison, Project
from flowviz.records import Trial
from flowviz.specs import RECIPES, SHAPES, FlowSpec, ShapeSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.specs.spec import Spec
from tests.projects.examples import whole_project

Spoil = Callable[[Any], Any]
MUTANTS = 150
PROJECT = whole_project(particles=20, moments=3)


def spoiled_array(array: NDArray[Any], rng: random.Random) -> NDArray[Any]:
    return rng.choice([array * np.nan, array[:-1], array.astype(np.float16), array[None], array[:0]])


SPOILS: dict[type, Callable[[Any, random.Random], Any]] = {
    bool: lambda value, _: not value,
    int: lambda value, rng: rng.choice([-1, 2**60, value + 1, 0]),
    float: lambda value, rng: rng.choice([float("nan"), float("inf"), -value, 0.0]),
    str: lambda value, rng: rng.choice(["\x1b[2J", "", value + "x"]),
    tuple: lambda value, _: (*value, *value[:1]),
    np.ndarray: spoiled_array,
}


def leaves(record: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths to all fields whose values have a type in `SPOILS`."""
    names = [each.name for each in fields(record)] if is_dataclass(record) else list(type(record).model_fields)
    for name in names:
        value = getattr(record, name)
        if is_dataclass(value) or isinstance(value, Spec):
            yield from leaves(value, (*path, name))
        elif type(value) in SPOILS:
            yield (*path, name)


def changed(record: Any, path: tuple[str, ...], spoil: Spoil) -> Any:
    name, *rest = path
    value = getattr(record, name)
    new = changed(value, tuple(rest), spoil) if rest else spoil(value)
    return record.model_copy(update={name: new}) if isinstance(record, Spec) else replace(record, **{name: new})


def outcome(project: Project, path: Path) -> str:
    """Return whether a project is saved and loads as an equal one, rather than being refused with a sentence."""
    try:
        save(project, path)
    except FileError as error:
        said = str(error)
    else:
        assert load(path) == project.storable()
        path.unlink()
        return "saved"
    assert not path.exists()
    assert said.startswith("The project was not saved, because it could not be opened again: ")
    assert "\n" not in said
    return "refused"


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # of values that are not validated
def test_every_mutant_is_saved_as_it_is_or_refused(tmp_path: Path) -> None:
    rng, outcomes, paths = random.Random(0), Counter[str](), list(leaves(PROJECT))
    assert len(paths) > 60
    for _ in range(MUTANTS):
        path = rng.choice(paths)
        try:
            mutant = changed(PROJECT, path, lambda value: SPOILS[type(value)](value, rng))
            mutant.storable()
        except (ValueError, IndexError, TypeError):  # the record itself does not take it
            continue
        outcomes[outcome(mutant, tmp_path / "mutant.flowviz")] += 1
    assert outcomes["refused"] > MUTANTS / 10
    assert outcomes["saved"] > MUTANTS / 10


def with_nan(project: Project) -> Project:
    name, array = next(iter(project.weights.parameters.items()))
    weights = replace(project.weights, parameters={**project.weights.parameters, name: array * np.nan})
    return replace(project, weights=weights, timeline=replace(project.timeline, moments=()))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (with_nan, "is not finite"),
        (lambda project: replace(project, flow=FlowSpec(layers=1, width=8)), "different flow"),
        (lambda project: replace(project, edits=Edits(layers={99: LayerEdit(disabled=True)})), "99"),
        (lambda project: replace(project, score=replace(project.score, entropy=float("inf"))), "not JSON compliant"),
    ],
)
def test_reason_is_named(spoil: Callable[[Project], Project], said: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=said):
        save(spoil(PROJECT), tmp_path / "a.flowviz")


def test_specs_of_extensions_that_are_gone_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHAPES, "my_shape", "A shape of an extension")
    monkeypatch.setitem(RECIPES, "my_family", RECIPES["nice"])
    project = Project.untrained(ShapeSpec(name="my_shape"), FlowSpec(family="my_family"), PROJECT.training)
    save(project, tmp_path / "a.flowviz")
    monkeypatch.delitem(SHAPES, "my_shape")
    monkeypatch.delitem(RECIPES, "my_family")
    with pytest.raises(FileError, match="uses the target my_shape and the flow my_family of an extension"):
        save(project, tmp_path / "b.flowviz")
    assert not (tmp_path / "b.flowviz").exists()


def test_comparison_that_could_not_be_opened_is_refused(tmp_path: Path) -> None:
    trial = Trial("realnvp", 2e-3, PROJECT.training.seed, "completed", True, {"gap": 0.5}, name="a")
    comparison = Comparison({"a": PROJECT}, (trial,))
    save_comparison(comparison, tmp_path / "a.flowviz")
    assert load_comparison(tmp_path / "a.flowviz").trials == (trial,)
    for wrong in (
        Comparison({"a": with_nan(PROJECT)}),
        replace(comparison, trials=(replace(trial, name="b"),)),
        replace(comparison, trials=(replace(trial, failure="\x1b[2J"),)),
    ):
        with pytest.raises(FileError, match="The comparison was not saved, because it could not be opened again"):
            save_comparison(wrong, tmp_path / "b.flowviz")
    assert not (tmp_path / "b.flowviz").exists()
