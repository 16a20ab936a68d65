"""The button that turns light into dark."""

from PyQt6.QtWidgets import QToolButton

from flowviz.app.style.icons import icon
from flowviz.specs.view import Theme

OTHER: dict[Theme, Theme] = {"light": "dark", "dark": "light"}


class ThemeSwitch(QToolButton):
    """Shows the theme that it leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("themeButton")
        self.setAutoRaise(True)

    def show_theme(self, theme: Theme) -> None:
        """This theme is seen: offer the other one."""
        self.setIcon(icon(OTHER[theme]))
        self.setAccessibleName(f"Switch to the {OTHER[theme]} theme")
        self.setToolTip(f"Switch to the {OTHER[theme]} theme; View ▸ Theme has that of the system, too")
