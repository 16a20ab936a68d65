"""The layout of the pages of the lessons panel."""

from PyQt6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.controls import lay_out
from flowviz.app.widgets.scroll_column import ScrollColumn


def lay_out_page(page: QWidget, column: ScrollColumn, buttons: QBoxLayout, *above: QBoxLayout) -> None:
    """Fill a page: a column that scrolls, below what is above it, and buttons that keep their place at the bottom."""
    column.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    buttons.setContentsMargins(GAP, 0, GAP, GAP)
    lay_out(QVBoxLayout(page), *above, column, buttons, stretched=column)
