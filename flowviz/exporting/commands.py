"""Commands and Python code that repeat an export or a training of the window exactly."""

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from flowviz import projects
from flowviz.errors import SpecError
from flowviz.extensions import has_any, loading
from flowviz.file_kinds import ANIMATION, CODE, EXPORTED, KINDS, PAGE, PICTURE, FileKind
from flowviz.projects import Plan
from flowviz.specs import (
    ConditionalSpec,
    ExportSpec,
    FlowSpec,
    MixSpec,
    ShapeSpec,
    Spec,
    TargetSpec,
    TextSpec,
    TrainingSpec,
)
from flowviz.specs.comparison import FigureColumns
from flowviz.specs.export import relevant
from flowviz.specs.export_kinds import FORMATS, IN_FOLDERS, Format, What
from flowviz.specs.fields import as_text, fields_of, values_of, with_values
from flowviz.specs.flow import INTEGRATOR_FIELDS
from flowviz.specs.target import sources_of
from flowviz.specs.training import DEFAULT_SECONDS

UNSAVED = "Save the project first. Its file will contain the data of the target."

FLOW_FIELDS = fields_of(FlowSpec)
METHODS = {"given": "given", "guidance": "guided"}  # of a project, by the fields that they change

Options = list[tuple[str, Any]]
TrainingCopy = Callable[[Plan, Path, Path | None], str]  # from a plan, the file to write, and the project if saved


def said_by_name(output: Path) -> tuple[What | None, Format | None]:
    """Return what the name of an output implies to write, and in which format.

    A name without a suffix is that of a folder. Any other suffix implies nothing, because it may be a typing error.
    """
    suffix = output.suffix.lower()
    if suffix not in EXPORTED:
        return (None if suffix else "stages"), None
    said: Mapping[FileKind, What] = {PICTURE: "view", ANIMATION: "animation", CODE: "code", PAGE: "page"}
    return said.get(KINDS[suffix]), cast("Format", suffix.removeprefix("."))


def default_format(what: What, output: Path) -> Format:
    """Return the format in which an output is written if only its name tells.

    It need not be a format of what is written: the name may be wrong.
    """
    _, said = said_by_name(output)
    return FORMATS[what][0] if said is None or what in IN_FOLDERS else said


def render_command(
    project_path: Path,
    spec: ExportSpec,
    output: Path,
    flow: FlowSpec | None = None,
    columns: FigureColumns | None = None,
) -> str:
    """Return the `flowviz render` that writes what `Export(project, spec)` writes, for the project in that file.

    Args:
        project_path: The file of the project.
        spec: The export.
        output: The file or folder to write.
        flow: The flow of the project if its file may have another integrator, because the project has changed since.
        columns: The columns of the figure of a comparison.
    """
    asked = relevant(spec)
    options: Options = [("output", output)]
    if asked.what != said_by_name(output)[0]:
        options.append(("what", asked.what))
    if asked.format != default_format(asked.what, output):
        options.append(("format", asked.format))
    usual = ExportSpec(what=asked.what, format=asked.format)
    integrator = [(FLOW_FIELDS[name].option_name, value) for name, value in _integrator(flow).items()]
    chosen = [("columns", columns)] if columns else []
    return _command(
        "render", project_path, options + integrator + [*_told(flow).items()] + _options(asked, usual) + chosen
    )


def render_python(project_path: Path, spec: ExportSpec, output: Path, flow: FlowSpec | None = None) -> str:
    """Return what `render_command` does in Python."""
    integrator = _integrator(flow)
    changed = f".with_integrator({', '.join(map(repr, integrator.values()))})" if integrator else ""
    changed += "".join(f".{METHODS[name]}({value!r})" for name, value in _told(flow).items())
    return _python(
        {"load", "render"},
        {"project": f"load({str(project_path)!r}){changed}", "spec": relevant(spec)},
        f"render(project, spec, {str(output)!r})",
    )


def _told(flow: FlowSpec | None) -> Mapping[str, Any]:
    """Return the value of the condition at which a flow is shown and, if it knows any, the guidance."""
    if flow is None or flow.condition is None:
        return {}
    guidance = {"guidance": flow.guidance} if flow.leave_out else {}
    return {"given": flow.condition.told(flow.condition.range[0] if flow.given is None else flow.given), **guidance}


def _integrator(flow: FlowSpec | None) -> Mapping[str, Any]:
    """Return the integrator of a flow, or nothing if it has none."""
    if flow is None or not flow.recipe.is_continuous:
        return {}
    return {name: getattr(flow, name) for name in INTEGRATOR_FIELDS}


def train_command(plan: Plan, output: Path, project_path: Path | None) -> str:
    """Return the `flowviz train` that does what a plan asks for.

    Args:
        plan: The plan.
        output: The file to write.
        project_path: The file in which the plan is saved, from which targets come that were made from files; or None.

    Raises:
        SpecError: If such a target is needed and there is no file, or the file contains another target.
    """
    options = _target(plan.target)
    if options is None:
        options = [("of", _holding(plan, project_path))]
    return _command("train", None, [*options, ("output", output), *_flow(plan), *_training(plan)])


def train_python(plan: Plan, output: Path, project_path: Path | None) -> str:
    """Return what `train_command` does in Python. Raises `SpecError` as that does."""
    names, values = (
        {"save", "train"},
        dict[str, Any](target=plan.target, flow=plan.flow.without_condition, training=plan.training),
    )
    if any(not isinstance(source, TextSpec | ShapeSpec) for source in sources_of(plan.target)):
        names.add("load")
        values["target"] = f"load({str(_holding(plan, project_path))!r}).asked.target"
    return _python(names, values, f"save(train(target, flow, training), {str(output)!r})")


def _options(spec: Spec, usual: Spec) -> Options:
    """Return the options of the fields whose values are not usual."""
    fields, before = fields_of(type(spec)), values_of(usual)
    changed = {name: value for name, value in values_of(spec).items() if value != before[name]}
    texts = {name: value if isinstance(value, bool) else fields[name].text(value) for name, value in changed.items()}
    return [(fields[name].option_name, text) for name, text in texts.items() if text is not None]


def _target(target: TargetSpec) -> Options | None:
    """Return the options of a target, or None if no options describe it."""
    sources = list(sources_of(target))
    texts = [source for source in sources if isinstance(source, TextSpec)]
    shapes = [source for source in sources if isinstance(source, ShapeSpec)]
    manners = [_options(text, TextSpec(text=text.text)) for text in texts]
    if sources != [*texts, *shapes] or any(manner != manners[0] for manner in manners):
        return None
    options: Options = [("text", text.text) for text in texts] + [("shape", shape.name) for shape in shapes]
    options += [option for manner in manners[:1] for option in manner]
    if isinstance(target, ConditionalSpec):
        options.append(("condition", target.motion or True))
    if isinstance(target, MixSpec):
        options.append((target.layout, True))
        if any(part.weight != 1 for part in target.parts):
            options.append(("shares", as_text(tuple(part.weight for part in target.parts))))
    return options


def _holding(plan: Plan, path: Path | None) -> Path:
    """Return the file if it contains the target of a plan. Raises `SpecError` otherwise."""
    if path is None or projects.load_project(path).asked.target != plan.target:
        raise SpecError(UNSAVED)
    return path


def _flow(plan: Plan) -> Options:
    """Return the options of the flow, whose seed is that of the training unless they say otherwise."""
    flow = plan.flow.without_condition  # the condition is that of the target
    usual = {"family": FlowSpec().family, "seed": plan.training.seed, "options": flow.options}
    before = FlowSpec(family=flow.family).options
    return [
        *_options(flow, with_values(_usual_flow(flow), usual)),
        *((name.replace("_", "-"), value) for name, value in flow.options.items() if value != before[name]),
    ]


def _training(plan: Plan) -> Options:
    return _options(plan.training, TrainingSpec(seconds=DEFAULT_SECONDS))


def _usual_flow(flow: FlowSpec) -> FlowSpec:
    """Return the flow of a family, with the usual momentum of the normalization that another flow has."""
    momentum = FlowSpec(family=flow.family, normalization=flow.normalization).batch_normalization_momentum
    return FlowSpec(family=flow.family).model_copy(update={"batch_normalization_momentum": momentum})


def _command(name: str, project: Path | None, options: Options) -> str:
    extensions = [word for file in loading().paths for word in ("--with", str(file))]
    words = ["flowviz", *extensions, name, *([] if project is None else [_as_argument(project)])]
    for option, value in options:
        words += _option(option, value)
    return shlex.join(words)


def _as_argument(path: Path) -> str:
    """Return a path as an argument, changed if it begins like an option."""
    return f"./{path}" if str(path).startswith("-") else str(path)


def _option(name: str, value: Any) -> list[str]:
    if value is True:
        return [f"--{name}"]
    if value is False:
        return [f"--no-{name}"]
    text = str(value)
    return [f"--{name}={text}"] if text.startswith("-") else [f"--{name}", text]


def _python(names: set[str], values: Mapping[str, Any], last: str) -> str:
    """Return a program.

    Args:
        names: The names of the library that it imports, in addition to those of the specs.
        values: The values of its variables: specs, or their source as text.
        last: The last line.
    """
    load = []
    if has_any():
        names.add("load_extensions")
        load.append(f"load_extensions({', '.join(repr(str(file)) for file in loading().paths)})")
    lines = load + [
        f"{name} = {_source(value, names) if isinstance(value, Spec) else value}" for name, value in values.items()
    ]
    return "\n".join([f"from flowviz import {', '.join(sorted(names))}", "", *lines, last, ""])


def _source(value: Any, names: set[str]) -> str:
    """Return the Python source of a value, and add the names of the specs in it to `names`."""
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
    """Return the fields that have to be given."""
    if isinstance(spec, FlowSpec):
        usual = {**dict(_usual_flow(spec)), "family": FlowSpec().family}
    else:
        usual = {name: info.get_default(call_default_factory=True) for name, info in type(spec).model_fields.items()}
    return {name: value for name, value in spec if value != usual[name]}
