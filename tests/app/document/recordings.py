"""A window that shows recorded flows of other programs."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QAction, QStandardItemModel
from PyQt6.QtWidgets import QComboBox

from flowviz.app.state.view import ViewState
from tests.app.conftest import FileMenu, settle

COUNT = 300
STRETCH = np.array([2.0, 0.5])


def walk() -> NDArray[np.float64]:
    """Return particles (3, n, 2) that two layers stretch and move."""
    base = np.random.default_rng(0).standard_normal((COUNT, 2))
    return np.stack([base, base * STRETCH, base * STRETCH + 1])


def complete() -> dict[str, Any]:
    """Return the arrays of a recording with densities, a name with tags, and two columns."""
    base = -0.5 * (walk()[0] ** 2).sum(axis=1) - np.log(2 * np.pi)
    columns = {"speed": np.arange(COUNT), "mass": np.ones(COUNT)}
    names = ["normal", "<b>affine</b>", "shift"]
    return {"positions": walk(), "log_det": np.zeros((3, COUNT)), "log_prob": base, "names": names, **columns}


class Recorded:
    """A window that shows a recorded flow."""

    def __init__(self, file_menu: FileMenu, folder: Path) -> None:
        self.menu, self.folder, self.main = file_menu, folder, file_menu.window.main

    def open(self, name: str = "mine", **arrays: Any) -> Path:
        """Write a recording, by default without densities and columns, open it, and wait until it is shown."""
        path = self.folder / f"{name}.npz"
        np.savez(path, **(arrays or {"positions": walk()}))
        self.main.document_actions.open(path)
        self.wait_for(name)
        return path

    def wait_for(self, name: str) -> None:
        """Wait until the recording of a file is shown."""
        self.menu.wait(lambda: self.main.document_actions.document.name == f"particles of {name}")
        settle(self.main)

    def action(self, name: str) -> QAction:
        """Return a command."""
        return self.menu.window.find(QAction, name)

    def problems(self, box: str) -> dict[str, str]:
        """Return the disabled choices of a combo box, with their tooltips."""
        model = self.menu.window.find(QComboBox, box).model()
        assert isinstance(model, QStandardItemModel)
        items = [model.item(row) for row in range(model.rowCount())]
        return {item.text(): item.toolTip() for item in items if item is not None and not item.isEnabled()}

    @property
    def view(self) -> ViewState:
        """Return the state of the view."""
        return self.main.view

    def colors(self) -> tuple[str, str | None]:
        """Return the meaning of the colors, and the column that they show."""
        view = self.main.view.seen.view
        return view.color_by, view.column

    def shown(self) -> tuple[object, object]:
        """Return the marks and the direction of the view."""
        seen = self.main.view.seen
        return seen.view.marks, seen.direction
