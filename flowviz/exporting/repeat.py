"""What was done in the window, as a command of the terminal or as a few lines of Python that do exactly the same."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast, get_args

from flowviz.errors import SpecError
from flowviz.file_kinds import ANIMATION, EXPORTED, PICTURE, denoted
from flowviz.projects import Plan, load_project
from flowviz.specs import ExportSpec, FlowSpec, MixSpec, Seen, ShapeSpec, Spec, TargetSpec, TextSpec, ViewSpec
from flowviz.specs.effects import relevant
from flowviz.specs.export import FORMATS, IN_FOLDERS, Format, What
from flowviz.specs.training import DEFAULT_SECONDS
from flowviz.specs.view import Mark

SAVED, NONE = "saved", "none"  # the selection of the file; no marks, no probe, nothing selected
UNSAVED = "Save the project first: the target was made from the content of files, which is then in the project's."

Options = list[tuple[str, Any]]
TrainingCopy = Callable[[Plan, Path, Path | None], str]  # from a plan, the file to write, and the project if saved


def said_by_name(output: Path) -> tuple[What | None, Format | None]:
    """What the name of an output says is to be written, and as what; one that says nothing is that of a folder.

    The name of a file that cannot be written, such as a .jpg, is not.
    """
    suffix = output.suffix.lower()
    if suffix not in EXPORTED:
        return ("stages" if denoted(output) is None else None), None
    said: What | None = "view" if suffix in PICTURE.written else "animation" if suffix in ANIMATION.written else None
    return said, cast("Format", suffix.removeprefix("."))


def default_format(what: What, output: Path) -> Format:
    """As what it is written where nothing but the name of the output tells; it may not be possible."""
    _, said = said_by_name(output)
    return FORMATS[what][0] if said is None or what in IN_FOLDERS else said


def render_command(project_path: Path, spec: ExportSpec, output: Path) -> str:
    """The `flowviz render` that writes what `Export(project, spec)` writes, for the project in that file."""
    asked = relevant(spec)
    options: Options = [("output", output)]
    if asked.what != said_by_name(output)[0]:
        options.append(("what", asked.what))
    if asked.format != default_format(asked.what, output):
        options.append(("format", asked.format))
    return _command("render", project_path, options + _written(asked) + _seen(asked.seen))


def render_python(project_path: Path, spec: ExportSpec, output: Path) -> str:
    """The same in Python."""
    return _python(
        {"load", "render"},
        {"project": f"load({str(project_path)!r})", "spec": relevant(spec)},
        f"render(project, spec, {str(output)!r})",
    )


def train_command(plan: Plan, output: Path, project_path: Path | None) -> str:
    """The `flowviz train` that does what the plan asks for.

    `project_path` is the file that the plan is saved in: what was made from the content of files is taken from there.
    Raises `SpecError` where that is needed and there is none, or another plan is in it.
    """
    options = _target(plan.target)
    if options is None:
        options = [("of", _holding(plan, project_path))]
    return _command("train", None, [*options, ("output", output), *_flow(plan), *_training(plan)])


def train_python(plan: Plan, output: Path, project_path: Path | None) -> str:
    """The same in Python. Raises `SpecError` as `train_command` does."""
    names, values = {"save", "train"}, dict[str, Any](target=plan.target, flow=plan.flow, training=plan.training)
    if any(not isinstance(source, TextSpec | ShapeSpec) for source in _sources(plan.target)):
        names.add("load")
        values["target"] = f"load({str(_holding(plan, project_path))!r}).asked.target"
    return _python(names, values, f"save(train(target, flow, training), {str(output)!r})")


def _written(spec: ExportSpec) -> Options:
    """The options of the fields of the spec itself."""
    changed = _changed(spec, ExportSpec(what=spec.what, format=spec.format))
    changed.pop("seen", None)
    if {"first", "last"} <= changed.keys():
        changed["stage"] = f"{changed.pop('first')}-{changed.pop('last')}"
    return list(changed.items())


def _seen(seen: Seen) -> Options:
    """The options of what is seen."""
    options = _changed(seen, Seen())
    for part in ("view", "playback", "fitted"):
        options.pop(part, None)
    if seen.probe is not None:
        stage, point = seen.probe
        options["probe"] = f"{stage}:{_numbers(point)}"
    options |= _changed(seen.playback, Seen().playback) | _changed(seen.view, ViewSpec())
    if "marks" in options:
        options["view"] = ",".join(mark for mark in get_args(Mark) if mark in options["marks"]) or NONE
        del options["marks"]
    if not seen.fitted:
        options |= {"center": _numbers(seen.view.center), "half_extent": seen.view.half_extent}
    if seen.view.color_by == "selection":
        options["select"] = SAVED
    return list(options.items())


def _target(target: TargetSpec) -> Options | None:
    """The options of a target; None where they cannot say it."""
    sources = list(_sources(target))
    texts = [source for source in sources if isinstance(source, TextSpec)]
    shapes = [source for source in sources if isinstance(source, ShapeSpec)]
    manners = [{**_changed(text, TextSpec(text="")), "text": ""} for text in texts]
    if sources != [*texts, *shapes] or any(manner != manners[0] for manner in manners):
        return None
    options: Options = [("text", text.text) for text in texts] + [("shape", shape.name) for shape in shapes]
    options += [(name, value) for manner in manners[:1] for name, value in manner.items() if name != "text"]
    if isinstance(target, MixSpec):
        options.append((target.layout, True))
        if any(part.weight != 1 for part in target.parts):
            options.append(("shares", _numbers([part.weight for part in target.parts])))
    return options


def _sources(target: TargetSpec) -> Iterator[TargetSpec]:
    yield from (part.source for part in target.parts) if isinstance(target, MixSpec) else (target,)


def _holding(plan: Plan, path: Path | None) -> Path:
    """The file, if the target of the plan can be taken from it. Raises `SpecError`."""
    if path is None or load_project(path).asked.target != plan.target:
        raise SpecError(UNSAVED)
    return path


def _flow(plan: Plan) -> Options:
    options = _changed_flow(plan.flow)
    options.pop("seed", None)
    if plan.flow.seed != plan.training.seed:
        options["flow_seed"] = plan.flow.seed
    said = {"family": "flow"} | ({"log_scale_bound": "unbounded"} if plan.flow.log_scale_bound is None else {})
    return [(said.get(name, name), True if value is None else value) for name, value in options.items()]


def _training(plan: Plan) -> Options:
    changed = _changed(plan.training, type(plan.training)(seconds=DEFAULT_SECONDS))
    return [(name, value) for name, value in changed.items() if value is not None]


def _changed_flow(flow: FlowSpec) -> dict[str, Any]:
    """The fields that are not as the family's recipe has them."""
    usual = FlowSpec(family=flow.family)
    momentum = FlowSpec(family=flow.family, normalization=flow.normalization).batch_normalization_momentum
    changed = _changed(flow, usual.model_copy(update={"batch_normalization_momentum": momentum}))
    return changed if flow.family == FlowSpec().family else {"family": flow.family, **changed}


def _changed(spec: Spec, usual: Spec) -> dict[str, Any]:
    """The fields that are not as usual."""
    return {name: value for name, value in spec if value != getattr(usual, name)}


def _numbers(values: Any) -> str:
    return ",".join(map(_number, values))


def _number(value: float) -> str:
    """The shortest text that is read as the same number."""
    return repr(value).removesuffix(".0")


def _command(name: str, project: Path | None, options: Options) -> str:
    words = ["flowviz", name, *([] if project is None else [_as_argument(project)])]
    for option, value in options:
        words += _option(option.replace("_", "-"), value)
    return shlex.join(words)


def _as_argument(path: Path) -> str:
    """A name that begins like an option is told from one."""
    return f"./{path}" if str(path).startswith("-") else str(path)


def _option(name: str, value: Any) -> list[str]:
    if value is True:
        return [f"--{name}"]
    if value is False:
        return [f"--no-{name}"]
    text = _number(value) if isinstance(value, float) else str(value)
    return [f"--{name}={text}"] if text.startswith("-") else [f"--{name}", text]


def _python(names: set[str], values: Mapping[str, Any], last: str) -> str:
    """A program: the import of names and specs, the values by name, which are specs or text, and the last line."""
    lines = [
        f"{name} = {_source(value, names) if isinstance(value, Spec) else value}" for name, value in values.items()
    ]
    return "\n".join([f"from flowviz import {', '.join(sorted(names))}", "", *lines, last, ""])


def _source(value: Any, names: set[str]) -> str:
    """The Python that makes a value; the names of the specs in it are added to `names`."""
    match value:
        case Spec():
            names.add(type(value).__name__)
            fields = ", ".join(f"{name}={_source(field, names)}" for name, field in _own_fields(value).items())
            return f"{type(value).__name__}({fields})"
        case frozenset():
            return f"{{{', '.join(map(repr, sorted(value)))}}}" if value else "frozenset()"
        case tuple():
            return f"({', '.join(_source(each, names) for each in value)},)"
    return repr(value)


def _own_fields(spec: Spec) -> dict[str, Any]:
    """The fields that have to be said."""
    if isinstance(spec, FlowSpec):
        return _changed_flow(spec)
    usual = {name: field.get_default(call_default_factory=True) for name, field in type(spec).model_fields.items()}
    return {name: value for name, value in spec if value != usual[name]}
