"""Colors and sizes come from the tokens of the visual system, and from nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from flowviz import app
from flowviz.app.style import theme, tokens
from flowviz.specs.view import Theme

APP = Path(app.__file__).parent

SIZERS = re.compile(
    r"set(ContentsMargins|Spacing|HorizontalSpacing|VerticalSpacing|PixelSize|PointSize|PointSizeF|IconSize)"
    r"|set(Fixed|Minimum|Maximum)(Width|Height|Size)|addSpacing|drawRoundedRect|QPen|mkPen|adjusted"
)
SIZE_NAMES = re.compile(
    r"(MARGIN|SPACING|GAP|PADDING|ROUNDING|RADIUS|FRAME|LINE|HALO|OUTLINE|WIDTH|HEIGHT|SIDE|SIZE|ICON|EDGE|BAR|HEADER)S?"
)
PIXELS = re.compile(r"#.*\bpixels\b(?! per)")
STYLE_LITERALS = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3,5})?\b|\brgba?\s*\(|\b[1-9][0-9]*\s*(?:px|pt)\b")
ALLOWED = {
    ("target/canvas.py", "QColor"),  # a drawing is data: black is what is learned, in either theme
    ("window/presentation.py", "PLAIN_HEIGHT"),  # of a screen
    ("target/canvas.py", "SIZE"),  # of the drawing, not of its widget
}


def uses(source: str, place: str = "") -> Iterator[tuple[str, int]]:
    """Yield what a module says about colors and sizes without tokens: a name, and the line."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if STYLE_LITERALS.search(text):
                yield "style", node.lineno
            case ast.Call(func=ast.Name(id="QColor"), args=[_, *_]) if all(map(is_literal, node.args)):
                yield "QColor", node.lineno
            case ast.Call() if SIZERS.fullmatch(name := called(node)) and any(map(has_free_number, arguments(node))):
                yield name, node.lineno
            case ast.Assign(targets=[target]) if PIXELS.search(lines[node.end_lineno - 1]):  # type: ignore[operator]
                pairs = zip(parts(target), parts(node.value), strict=False)
                for each, value in pairs:
                    name = ast.unparse(each)
                    if name.isupper() and set(name.split("_")) & sizes(name) and has_free_number(value):
                        yield name, node.lineno


def sizes(name: str) -> set[str]:
    return {part for part in name.split("_") if SIZE_NAMES.fullmatch(part)}


def parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)


def arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(each.value for each in node.keywords if each.arg in {None, "width"})]


def is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def has_free_number(node: ast.AST) -> bool:
    """Return whether a size contains a number of pixels above 1 that is neither a token nor a multiple of something."""
    match node:
        case ast.UnaryOp():
            return has_free_number(node.operand)
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number > 1
        case ast.BinOp(op=ast.Mult() | ast.Div() | ast.FloorDiv()):
            return has_free_number(node.left) and has_free_number(node.right)
        case ast.BinOp():
            return has_free_number(node.left) or has_free_number(node.right)
        case ast.Call(func=ast.Name(id="QSize" | "QMargins" | "max" | "min" | "round")):
            return any(map(has_free_number, node.args))
        case ast.IfExp():
            return has_free_number(node.body) or has_free_number(node.orelse)
        case ast.Tuple():
            return any(map(has_free_number, node.elts))
    return False


def test_colors_and_sizes_of_the_window_are_tokens() -> None:
    found = []
    for path in sorted(APP.rglob("*.py")):
        place = path.relative_to(APP).as_posix()
        if not place.startswith("style/"):
            found += [(place, *use) for use in uses(path.read_text(encoding="utf-8"))]
    assert not [f"{place}:{line} {name}" for place, name, line in found if (place, name) not in ALLOWED]
    assert {(place, name) for place, name, _ in found} == ALLOWED, "an exception is no longer needed"


@pytest.mark.parametrize(
    "line",
    [
        "layout.setSpacing(6)",
        "layout.setContentsMargins(9, 0, 9, 9)",
        "self.setMinimumHeight(SIDE + 6)",
        'QColor("mauve")',
        "QColor(1, 2, 3)",
        "QPen(color, 2.5)",
        "mkPen(color, width=2)",
        'box.setStyleSheet("color: #ff0000")',
        'style = "border-radius: 4px"',
        'style = "background: rgb(1, 2, 3)"',
        "MARGIN = 14  # pixels",
        "LABEL_GAP, REST = 4, 1  # pixels between labels",
        "MIN_SIZE = QSize(120, 90)  # pixels",
    ],
)
def test_literals_would_be_found(line: str) -> None:
    assert list(uses(line))


@pytest.mark.parametrize(
    "line",
    [
        "layout.setSpacing(GAP)",
        "layout.setContentsMargins(0, 0, 0, 0)",
        'QColor(*COLORS["chosen"][theme])',
        "self.setMinimumHeight(3 * line)",
        "WIDTH = 14 * UNIT  # pixels",
    ],
)
def test_tokens_would_not_be_found(line: str) -> None:
    assert not list(uses(line))


def test_guide_shows_the_tokens() -> None:
    guide = (APP.parents[1] / "resources/guide/style.md").read_text(encoding="utf-8")
    for name, colors in theme.COLORS.items():
        row = " | ".join("`#{:02x}{:02x}{:02x}`".format(*colors[each]) for each in get_args(Theme))
        assert re.search(rf"^\| `{name}` \| .* \| {re.escape(row)} \|$", guide, re.MULTILINE), name
    for name in re.findall(r"^\| `([A-Z_]+)`", guide, re.MULTILINE):
        assert f"| `{name}` | {getattr(tokens, name)} px |" in guide, name
    named = {name for name, value in vars(tokens).items() if name.isupper() and isinstance(value, int)}
    assert named - {"UNIT", "MOTION_MS"} == set(re.findall(r"^\| `([A-Z_]+)`", guide, re.MULTILINE))
    assert f"multiples of {tokens.UNIT} pixels" in guide
    assert f"takes {tokens.MOTION_MS} ms" in guide
