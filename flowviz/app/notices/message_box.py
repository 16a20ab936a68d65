"""Message boxes that ask a question. They do not block: the answer arrives later."""

from collections.abc import Callable
from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox, QPushButton, QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import UNIT
from flowviz.app.widgets.controls import begin_dialog, on_click

Role = QMessageBox.ButtonRole
ICON_SIDE = 4 * UNIT  # pixels
SAVE, DISCARD, CANCEL = Role.AcceptRole, Role.DestructiveRole, Role.RejectRole


class Answer(NamedTuple):
    """Button of a message box, and the function that it runs."""

    text: str
    role: QMessageBox.ButtonRole
    run: Callable[[], object] = lambda: None


def ask(parent: QWidget, name: str, question: str, information: str, *answers: Answer) -> QMessageBox:
    """Open a message box; Return presses the first of its buttons, and Escape the last one."""
    box = QMessageBox(parent)
    begin_dialog(box, name, "flowviz")
    box.setIconPixmap(icon("question" if question.endswith("?") else "warning").pixmap(ICON_SIDE))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question)
    box.setInformativeText(information)
    buttons: list[QPushButton] = []
    for answer in answers:
        button = existing(box.addButton(answer.text, answer.role))
        button.setObjectName(f"{answer.text.replace('&', '').split()[0].rstrip('…').lower()}Button")
        buttons.append(on_click(button, answer.run))
    box.setDefaultButton(buttons[0])
    box.setEscapeButton(buttons[-1])
    box.open()
    return box
