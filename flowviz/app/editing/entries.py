"""The menu entries that edit layers."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, QPoint
from PyQt6.QtWidgets import QMenu, QWidget

from flowviz.app.commands.actions import add_action
from flowviz.app.editing.layer_editor import LayerEditor

TOGGLE, RESET, RESET_ALL, GLIMPSE = (
    "Disable or Enable &Layer",
    "&Reset This Layer",
    "Reset &All Edits",
    "Show &Without This Layer (Hold D)",
)


def fill_editing_entries(menu: QMenu, editor: LayerEditor) -> None:
    """Fill the part of the Layers menu that edits the current layer."""
    menu.addSeparator()
    tip = "Let the current layer move nothing, or move points again"
    toggle = add_action(menu, TOGGLE, "Ctrl+D", editor.toggle, tip)
    tip = "Show the flow without the current layer: for two seconds, or as long as you hold D"
    glimpse = add_action(menu, GLIMPSE, None, editor.glimpse_briefly, tip)
    glimpse.setObjectName("glimpseAction")
    tip = "Enable the current layer, and return its curves to what they have learned"
    reset = add_action(menu, RESET, None, editor.reset, tip)
    reset_all = add_action(menu, RESET_ALL, None, editor.reset_all, "Return all layers to what they have learned")

    def update() -> None:
        can_edit = not editor.problem_of(editor.stage)
        toggle.setEnabled(can_edit)
        glimpse.setEnabled(can_edit)
        reset.setEnabled(can_edit and editor.stage in editor.edits.value.layers)
        reset_all.setEnabled(not editor.problem and bool(editor.edits.value))
        for action, tip in tips.items():
            action.setToolTip(tip if action.isEnabled() or not editor.problem else editor.problem)

    tips = {action: action.toolTip() for action in (toggle, glimpse, reset, reset_all)}
    menu.aboutToShow.connect(editor.announce)
    editor.changed.connect(update)
    update()


def fill_training_entry(menu: QMenu, editor: LayerEditor, train: Callable[[], object]) -> None:
    """Fill the part of the Train menu that trains an edited flow."""
    tip = "Train the flow that is shown: bends stay on top of what is learned, and disabled layers do nothing"
    action = add_action(menu, "Train from &Here", "Ctrl+Shift+H", train, tip)

    def update() -> None:
        is_training = editor.trained is not None
        action.setEnabled(not editor.problem and not is_training and bool(editor.edits.value))
        action.setToolTip("Stop the training first, to continue from the edited flow" if is_training else tip)

    editor.changed.connect(update)
    update()


class LayerMenu(QObject):
    """The context menu of a layer."""

    def __init__(self, editor: LayerEditor, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor, self._parent = editor, parent

    def open(self, stage: int, where: QPoint) -> None:
        """Open the menu of a stage at a place on the screen."""
        editor, edit = self._editor, self._editor.edits.value.of(stage)
        menu = QMenu(self._parent)
        menu.setObjectName("layerMenu")
        menu.setToolTipsVisible(True)
        problem = editor.problem_of(stage)
        title = f"{'Enable' if edit.disabled else 'Disable'} Layer {stage}" if stage else "The Base Is Not a Layer"
        toggle = add_action(
            menu, title, None, lambda: editor.toggle(stage), problem or "Let it move points, or nothing"
        )
        toggle.setObjectName("toggleLayerAction")
        reset = add_action(menu, "Reset This Layer", None, lambda: editor.reset(stage), problem)
        reset.setObjectName("resetOneLayerAction")
        toggle.setEnabled(not problem)
        reset.setEnabled(not problem and stage in editor.edits.value.layers)
        menu.aboutToHide.connect(menu.deleteLater)
        editor.announce()
        menu.popup(where)
