"""The targets of the entrants of a comparison."""

from weakref import ref

import pytest
from PyQt6.QtCore import QObject
from pytestqt.qtbot import QtBot

from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.workspace import targets
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.targets import EntrantTargets
from flowviz.specs import TargetSpec, TextSpec
from tests.app.training.fakes import SynchronousWorker
from tests.app.workspace.fakes import ComparisonHarness, untrained

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def test_a_target_that_entrants_share_is_built_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    built = list[TargetSpec]()

    def build(spec: TargetSpec) -> BuiltTarget | str:
        built.append(spec)
        return build_or_explain(spec)

    monkeypatch.setattr(targets, "build_or_explain", build)
    harness = ComparisonHarness(untrained("a", "b", "c"))
    (spec,) = built
    assert all(run.built is not None and run.built.spec == spec for run in harness.compared.value.runs)


def test_targets_of_words_that_are_typed_over_are_forgotten(qtbot: QtBot) -> None:
    owner = QObject()
    kept = EntrantTargets(ComparedState(Compared(), owner), SynchronousWorker(), lambda _: None)
    found = []
    for letter in LETTERS:
        target = build_or_explain(TextSpec(text=letter))
        assert isinstance(target, BuiltTarget)
        kept.built.append(target)
        found.append(ref(target))
    del target
    assert sum(each() is not None for each in found) <= len(LETTERS) // 2
    assert kept.built[-1] is found[-1]()
