"""The edits state: which layers are disabled, and how their curves are bent."""

from typing import Any

from flowviz.app.state.state import State
from flowviz.specs.edits import MAX_BUMPS, Bump, Edits, LayerEdit


class EditsState(State[Edits]):
    """Observable edits of the layers of the displayed flow, with a setter for each part that the user can change."""

    def set_disabled(self, stage: int, disabled: bool) -> None:
        """Disable a layer, so that it moves nothing, or enable it again. The base cannot be disabled."""
        if stage > 0:
            self._change(stage, disabled=disabled)

    def add_bump(self, stage: int, bump: Bump) -> None:
        """Bend a curve of a layer, if there is room for another bump."""
        bumps = self.value.of(stage).bumps
        if len(bumps) < MAX_BUMPS:
            self._change(stage, bumps=(*bumps, bump))

    def set_bump(self, stage: int, number: int, bump: Bump) -> None:
        """Replace a bump of a layer."""
        bumps = self.value.of(stage).bumps
        self._change(stage, bumps=(*bumps[:number], bump, *bumps[number + 1 :]))

    def remove_bump(self, stage: int, number: int) -> None:
        """Remove a bump of a layer."""
        bumps = self.value.of(stage).bumps
        self._change(stage, bumps=(*bumps[:number], *bumps[number + 1 :]))

    def reset(self, stage: int) -> None:
        """Return a layer to what it has learned."""
        self.set(self.value.having(stage, LayerEdit()))

    def reset_all(self) -> None:
        """Return all layers to what they have learned."""
        self.set(Edits())

    def _change(self, stage: int, **changes: Any) -> None:
        edit = self.value.of(stage)
        self.set(self.value.having(stage, edit.model_copy(update=changes)))
