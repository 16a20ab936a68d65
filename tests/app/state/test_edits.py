"""The edits state."""

from flowviz.app.state.edits import EditsState
from flowviz.specs.edits import MAX_BUMPS, Bump, Edits, LayerEdit

BUMP = Bump(curve="shift", center=(0.0,), height=(1.0,))
OTHER = Bump(curve="log-scale", center=(0.5,), height=(-1.0,))


def test_bumps_are_added_replaced_and_removed(qapp: object) -> None:
    edits = EditsState(Edits())
    edits.add_bump(2, BUMP)
    edits.add_bump(2, BUMP)
    edits.set_bump(2, 1, OTHER)
    assert edits.value.of(2).bumps == (BUMP, OTHER)
    edits.remove_bump(2, 0)
    assert edits.value == Edits(layers={2: LayerEdit(bumps=(OTHER,))})
    edits.remove_bump(2, 0)
    assert not edits.value


def test_layer_takes_a_limited_number_of_bumps(qapp: object) -> None:
    edits = EditsState(Edits())
    for count in range(MAX_BUMPS):
        assert len(edits.value.of(2).bumps) == count
        edits.add_bump(2, BUMP)
    full = edits.value
    edits.add_bump(2, OTHER)
    assert edits.value == full == Edits(layers={2: LayerEdit(bumps=(BUMP,) * MAX_BUMPS)})


def test_disabling_keeps_bumps_and_is_no_edit_of_the_base(qapp: object) -> None:
    edits = EditsState(Edits())
    edits.add_bump(2, BUMP)
    edits.set_disabled(2, True)
    edits.set_disabled(0, True)
    assert edits.value == Edits(layers={2: LayerEdit(disabled=True, bumps=(BUMP,))})
    edits.set_disabled(2, False)
    assert edits.value == Edits(layers={2: LayerEdit(bumps=(BUMP,))})


def test_listeners_hear_of_changes_alone(qapp: object) -> None:
    edits, heard = EditsState(Edits()), list[tuple[Edits, Edits]]()
    edits.changed.connect(lambda old, new: heard.append((old, new)))
    edits.reset_all()
    edits.set_disabled(1, False)
    edits.set_disabled(1, True)
    edits.set_disabled(1, True)
    assert heard == [(Edits(), Edits(layers={1: LayerEdit(disabled=True)}))]
