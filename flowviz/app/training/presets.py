"""Controls to choose a preset: a combo box, and a row of buttons. Both show "Custom" for any other flow."""

from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QButtonGroup, QComboBox, QLabel, QToolButton

from flowviz.app.state.binding import Binding, bind_choice
from flowviz.app.state.request import Request, RequestState
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.specs import PRESETS, preset_of

CUSTOM, CUSTOM_TITLE = "custom", "Custom"
CUSTOM_TIP = "A flow with options of your own"
SPACING = 6  # pixels


class PresetBox(QComboBox):
    """Combo box of the presets."""

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self.setObjectName("flowPreset")
        self.setAccessibleName("Preset of the flow")
        self.setToolTip("A flow for a purpose. The post is Brad Saund's blog post on normalizing flows")
        for name, preset in PRESETS.items():
            self.addItem(preset.title, name)
            self.setItemData(self.count() - 1, preset.sentence, Qt.ItemDataRole.ToolTipRole)
        self.addItem(CUSTOM_TITLE, CUSTOM)
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        custom = model.item(self.count() - 1)
        assert custom is not None
        custom.setEnabled(False)  # it is reached by changing an option
        custom.setToolTip(CUSTOM_TIP)
        bind_choice(request, _preset, self, request.set_preset)


class PresetButtons(WrappingRow):
    """Row of exclusive buttons, one for each preset. Custom appears only if it applies."""

    def __init__(self, request: RequestState) -> None:
        titles = {name: (preset.title, preset.sentence) for name, preset in PRESETS.items()}
        self._buttons = {name: _preset_button(name, *words) for name, words in titles.items()}
        self._custom = _preset_button(CUSTOM, CUSTOM_TITLE, CUSTOM_TIP)
        super().__init__(SPACING, QLabel("Flow:"), *self._buttons.values(), self._custom)
        self._group = QButtonGroup(self)
        for button in (*self._buttons.values(), self._custom):
            self._group.addButton(button)
        self._preset: Binding[Request, Any] = Binding(request, _preset, self._show_preset, request.set_preset)
        for name, button in self._buttons.items():
            button.clicked.connect(lambda _, name=name: self._preset.request(name))

    def _show_preset(self, name: str) -> None:
        self._custom.setVisible(name == CUSTOM)
        shown = next((button for each, button in self._buttons.items() if each == name), self._custom)
        shown.setChecked(True)


def _preset_button(name: str, title: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(title)
    button.setCheckable(True)
    button.setObjectName(f"{name}Preset")
    button.setAccessibleName(f"Flow: {title}")
    button.setToolTip(tip)
    return button


def _preset(request: Request) -> str:
    return preset_of(request.plan.flow) or CUSTOM
