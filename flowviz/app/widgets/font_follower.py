"""Widgets whose sizes depend on the font, or whose pictures depend on the theme."""

from typing import TYPE_CHECKING, ClassVar

from PyQt6.QtCore import QEvent

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget as Base
else:  # PyQt allows only one of its classes among the bases of a widget
    Base = object


class FontFollower(Base):
    """Base of a widget, named before its Qt class, that fits its sizes to each change of the font."""

    followed: ClassVar = frozenset({QEvent.Type.FontChange})

    def fit_font(self) -> None:
        """Fit what depends on the size of letters."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() in self.followed:
            self.fit_font()


class ThemeFollower(FontFollower):
    """Base of a widget, named before its Qt class, that draws again after each change of the theme or the font."""

    followed: ClassVar = frozenset({QEvent.Type.FontChange, QEvent.Type.PaletteChange, QEvent.Type.StyleChange})

    def show_appearance(self) -> None:
        """Show the theme and the font in use."""
        raise NotImplementedError

    def fit_font(self) -> None:
        self.show_appearance()
