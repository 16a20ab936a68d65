"""Dialogs about flowviz: its release notes, its license and how to cite it."""

from collections.abc import Callable

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QMessageBox, QTextBrowser, QVBoxLayout, QWidget

import flowviz
from flowviz.about import citation, license_text, release_notes
from flowviz.app.desktop.existing import copy_text, existing
from flowviz.app.style.tokens import GAP, UNIT
from flowviz.app.widgets.controls import begin_dialog, button, lay_out, named
from flowviz.app.widgets.labels import WrappingLabel

SIZE = QSize(52, 34)  # in line heights
ICON_SIDE = 8 * UNIT  # pixels
CITE = "If you use flowviz in a paper or a talk, please cite it, and the flow that you show."
ABOUT = """<b>flowviz {version}</b><p>Type a word, watch a normalizing flow learn to bend a Gaussian cloud into it, and
scrub through its layers to see how.</p><p>Based on Brad Saund's blog post on normalizing flows. Free software under
the GNU General Public License, version 3 or later.</p>"""


class TextDialog(QDialog):
    """Dialog that shows a long text."""

    def __init__(self, name: str, title: str, parent: QWidget, introduction: str = "") -> None:
        super().__init__(parent)
        begin_dialog(self, name, title)
        self.text = named(QTextBrowser(), f"{name}Text", title)
        self.text.setOpenExternalLinks(True)
        existing(self.text.document()).setDocumentMargin(GAP)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.buttons.rejected.connect(self.reject)
        above = [WrappingLabel(f"{name}Introduction", "Introduction", introduction)] if introduction else []
        lay_out(QVBoxLayout(self), *above, self.text, self.buttons, stretched=self.text, margin=GAP)
        room = existing(parent.screen()).availableSize()
        self.resize((SIZE * self.fontMetrics().height()).boundedTo(room))

    def show_code(self, text: str) -> None:
        """Show text in a font in which all letters have the same width."""
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setPlainText(text)
        self.text.setLineWrapMode(QTextBrowser.LineWrapMode.NoWrap)


class About:
    """Actions of the Help menu about flowviz itself."""

    def __init__(self, window: QWidget, say: Callable[[str], object]) -> None:
        """Prepare to show dialogs; `say` shows a message in the status bar."""
        self._window, self._say = window, say

    def show_release_notes(self) -> None:
        """Show what is new in this and earlier releases."""
        dialog = TextDialog("releaseNotes", "What's New", self._window)
        dialog.text.setMarkdown(release_notes())
        dialog.open()

    def show_citation(self) -> None:
        """Show BibTeX entries, with a button that copies them."""
        dialog = TextDialog("citation", "Cite flowviz", self._window, CITE)
        dialog.show_code(citation())
        tip = "Copy all entries to the clipboard"
        copy = button("copyCitationButton", "&Copy BibTeX", tip, run=self._copy_citation)
        dialog.buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        dialog.open()

    def show_license(self) -> None:
        """Show the GNU General Public License."""
        dialog = TextDialog("license", "License", self._window)
        dialog.show_code(license_text())
        dialog.open()

    def show_summary(self) -> None:
        """Show the version, the origin and the license."""
        box = QMessageBox(self._window)
        begin_dialog(box, "about", "About flowviz")
        box.setIconPixmap(self._window.windowIcon().pixmap(ICON_SIDE))
        box.setText(ABOUT.format(version=flowviz.__version__))
        box.addButton(QMessageBox.StandardButton.Close)
        box.open()

    def _copy_citation(self) -> None:
        copy_text(citation())
        self._say("The BibTeX entries were copied to the clipboard.")
