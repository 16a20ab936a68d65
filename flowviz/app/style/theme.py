"""The light and the dark theme: palettes, the style sheet, and the colors of plots."""

from math import ceil

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFontInfo, QFontMetrics, QFontMetricsF, QGuiApplication, QPalette

from flowviz.app.desktop.existing import existing
from flowviz.app.style.tokens import CORNER, GAP, LARGE_CORNER, LARGE_TEXT, LINE, MARGIN, TEXT, TIGHT
from flowviz.files import resource
from flowviz.rendering.colors import SURROUNDINGS, Color
from flowviz.specs.view import Theme

THEMES: dict[str, Theme | None] = {"Follow &System": None, "&Light": "light", "&Dark": "dark"}

ON_HIGHLIGHT: Color = (255, 255, 255)
SHADE = (0, 0, 0, 100)  # above everything that the tour does not explain, with its alpha
COLORS: dict[str, dict[Theme, Color]] = {
    "window": {"light": (246, 247, 249), "dark": (36, 38, 43)},
    "button": {"light": (255, 255, 255), "dark": (42, 45, 50)},
    "hover": {"light": (232, 235, 239), "dark": (56, 60, 67)},
    "separator": {"light": (217, 220, 225), "dark": (64, 68, 76)},  # between and around surfaces
    "edge": {"light": (138, 143, 151), "dark": (122, 127, 136)},  # around what can be filled in
    "disabled": {"light": (132, 132, 132), "dark": (146, 150, 156)},
    "highlight": {"light": (0, 102, 170), "dark": (46, 122, 182)},  # checked and selected
    "highlight_hover": {"light": (0, 78, 132), "dark": (36, 102, 156)},
    "chosen": {"light": (205, 225, 241), "dark": (42, 76, 106)},  # behind text that keeps its color
    "focus": {"light": (0, 102, 170), "dark": (86, 180, 233)},
    "link": {"light": (0, 102, 170), "dark": (120, 195, 240)},
    "warning": {"light": (176, 58, 0), "dark": (255, 160, 100)},
    "notice": {"light": (255, 244, 233), "dark": (64, 50, 40)},
}

# Fusion draws gradients, dotted handles and outlines around checked buttons. A rule that gives a control a border
# replaces all of them, and the focus, which is a ring; see `window.keyboard`.
STYLE = """
* {{ outline: none; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QMainWindow::separator {{ background: transparent; width: {tight}px; height: {tight}px; }}
QSplitter::handle {{ background: transparent; }}
QMainWindow::separator:hover, QSplitter::handle:hover {{ background: rgb{separator}; }}
QMenuBar, QStatusBar {{ background: rgb{window}; border: none; }}
QMenuBar::item {{ background: transparent; padding: {line}px {gap}px; border-radius: {tight}px; }}
QMenuBar::item:selected {{ background: rgb{chosen}; }}
QStatusBar {{ border-top: 1px solid rgb{separator}; }}
QStatusBar::item {{ border: none; }}
TitleBar {{ background: rgb{window}; border-top: 1px solid rgb{separator}; }}
TitleBar QLabel {{ font-weight: bold; }}
TitleBar QToolButton {{
    border: none; padding: 0; border-radius: {tight}px; icon-size: {title_icon}px;
}}

QPushButton, QToolButton, QComboBox {{
    background: rgb{button}; border: 1px solid rgb{separator}; border-radius: {corner}px; padding: {line}px {gap}px;
    icon-size: {icon}px;
}}
QPushButton {{ min-height: {icon}px; }}
QComboBox, QComboBox:hover {{ border-color: rgb{edge}; }}
QComboBox:disabled {{ border-color: rgb{separator}; }}
QToolButton {{ padding: {line}px; }}
QToolButton[toolButtonStyle="2"], ViewBar QToolButton {{ padding: {line}px {tight}px; }}
QPushButton:hover, QToolButton:hover, QComboBox:hover {{ background: rgb{hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: rgb{chosen}; }}
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled {{ background: transparent; color: rgb{disabled}; }}
QToolButton[autoRaise="true"], ViewBar QToolButton, QMenuBar QToolButton {{
    background: transparent; border-color: transparent;
}}
QToolButton[autoRaise="true"]:hover, ViewBar QToolButton:hover {{ background: rgb{hover}; }}
QPushButton:checked, QToolButton:checked, ViewBar QToolButton:checked,
QPushButton:default, #startTrainButton, #lessonNextLessonButton {{
    background: rgb{highlight}; border-color: rgb{highlight}; color: rgb{on_highlight};
}}
QPushButton:default:hover, #startTrainButton:hover, #lessonNextLessonButton:hover {{
    background: rgb{highlight_hover};
}}
QPushButton:checked:disabled, QToolButton:checked:disabled, QPushButton:default:disabled {{
    background: rgb{hover}; border-color: rgb{hover}; color: rgb{disabled};
}}
DisclosureButton:checked, DisclosureButton:checked:hover {{
    background: rgb{hover}; border-color: rgb{separator}; color: rgb{ink};
}}
LessonEntry:default {{ background: rgb{button}; border-color: rgb{separator}; }}
LessonEntry:default:hover {{ background: rgb{hover}; }}
QToolButton::menu-indicator, QPushButton::menu-indicator {{
    image: url({controls}/down-{theme}.svg); width: {arrow}px; subcontrol-position: right center; right: {tight}px;
}}
QToolButton[popupMode="2"] {{ padding-right: {group}px; }}
QToolButton::down-arrow {{ image: url({controls}/down-{theme}.svg); width: {arrow}px; height: {arrow}px; }}
QComboBox::drop-down {{ border: none; width: {box}px; }}
QComboBox::down-arrow {{ image: url({controls}/down-{theme}.svg); width: {arrow}px; height: {arrow}px; }}

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox {{
    background: rgb{paper}; border: 1px solid rgb{edge}; border-radius: {corner}px; padding: {line}px {tight}px;
}}
QLineEdit:disabled, QAbstractSpinBox:disabled {{ border-color: rgb{separator}; color: rgb{disabled}; }}
QComboBox QLineEdit, QAbstractSpinBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
TextBox {{ font-size: {large}pt; }}
QAbstractSpinBox {{ padding: {above}px {gap}px 1px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: {box}px; }}
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: rgb{hover}; }}
QAbstractSpinBox::up-arrow {{ image: url({controls}/up-{theme}.svg); width: {arrow}px; height: {arrow}px; }}
QAbstractSpinBox::down-arrow {{ image: url({controls}/down-{theme}.svg); width: {arrow}px; height: {arrow}px; }}

QCheckBox::indicator, QRadioButton::indicator, QGroupBox::indicator {{
    width: {box}px; height: {box}px; border: 1px solid rgb{edge}; background: rgb{paper};
}}
QCheckBox::indicator, QGroupBox::indicator {{ border-radius: {tight}px; }}
QRadioButton::indicator {{ border-radius: {rounding}px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: rgb{focus}; }}
QCheckBox::indicator:checked, QCheckBox::indicator:indeterminate, QRadioButton::indicator:checked,
QGroupBox::indicator:checked {{ background: rgb{highlight}; border-color: rgb{highlight}; }}
QCheckBox::indicator:checked, QGroupBox::indicator:checked {{ image: url({controls}/check.svg); }}
QCheckBox::indicator:indeterminate {{ image: url({controls}/partly.svg); }}
QRadioButton::indicator:checked {{ image: url({controls}/dot.svg); }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{
    background: rgb{window}; border-color: rgb{separator};
}}
QCheckBox::indicator:checked:disabled, QRadioButton::indicator:checked:disabled {{ background: rgb{disabled}; }}

QSlider:horizontal {{ min-height: {box}px; }}
QSlider::groove:horizontal {{ height: {groove}px; border-radius: {line}px; background: rgb{separator}; }}
QSlider::sub-page:horizontal {{ height: {groove}px; border-radius: {line}px; background: rgb{focus}; }}
QSlider::handle:horizontal {{
    width: {handle}px; height: {handle}px; margin: -{overhang}px 0; border-radius: {handle_rounding}px;
    background: rgb{paper}; border: 1px solid rgb{edge};
}}
QSlider::handle:horizontal:hover {{ border-color: rgb{focus}; }}
QSlider::sub-page:horizontal:disabled {{ background: rgb{separator}; }}
QSlider::handle:horizontal:disabled {{ background: rgb{window}; border-color: rgb{separator}; }}
QProgressBar {{
    background: rgb{hover}; border: none; border-radius: {corner}px; text-align: center; min-height: {box}px;
}}
QProgressBar::chunk {{ background: rgb{chosen}; border-radius: {corner}px; }}
QScrollBar:vertical {{ background: transparent; width: {scroll}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {scroll}px; margin: 0; }}
QScrollBar::handle {{ background: rgb{edge}; border-radius: {line}px; margin: {line}px; }}
QScrollBar::handle:vertical {{ min-height: {handle}px; }}
QScrollBar::handle:horizontal {{ min-width: {handle}px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QAbstractItemView {{ border: 1px solid rgb{separator}; border-radius: {corner}px; background: rgb{paper}; }}
QHeaderView, GalleryList {{ border: none; }}
GalleryList::item:hover:!selected {{ background: rgb{hover}; }}
QHeaderView::section {{
    background: rgb{window}; border: none; border-bottom: 1px solid rgb{separator}; padding: {tight}px {gap}px;
}}
QTabBar {{ border: none; }}
QTabBar::tab {{
    background: transparent; border: none; border-bottom: {line}px solid transparent; padding: {tight}px {gap}px;
}}
QTabBar::tab:selected {{ border-bottom-color: rgb{focus}; }}
QTabBar::tab:hover {{ background: rgb{hover}; }}
QGroupBox {{ border: none; margin-top: {group}px; font-weight: bold; }}
QGroupBox::title {{ subcontrol-origin: margin; subcontrol-position: top left; }}
NoticeBar {{ background: rgb{notice}; border: 1px solid rgb{warning}; border-radius: {corner}px; }}
Callout {{ background: rgb{window}; border: 1px solid rgb{separator}; border-radius: {large_corner}px; }}
ReturnBar {{ border: 1px solid rgb{separator}; border-radius: {corner}px; }}
#exampleCaption {{
    background: rgb{paper}; border: 1px solid rgb{separator}; border-radius: {corner}px; padding: {tight}px {gap}px;
    margin: {gap}px;
}}
Chip {{
    background: rgb{paper}; border: 1px solid rgb{separator}; border-radius: {corner}px; padding: {tight}px {gap}px;
    margin: {gap}px;
}}
#nextStepChip {{ margin-bottom: {chip_bottom}px; }}
Chip:hover {{ background: rgb{chosen}; }}
#lessonTerm {{ background: rgb{hover}; border-radius: {corner}px; padding: {tight}px {gap}px; }}
#targetDropZone {{
    border: 1px dashed rgb{edge}; border-radius: {corner}px; background: transparent; padding: {tight}px {gap}px;
}}
#selectionBar {{
    background: rgb{paper}; border: 1px solid rgb{separator}; border-radius: {corner}px; margin: {gap}px;
}}
#selectionBar Chip {{ border: none; margin: 0; }}
#targetDropZone:hover, #targetDropZone:focus {{ border-color: rgb{focus}; }}
WarningLabel[warns="true"], PaneHeader[warns="true"] {{ color: rgb{warning}; }}
QMenu {{ background: rgb{window}; border: 1px solid rgb{separator}; padding: {tight}px 0; }}
QMenu::separator {{ height: 1px; background: rgb{separator}; margin: {tight}px {gap}px; }}
Sheet {{ background: rgb{window}; border: 1px solid rgb{separator}; border-radius: {large_corner}px; }}
PrimaryButton {{
    background: rgb{highlight}; border-color: rgb{highlight}; color: rgb{on_highlight};
    padding: {tight}px {group}px {tight}px {gap}px;
}}
PrimaryButton:hover, PrimaryButton:pressed {{ background: rgb{highlight_hover}; }}
PrimaryButton:disabled {{ background: rgb{hover}; border-color: rgb{hover}; color: rgb{disabled}; }}
PrimaryButton::menu-button {{ border: none; border-left: 1px solid rgb{on_highlight}; width: {group}px; }}
PrimaryButton::menu-button:disabled {{ border-left-color: rgb{separator}; }}
#progressBar {{ min-height: {tight}px; border-radius: {line}px; }}
#progressBar::chunk {{ background: rgb{highlight}; border-radius: {line}px; }}
#showButton::menu-indicator, #playbackButton::menu-indicator {{ image: none; }}
CommandPalette {{ background: rgb{paper}; border: 1px solid rgb{edge}; border-radius: {large_corner}px; }}
CommandPalette QLineEdit {{ background: transparent; border: none; padding: {tight}px; font-size: {large}pt; }}
CommandPalette QTreeWidget {{ border: none; }}
CommandPalette QTreeWidget::item {{ padding: {tight}px; }}
CommandPalette #commandSentence {{ padding: 0 {row}px; qproperty-indent: 0; qproperty-alignment: AlignTop; }}
PresentationBar QPushButton, PresentationBar QLineEdit {{ padding: {gap}px; }}
"""


def enlarged_text(factor: float) -> str:
    """Return a style sheet that enlarges text and icons, because that of the window overrides a font."""
    font = QGuiApplication.font()
    points, pixels = factor * font.pointSizeF(), round(factor * QFontInfo(font).pixelSize())
    return f"* {{ font-size: {points:.1f}pt; icon-size: {pixels}px; }}"


def style_sheet(theme: Theme) -> str:
    """Return the style sheet of the window, for what a palette cannot express."""
    font = QGuiApplication.font()
    height = QFontMetrics(font).height()
    box, handle = height - 2, 2 * round(0.4 * height)
    return STYLE.format(
        **{name: colors[theme] for name, colors in COLORS.items()},
        tight=TIGHT,
        gap=GAP,
        row=TIGHT + 3,  # before the text of a row of a list
        corner=CORNER,
        large_corner=LARGE_CORNER,
        line=LINE,
        groove=TIGHT,
        chip_bottom=MARGIN + TIGHT + height + GAP,  # above the numbers of the axis and of the particles outside
        on_highlight=ON_HIGHLIGHT,
        paper=SURROUNDINGS[theme].background,
        ink=SURROUNDINGS[theme].title,
        theme=theme,
        controls=resource("controls").as_posix(),
        icon=height + 2,  # a little higher than the text beside it
        above=ceil(QFontMetricsF(font).height()) - height,  # a number: Qt rounds the height of a combo box up
        title_icon=height - 2,
        arrow=round(0.75 * height),
        box=box,
        rounding=box // 2 + 1,  # with the border, a circle
        handle=handle - 2,  # without its border
        handle_rounding=handle // 2,
        overhang=(handle - TIGHT) // 2,
        scroll=GAP + 2,
        group=height + GAP,
        large=LARGE_TEXT / TEXT * font.pointSizeF(),
    )


def system_theme() -> Theme:
    """Return the theme of the system; light if it has none."""
    return "dark" if existing(QGuiApplication.styleHints()).colorScheme() == Qt.ColorScheme.Dark else "light"


def shown_theme() -> Theme:
    """Return the theme of the palette of the application."""
    base = QGuiApplication.palette().color(QPalette.ColorRole.Base)
    return "dark" if base == background("dark") else "light"


def palette(theme: Theme) -> QPalette:
    """Return the palette of the application.

    Without a desktop theme, Qt has only one palette and cannot switch between light and dark by itself.
    """
    colors = QPalette(QColor(*COLORS["button"][theme]), QColor(*COLORS["window"][theme]))
    for role, color in (
        (QPalette.ColorRole.Base, SURROUNDINGS[theme].background),
        (QPalette.ColorRole.Mid, COLORS["edge"][theme]),  # of frames
        (QPalette.ColorRole.Highlight, COLORS["highlight"][theme]),
        (QPalette.ColorRole.HighlightedText, ON_HIGHLIGHT),
        (QPalette.ColorRole.Accent, COLORS["focus"][theme]),
        (QPalette.ColorRole.Link, COLORS["link"][theme]),
        (QPalette.ColorRole.LinkVisited, COLORS["link"][theme]),
        (QPalette.ColorRole.PlaceholderText, SURROUNDINGS[theme].label),
        (QPalette.ColorRole.ToolTipBase, SURROUNDINGS[theme].background),
        (QPalette.ColorRole.ToolTipText, SURROUNDINGS[theme].title),
    ):
        colors.setColor(role, QColor(*color))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        colors.setColor(role, ink(theme))
        colors.setColor(QPalette.ColorGroup.Disabled, role, QColor(*COLORS["disabled"][theme]))
    return colors


def menu_palette(theme: Theme) -> QPalette:
    """Return the palette of menus, whose selected entries keep the color of their text and icon."""
    colors = palette(theme)
    colors.setColor(QPalette.ColorRole.Highlight, QColor(*COLORS["chosen"][theme]))
    colors.setColor(QPalette.ColorRole.HighlightedText, ink(theme))
    return colors


def background(theme: Theme) -> QColor:
    """Return the background color of pictures and plots."""
    return QColor(*SURROUNDINGS[theme].background)


def ink(theme: Theme) -> QColor:
    """Return the color of the target in its preview, and of sentences on a picture."""
    return QColor(*SURROUNDINGS[theme].title)
