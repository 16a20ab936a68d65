"""Check that the text of a drawing is inside of the picture and does not overlap."""

from flowviz.rendering.annotate import text_width
from flowviz.rendering.drawing import Drawing
from flowviz.specs import PictureSize

ACROSS = {"l": 0.0, "m": 0.5, "r": 1.0}  # share of a text to the left of its anchor
DOWN = {"t": 0.0, "m": 0.5, "s": 0.8, "b": 1.0}  # share of a line above its anchor


def assert_text_fits(drawing: Drawing, size: PictureSize, text: float) -> None:
    """Check the labels of a drawing; `text` is 1 em in pixels."""
    length, boxes = text_width(text), list[tuple[float, float, float, float]]()
    for label in drawing.labels:
        width, height = label.ems * length(label.text), label.ems * text
        left, top = label.x - ACROSS[label.anchor[0]] * width, label.y - DOWN[label.anchor[1]] * height
        assert 0 <= left <= left + width <= size.width, label.text
        assert 0 <= top <= top + height <= size.height, label.text
        for other in boxes:
            is_beside = left + width <= other[0] or other[2] <= left
            assert is_beside or top + height <= other[1] or other[3] <= top, label.text
        boxes.append((left, top, left + width, top + height))
