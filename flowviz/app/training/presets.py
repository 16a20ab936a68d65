"""Controls to choose a preset: a combo box, and a row of buttons.

For any other flow, both show the preset that it was made from.
"""

from functools import partial

from PyQt6.QtWidgets import QLabel, QToolButton

from flowviz.app.state.request import Request, RequestState
from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.controls import ChoiceBox, exclusive, named
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.form import bind_control
from flowviz.specs import PRESETS, custom_title, preset_of

CUSTOM = "custom"
CUSTOM_TIP = "A flow with options of your own"


class PresetBox(ChoiceBox):
    """Combo box of the presets."""

    def __init__(self, request: RequestState) -> None:
        titles = {name: preset.title for name, preset in PRESETS.items()}
        super().__init__("flowPreset", "Preset of the flow", {**titles, CUSTOM: ""})
        self.setToolTip("A flow for a purpose. The post is Brad Saund's blog post on normalizing flows")
        self.describe_choices({name: preset.sentence for name, preset in PRESETS.items()})
        self.disable_choice(CUSTOM, CUSTOM_TIP)  # it is reached by changing an option
        request.watch(_title, lambda title: self.setItemText(self.findData(CUSTOM), title))
        bind_control(request, _preset, self, request.set_preset)


class PresetButtons(WrappingRow):
    """Row of exclusive buttons, one for each preset. Custom appears only if it applies."""

    def __init__(self, request: RequestState) -> None:
        self._buttons: dict[str, QToolButton] = {
            name: exclusive(_preset_button(name, preset.title, preset.sentence), partial(request.set_preset, name))
            for name, preset in PRESETS.items()
        }
        self._buttons[CUSTOM] = exclusive(_preset_button(CUSTOM, "", CUSTOM_TIP))
        request.watch(_title, self._buttons[CUSTOM].setText)
        super().__init__(GAP, QLabel("Flow:"), *self._buttons.values())
        request.watch(_preset, self._show_preset)

    def _show_preset(self, name: str) -> None:
        self._buttons[CUSTOM].setVisible(name == CUSTOM)
        self._buttons[name].setChecked(True)


def _preset_button(name: str, title: str, tip: str) -> QToolButton:
    button = named(QToolButton(), f"{name}Preset", f"Flow: {title}", tip)
    button.setText(title)
    return button


def _title(request: Request) -> str:
    return custom_title(request.trained_flow)


def _preset(request: Request) -> str:
    return preset_of(request.trained_flow) or CUSTOM
