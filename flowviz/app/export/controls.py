"""Controls of the export form, which are made from the fields of the specs."""

from collections.abc import Callable, Mapping
from typing import Any

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtWidgets import QCheckBox, QSpinBox

from flowviz.app.commands.actions import enable_unless
from flowviz.app.export.source import OTHER, Choices, Item
from flowviz.app.export.words import MARKS
from flowviz.app.state.known import color_choice, colors_of
from flowviz.app.widgets.choice_words import MARKS as WINDOW_MARKS
from flowviz.app.widgets.controls import ChoiceBox, check_box, choice_box
from flowviz.app.widgets.form import Control as FormControl
from flowviz.app.widgets.form import ControlSpec, control_of, interface_of
from flowviz.specs import ExportSpec, PictureSize
from flowviz.specs.fields import SpecField, described, fields_of
from flowviz.specs.view import Mark

COLUMNS = SpecField("columns", described("Columns", "What the columns of panels show"))
FIELDS: Mapping[str, SpecField] = {**fields_of(ExportSpec), **fields_of(PictureSize), COLUMNS.name: COLUMNS}
PREFIXES, SUFFIXES = {"scale": "× "}, {"dpi": " ppi"}
SHOWN_LETTERS = 22  # minimum width of a combo box in characters; its list fits the longest value
MNEMONICS = {
    "what": "W", "format": "F", "size": "S", "scale": "a", "background": "B", "theme": "T", "easing": "v",
    "in_betweens": "n", "fps": "o", "direction": "r", "beside": "i", "color_by": "C", "axes": "x", "labels": "k",
    "fitted": "u", "columns": "u",
}  # fmt: skip


class Control:
    """Control of a field, or of a part of its value.

    Attributes:
        widget: The control.
        chosen: Signal with the value that the user chooses.
        changes: Returns what changes in some choices when the user chooses a value.
    """

    def __init__(
        self, widget: FormControl, value: Callable[[Choices], Any], changes: Callable[[Choices, Any], Choices]
    ) -> None:
        """Create a control that shows what `value` returns for some choices."""
        self.widget, self._value, self.changes, self._tip = widget, value, changes, widget.toolTip()
        self.chosen, _, self._show = interface_of(widget)

    def show_choices(self, choices: Choices, options: Mapping[Any, Item], reason: str) -> None:
        """Show the value of some choices, without emitting signals, and disable the control if there is a reason."""
        with QSignalBlocker(self.widget):
            if isinstance(self.widget, ChoiceBox):
                _offer(self.widget, options)
            self._show(self._value(choices))
        enable_unless(self.widget, reason, self._tip)


def control(name: str, default: Any, *, has_options: bool) -> Control:
    """Return the control of a field: a combo box if it has options, or else a check box or a box for whole numbers.

    Args:
        name: Name of the field.
        default: The value that None means in this field. None if it means nothing else.
        has_options: Whether the value is one of a few options.
    """
    object_name = f"export{name.title().replace('_', '')}"

    def value(choices: Choices) -> Any:
        return default if choices[name] is None else choices[name]

    def changes(_: Choices, value: Any) -> Choices:
        return {name: None if value == default else value}

    widget = control_of(FIELDS[name], ControlSpec(object_name, {} if has_options else None))
    if isinstance(widget, QCheckBox):
        widget.setText(title_of(name))
    elif isinstance(widget, QSpinBox):
        _set_up(widget).setPrefix(PREFIXES.get(name, ""))
        widget.setSuffix(SUFFIXES.get(name, ""))
    return Control(widget, value, changes)


def size_control() -> Control:
    """Return a combo box for the size."""
    box = choice_box("exportSize", FIELDS["size"], {})

    def value(choices: Choices) -> str:
        size = str(choices["size"])
        return size if box.findData(size) >= 0 else OTHER

    def changes(_: Choices, size: str) -> Choices:
        return {} if size == OTHER else {"size": PictureSize.parse(size)}

    return Control(box, value, changes)


def color_control() -> Control:
    """Return a combo box for the colors of the particles, which may be those of a column."""
    box = choice_box("exportColorBy", FIELDS["color_by"], {})

    def value(choices: Choices) -> str:
        return color_choice(choices["color_by"], choices.get("column"))

    return Control(box, value, lambda _, choice: colors_of(choice))


def side_control(side: str) -> Control:
    """Return a box for the width or the height of the size."""
    box = control_of(FIELDS[side], ControlSpec(f"export{side.title()}"))
    assert isinstance(box, QSpinBox)
    _set_up(box)

    def changes(choices: Choices, pixels: int) -> Choices:
        return {"size": choices["size"].model_copy(update={side: pixels})}

    return Control(box, lambda choices: getattr(choices["size"], side), changes)


def mark_control(mark: Mark) -> Control:
    """Return a check box for a mark."""
    box = check_box(f"{mark}Export", MARKS[mark], WINDOW_MARKS[mark][2])

    def changes(choices: Choices, _: bool) -> Choices:
        return {"marks": choices["marks"] ^ {mark}}

    return Control(box, lambda choices: mark in choices["marks"], changes)


def title_of(name: str) -> str:
    """Return the title of a field, with its mnemonic."""
    title, letter = FIELDS[name].title, MNEMONICS.get(name, "")
    return title.replace(letter, f"&{letter}", 1) if letter else title


def _set_up(box: QSpinBox) -> QSpinBox:
    """Let a number box separate thousands, and take a typed number only when it is complete."""
    box.setGroupSeparatorShown(True)
    box.setKeyboardTracking(False)
    return box


def _offer(box: ChoiceBox, options: Mapping[Any, Item]) -> None:
    """Offer values, with the reasons why some are disabled."""
    box.offer({value: option.text for value, option in options.items()})
    box.limit_width(SHOWN_LETTERS)
    if (values := box.view()) is not None:
        values.setMinimumWidth(values.sizeHintForColumn(0))
    for value, option in options.items():
        box.disable_choice(value, "" if option.is_enabled else option.tip)
    box.describe_choices({value: option.tip for value, option in options.items()})
