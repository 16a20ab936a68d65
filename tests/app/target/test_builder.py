"""The target builder without a window."""

from PyQt6.QtCore import QObject
from pytestqt.qtbot import QtBot

from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget
from flowviz.specs import TextSpec


def test_first_target_is_built_after_the_window_was_painted(qtbot: QtBot) -> None:
    owner = QObject()
    request = RequestState(Request(), owner)
    builder = TargetBuilder(request, owner)
    assert builder.built is None
    assert builder.pending == request.plan.target, "the first target delays the window"
    qtbot.waitUntil(lambda: builder.built is not None)
    assert builder.built is not None
    assert builder.built.spec == request.plan.target
    builder.close()


def test_word_that_replaces_the_first_target_is_the_one_that_is_built(qtbot: QtBot) -> None:
    owner, built = QObject(), list[BuiltTarget | None]()
    request = RequestState(Request(), owner)
    builder = TargetBuilder(request, owner)
    builder.built_changed.connect(built.append)
    request.show_text("Ada")
    qtbot.waitUntil(lambda: builder.built is not None)
    assert [each.spec for each in built if each] == [TextSpec(text="Ada")]
    builder.close()
