"""The light and the dark theme: palettes, the style sheet, and the colors of plots."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFontInfo, QFontMetrics, QGuiApplication, QPalette

from flowviz.rendering.colors import SURROUNDINGS, Color
from flowviz.specs.view import Theme

THEMES: dict[str, Theme | None] = {"Follow &System": None, "&Light": "light", "&Dark": "dark"}

WINDOW: dict[Theme, Color] = {"light": (239, 239, 239), "dark": (44, 47, 52)}
BUTTON: dict[Theme, Color] = {"light": (239, 239, 239), "dark": (60, 64, 70)}
PANEL_TITLE: dict[Theme, Color] = {"light": (224, 224, 224), "dark": (56, 60, 66)}
DISABLED: dict[Theme, Color] = {"light": (132, 132, 132), "dark": (146, 150, 156)}
HIGHLIGHT: dict[Theme, Color] = {"light": (0, 102, 170), "dark": (42, 110, 160)}
CHOSEN: dict[Theme, Color] = {"light": (198, 222, 240), "dark": (44, 84, 118)}  # behind text that keeps its color
FOCUS: dict[Theme, Color] = {"light": (0, 102, 170), "dark": (86, 180, 233)}
LINK: dict[Theme, Color] = {"light": (0, 102, 170), "dark": (120, 195, 240)}
WARNING: dict[Theme, Color] = {"light": (176, 58, 0), "dark": (255, 160, 100)}
NOTICE: dict[Theme, Color] = {"light": (255, 244, 233), "dark": (64, 50, 40)}

# Fusion only darkens a checked button, which is invisible in the dark theme, where a radio button has no outline.
STYLE = """
WordBox {{ border: 1px solid rgb{edge}; border-radius: 4px; padding: 2px 4px; }}
TextBox {{ font-size: {large}pt; }}
QPushButton, QToolButton {{ icon-size: {icon}px; }}
QToolButton:checked {{
    background: rgb{chosen}; border: 2px solid rgb{focus}; border-radius: 3px; padding: 0 1px;
}}
QRadioButton::indicator {{
    width: {dot}px; height: {dot}px; border: 2px solid rgb{edge}; border-radius: {rounding}px; background: rgb{paper};
}}
QRadioButton::indicator:checked {{
    border-color: rgb{focus};
    background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
        stop: 0 rgb{focus}, stop: 0.55 rgb{focus}, stop: 0.65 rgb{paper}, stop: 1 rgb{paper});
}}
NoticeBar {{ background: rgb{notice}; border: 1px solid rgb{warning}; border-radius: 4px; }}
#exampleCaption {{
    background: rgb{paper}; border: 1px solid rgb{edge}; border-radius: 4px; padding: 4px 8px; margin: 8px;
}}
Chip {{
    background: rgb{paper}; border: 1px solid rgb{edge}; border-radius: 4px; padding: 2px 6px; margin: 6px;
}}
#nextStepChip {{ margin: 6px 6px 28px 44px; }}
Chip:hover {{ background: rgb{chosen}; }}
QStatusBar::item {{ border: none; }}
#targetDropZone {{ border: 1px dashed rgb{edge}; border-radius: 6px; background: transparent; padding: 12px 0; }}
#targetDropZone:hover, #targetDropZone:focus {{ border-color: rgb{focus}; }}
TitleBar {{ background: rgb{title}; }}
TitleBar QToolButton {{ border: none; border-radius: 3px; padding: 0; icon-size: {title_icon}px; }}
TitleBar QToolButton:hover {{ background: rgb{chosen}; }}
WarningLabel[warns="true"], CloudHeader[warns="true"] {{ color: rgb{warning}; }}
"""


def enlarged_text(factor: float) -> str:
    """Return a style sheet that enlarges text and icons, because that of the window overrides a font."""
    font = QGuiApplication.font()
    points, pixels = factor * font.pointSizeF(), round(factor * QFontInfo(font).pixelSize())
    return f"* {{ font-size: {points:.1f}pt; icon-size: {pixels}px; }}"


def style_sheet(theme: Theme) -> str:
    """Return the style sheet of the window, for what a palette cannot express."""
    font = QGuiApplication.font()
    dot = 2 * round(0.35 * QFontMetrics(font).height())
    return STYLE.format(
        dot=dot,
        rounding=dot // 2 + 2,  # with the border, a circle
        icon=QFontMetrics(font).height() + 2,  # a little higher than the text beside it
        title_icon=QFontMetrics(font).height() - 2,
        large=1.3 * font.pointSizeF(),
        edge=DISABLED[theme],
        paper=SURROUNDINGS[theme].background,
        chosen=CHOSEN[theme],
        focus=FOCUS[theme],
        notice=NOTICE[theme],
        warning=WARNING[theme],
        title=PANEL_TITLE[theme],
    )


def system_theme() -> Theme:
    """Return the theme of the system; light if it has none."""
    hints = QGuiApplication.styleHints()
    return "dark" if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def palette(theme: Theme) -> QPalette:
    """Return the palette of the application.

    Without a desktop theme, Qt has only one palette and cannot switch between light and dark by itself.
    """
    colors = QPalette(QColor(*BUTTON[theme]), QColor(*WINDOW[theme]))
    colors.setColor(QPalette.ColorRole.Base, background(theme))
    colors.setColor(QPalette.ColorRole.Highlight, QColor(*HIGHLIGHT[theme]))
    colors.setColor(QPalette.ColorRole.HighlightedText, QColor("white"))
    colors.setColor(QPalette.ColorRole.Accent, QColor(*FOCUS[theme]))
    colors.setColor(QPalette.ColorRole.Link, QColor(*LINK[theme]))
    colors.setColor(QPalette.ColorRole.LinkVisited, QColor(*LINK[theme]))
    colors.setColor(QPalette.ColorRole.PlaceholderText, QColor(*SURROUNDINGS[theme].label))
    colors.setColor(QPalette.ColorRole.ToolTipBase, background(theme))
    colors.setColor(QPalette.ColorRole.ToolTipText, ink(theme))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        colors.setColor(role, ink(theme))
        colors.setColor(QPalette.ColorGroup.Disabled, role, QColor(*DISABLED[theme]))
    return colors


def menu_palette(theme: Theme) -> QPalette:
    """Return the palette of menus, whose selected entries keep the color of their text and icon."""
    colors = palette(theme)
    colors.setColor(QPalette.ColorRole.Highlight, QColor(*CHOSEN[theme]))
    colors.setColor(QPalette.ColorRole.HighlightedText, ink(theme))
    return colors


def background(theme: Theme) -> QColor:
    """Return the background color of pictures and plots."""
    return QColor(*SURROUNDINGS[theme].background)


def ink(theme: Theme) -> QColor:
    """Return the color of the target in its preview, and of sentences on a picture."""
    return QColor(*SURROUNDINGS[theme].title)
