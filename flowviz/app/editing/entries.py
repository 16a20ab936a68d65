"""The menu entries that edit layers."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu, QToolButton, QWidget

from flowviz.app.commands.actions import Entry, add_action, fill_menu
from flowviz.app.editing.layer_editor import LayerEditor


def fill_editing_entries(menu: QMenu, editor: LayerEditor, note: QToolButton) -> None:
    """Fill the part of the Layers menu that edits the current layer; a note about edits offers to reset them, too."""
    actions = fill_menu(
        menu,
        None,
        Entry(
            "disableorenablelayer", "Disable or Enable &Layer", editor.toggle,
            "Let the current layer move nothing, or move points again", "Ctrl+D",
        ),
        Entry(
            "glimpse", "Show &Without This Layer (Hold D)", editor.glimpse_briefly,
            "Show the flow without the current layer: for two seconds, or as long as you hold D",
        ),
        Entry(
            "resetthislayer", "&Reset This Layer", editor.reset,
            "Enable the current layer, and return its curves to what they have learned",
        ),
        Entry(
            "resetalledits", "Reset &All Edits", editor.reset_all, "Return all layers to what they have learned"
        ),
    )  # fmt: skip
    toggle, glimpse, reset, reset_all = actions.values()
    note.addActions([reset, reset_all])

    def update() -> None:
        can_edit = not editor.problem_of(editor.stage)
        toggle.setEnabled(can_edit)
        glimpse.setEnabled(can_edit)
        reset.setEnabled(can_edit and editor.stage in editor.edits.value.layers)
        reset_all.setEnabled(not editor.problem and bool(editor.edits.value))
        for action, tip in tips.items():
            action.setToolTip(tip if action.isEnabled() or not editor.problem else editor.problem)

    tips = {action: action.toolTip() for action in actions.values()}
    menu.aboutToShow.connect(editor.announce)
    editor.watch(update)


def fill_training_entry(menu: QMenu, editor: LayerEditor, train: Callable[[], object]) -> QAction:
    """Add the command that trains an edited flow to the Train menu, and return it."""
    tip = "Train the flow that is shown: bends stay on top of what is learned, and disabled layers do nothing"
    action = add_action(menu, Entry("trainfromhere", "Train from &Here", train, tip, "Ctrl+Shift+H"))

    def update() -> None:
        is_training = editor.trained is not None
        action.setEnabled(not editor.problem and not is_training and bool(editor.edits.value))
        action.setToolTip("Stop the training first, to continue from the edited flow" if is_training else tip)

    editor.watch(update)
    return action


def open_layer_menu(editor: LayerEditor, parent: QWidget, stage: int, where: QPoint) -> None:
    """Open the context menu of a stage at a place on the screen."""
    edit, problem = editor.edits.value.of(stage), editor.problem_of(stage)
    menu = QMenu(parent)
    menu.setObjectName("layerMenu")
    menu.setToolTipsVisible(True)
    title = f"{'Enable' if edit.disabled else 'Disable'} Layer {stage}" if stage else "The Base Is Not a Layer"
    tip = problem or "Let it move points, or nothing"
    toggle, reset = fill_menu(
        menu,
        Entry("toggleLayer", title, partial(editor.toggle, stage), tip),
        Entry("resetOneLayer", "Reset This Layer", partial(editor.reset, stage), problem),
    ).values()
    toggle.setEnabled(not problem)
    reset.setEnabled(not problem and stage in editor.edits.value.layers)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    editor.announce()
    menu.popup(where)
