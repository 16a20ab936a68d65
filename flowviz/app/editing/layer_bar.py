"""The controls of the inspector that disable a layer and reset it."""

from PyQt6.QtWidgets import QToolButton

from flowviz.app.commands.actions import enable_unless
from flowviz.app.editing.intent import FOCUS_OR_MOUSE, EditingIntent
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.controls import check_box, on_click
from flowviz.app.widgets.flow_row import WrappingRow

ENABLED_TIP = "Disabled, the layer moves nothing. Hold D to see the flow without it for a while"
RESET_TIP = "Enable the layer, and return its curves to what they have learned"


class LayerBar(WrappingRow):
    """Check box "Layer enabled" and button "Reset this layer" for the current layer; hidden at the base."""

    def __init__(self, editor: LayerEditor) -> None:
        enabled, reset = check_box("layerEnabled", "Layer enabled", ""), QToolButton()
        reset.setObjectName("resetLayerButton")
        reset.setText("Reset this layer")
        super().__init__(GAP, enabled, reset)
        self._editor, self._enabled, self._reset = editor, enabled, reset
        on_click(enabled, editor.toggle)
        on_click(reset, editor.reset)
        EditingIntent(editor, FOCUS_OR_MOUSE, self, enabled, reset)
        editor.watch(self._update)

    def _update(self) -> None:
        editor, problem = self._editor, self._editor.problem_of(self._editor.stage)
        self.setVisible(editor.stage > 0)
        self._enabled.setChecked(not editor.edit.disabled)
        enable_unless(self._enabled, problem, ENABLED_TIP)
        self._reset.setEnabled(not problem and editor.stage in editor.edits.value.layers)
        self._reset.setToolTip(problem or RESET_TIP)
