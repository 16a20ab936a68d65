"""Flows as Python modules that need only NumPy, assembled from the definitions in `resources/code`."""

import base64
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from pprint import pformat
from symtable import SymbolTable, symtable
from textwrap import fill, indent, wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

import flowviz
from flowviz.errors import FileError, SpecError
from flowviz.exporting.commands import train_command
from flowviz.files import as_file_name, resource
from flowviz.projects import Project
from flowviz.records import Base, Weights, base_of
from flowviz.records.bases import STAGE_NAME
from flowviz.records.mixture import Mixture
from flowviz.records.recorded_flow import unknown
from flowviz.records.weights import weights_given
from flowviz.specs import FlowSpec, recipes
from flowviz.specs.condition import inputs_of
from flowviz.specs.edits import MAX_SPLINE_RISE, Bump, Edits
from flowviz.specs.explanations import BASE_CLOUDS
from flowviz.specs.shares import counted
from flowviz.specs.target import table_of
from flowviz.specs.view import UnitName
from flowviz.targets import spec_units

FILES = ("flow", "bases", "stages", "conditioners", "weights")  # in the order of the module
IMPORTS = "import base64\nfrom collections.abc import Callable\nfrom functools import cache\n\nimport numpy as np"
DEFINITION = re.compile(  # a function or class with its decorator, or a constant: a line, and all that are indented
    r"^(?:@\w+\n)?(?:(?:class|def) (?P<name>\w+)|(?P<constant>\w+) = ).*(?:\n+[ )\]}].*)*", re.MULTILINE
)
PUBLIC = ("sample", "log_prob", "forward", "inverse")
LINE, LABEL = 118, 10  # maximum length of a line, and of a label in the docstring
MAX_TITLE = 60  # characters
FEW = 8  # maximum count of numbers that are written in decimals
MAX_WEIGHTS = 10_000_000  # 50 MB of text, which Python reads in a second

BASES = {"normal": "Normal", "uniform": "UniformSquare", "student_t": "StudentT"}  # the classes by name
STAGES: Mapping[str, str] = {  # the expression for a stage, by its kind
    recipes.REAL_NVP: "AffineCoupling({numbers}{bound}{bumps})",
    recipes.ADDITIVE_COUPLING: "AdditiveCoupling({numbers}{bumps})",
    recipes.SPLINE_COUPLING: "SplineCoupling({numbers}, bins={flow.bins}, reach={flow.reach}, "
    "min_width={min_width}, min_height={flow.min_bin_height})",
    recipes.MASKED_AUTOREGRESSIVE: "MaskedAutoregressive({numbers}{bound}{bumps})",
    recipes.INVERSE_AUTOREGRESSIVE: "InverseAutoregressive({numbers}{bound}{bumps})",
    recipes.BATCH_NORMALIZATION: "BatchNormalization({numbers}, epsilon={epsilon})",
    recipes.ACTNORM: "ActNorm({numbers})",
    recipes.PERMUTE: "Permutation()",
    recipes.LINEAR_MIXING: "LinearMixing({numbers})",
    recipes.SCALE: "Scale({numbers})",
    recipes.FLOW_STEP: 'FlowStep(field, "{flow.integrator}", time={before} / {steps}, duration=1 / {steps}{bumps})',
    recipes.PLANAR_LAYER: "Planar({numbers})",
    recipes.RADIAL_LAYER: "Radial({numbers})",
}

DOCSTRING = """A normalizing flow as a NumPy module, written by flowviz {version}.

{details}

All points are arrays (n, 2). `sample(n, seed)` draws points x from the flow, and `log_prob(x)` returns their
log-densities in nats. `forward(z)` moves points z of the base to the data, and `inverse(x)` moves points x of the data
back to the base. Weights are float32 numbers, and everything is computed in float64. This needs NumPy and Python 3.10
or newer, but neither flowviz nor TensorFlow.

{notes}

Example, if this file is called flow.py:

    import flow
    log_densities = flow.log_prob(flow.sample(1000, seed=0))
"""
UNITS = {
    "data": "Points x are in the units of the data, and densities are per area in these units.",
    "pixels": "Points x are in pixels of the target's picture, from its upper left corner; densities are per pixel.",
    "flow": "Points x are in flow units, in which the mean of the target is 0 and its larger standard deviation is 1.",
}
OF_BASE = "Points z are in the units of the base, whose larger standard deviation is about 1."
FOLDS = " Where a step folds the plane over, the flow has no inverse, and `inverse` and `log_prob` return NaN."


def check_code(flow: FlowSpec) -> None:
    """Raise `SpecError` if a flow cannot be exported as code."""
    if flow.is_tilted:
        raise SpecError("A flow with guidance cannot be exported as code. Set the guidance to 1.")
    if flow.is_recorded:
        raise unknown("How its layers move points other than its particles")
    if flow.recipe.stages:
        raise SpecError(
            f"The flow {flow.family} comes from an extension, whose layers exist in TensorFlow only. Only flows of the "
            "built-in families can be exported as code."
        )
    if flow.weight_count > MAX_WEIGHTS:
        raise SpecError(
            f"The flow has about {flow.weight_count / 1e6:,.0f} million weights, too many for a file of code. The "
            f"limit is {MAX_WEIGHTS / 1e6:,.0f} million."
        )


def code_of(project: Project, weights: Weights, units: UnitName = "data", step: int | None = None) -> str:
    """Return a Python module that contains the flow of a project, and needs only NumPy.

    All code in it is that of flowviz. Texts of the project are only in the docstring, and escaped.

    Args:
        project: The project, whose flow has passed `check_code`.
        weights: The weights of the flow.
        units: The units of the points.
        step: The step of the training after which the flow had these weights. None for the current weights.

    Raises:
        FileError: If the weights do not fit the flow.
    """
    flow, edits, converted = project.flow, project.edits, spec_units(project.target, units)
    weights = weights_given(weights, inputs_of(flow.condition, flow.given))
    parts = {
        **_definitions(),
        "ORIGIN": f"ORIGIN = {tuple(map(float, converted.origin))}",
        "SCALE": f"SCALE = {tuple(map(float, converted.scale))}  # x = ORIGIN + SCALE * (a point after all stages)",
        "base": _base(base_of(flow, weights.parameters)),
        "conditioner": _conditioner(flow),
        "stages": _stages(flow, edits),
        "BUMPS": _bumps(edits),
    }
    needed = _needed(parts)
    parts["NUMBERS"] = _numbers(flow, edits, weights)
    body = _joined([source for name, source in parts.items() if name in needed or name.startswith("#")])
    return f'r"""{_docstring(project, units, step)}"""\n\n{IMPORTS}\n\n{body}\n'


def _definitions() -> dict[str, str]:
    """Return the source of each definition in `resources/code` by name, and the docstrings of files as comments.

    `ast` does not parse them, because it raises an error if another thread uses it at the same time:
    https://github.com/python/cpython/issues/106905.
    """
    found = dict[str, str]()
    for file in FILES:
        text = resource(f"code/{file}.py").read_text(encoding="utf-8")
        if file != FILES[0]:
            comment = indent(text.split('"""')[1].strip(), "# ", lambda _: True).replace("# \n", "#\n")
            found[comment] = comment
        found |= {match["name"] or match["constant"]: match[0] for match in DEFINITION.finditer(text)}
    return found


def _needed(definitions: Mapping[str, str]) -> set[str]:
    """Return the names of the public functions, and of the definitions that they refer to, directly or not."""
    found, ahead = set[str](), [*PUBLIC]
    while ahead:
        if (name := ahead.pop()) not in found and name in definitions:
            found.add(name)
            ahead += _global_names(symtable(definitions[name], name, "exec"))
    return found


def _global_names(table: SymbolTable) -> Iterator[str]:
    """Yield the names of a scope, and of those in it, that refer to definitions of the module."""
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    for child in table.get_children():
        yield from _global_names(child)


def _joined(sources: Sequence[str]) -> str:
    """Return definitions one after the other, with blank lines around those that are longer than a line."""
    gaps = ["\n" if not any("\n" in source for source in pair) else "\n\n\n" for pair in pairwise(sources)]
    return "".join(source + gap for source, gap in zip(sources, [*gaps, ""], strict=True))


def _base(base: Base) -> str:
    if isinstance(base, Mixture):
        rows = [f"        ({c.x!r}, {c.y!r}, {c.scale!r}, {c.weight!r}),\n" for c in base.components]
        name, arguments = "Mixture", f"\n{''.join(rows)}    "
    else:
        name, arguments = BASES[base.name], ""
    docstring = '"""Return the distribution from which the flow starts."""'
    return f'def base() -> "{name}":\n    {docstring}\n    return {name}({arguments})'


def _conditioner(flow: FlowSpec) -> str:
    sizes = f", hats={flow.hats}, waves={flow.waves}, reach={flow.reach}"
    made = f"Network(numbers{sizes})" if flow.conditioner == "network" else "Table(numbers)"
    docstring = f'"""Return the {flow.conditioner} of a layer, a function of one coordinate."""'
    return f"def conditioner(numbers: dict[str, Array]) -> Callable:\n    {docstring}\n    return {made}"


def _stages(flow: FlowSpec, edits: Edits) -> str:
    field = f'    field = VelocityField(numbers("{recipes.VELOCITY_FIELD}"), waves={flow.waves})\n'
    lines = "".join(f"        {line}\n" for name in flow.stage_names()[1:] for line in _stage(flow, name, edits))
    docstring = '"""Return the stages of the flow in order, from the base to the data."""'
    start = f"@cache\ndef stages() -> tuple:\n    {docstring}\n{field if flow.recipe.is_continuous else ''}"
    return f"{start}    return (\n{lines}    )"


def _stage(flow: FlowSpec, name: str, edits: Edits) -> list[str]:
    """Return the lines of a stage: its expression, and those of the bumps that move its curves."""
    digits, _, kind = name.partition("_")
    number = int(digits)
    if number in edits.disabled:
        return [f"# {name} is disabled"]
    bumps = edits.of(number).bumps
    found = STAGES[kind].format(
        flow=flow,
        numbers=f'numbers("{name}")',
        bound="" if flow.log_scale_bound is None else f", bound={flow.log_scale_bound!r}",
        bumps=f", bumps=BUMPS[{number}]" if bumps else "",
        min_width=1e-4 if flow.normalization == "box" else 1e-3,
        epsilon=1e-3 if flow.normalization == "minibatch" else 1e-4,
        before=number - 1,
        steps=flow.integrator_steps,
    )
    return [f"{found},", *(f"{_spline_bump(bump)}," for bump in bumps if bump.curve == "spline")]


def _spline_bump(bump: Bump) -> str:
    highest = MAX_SPLINE_RISE * bump.width
    height = min(max(bump.height[0], -highest), highest)
    center = bump.center if len(bump.center) == 2 else (None, *bump.center)
    return f"Bump(center={center!r}, height={height!r}, width={bump.width!r})"


def _bumps(edits: Edits) -> str:
    """Return the curve, center, height and width of each bump of a shift, log-scale or velocity, by stage."""
    found = {
        number: tuple((bump.curve, bump.center, bump.height, bump.width) for bump in edit.bumps)
        for number, edit in edits.layers.items()
        if edit.bumps
    }
    return f"# The bumps of each stage: curve, center, height and width.\nBUMPS = {pformat(found, width=LINE - 8)}"


def _numbers(flow: FlowSpec, edits: Edits, weights: Weights) -> str:
    """Return the numbers of the stages that are not disabled."""
    stages = dict[str, str]()
    for path, array in {**weights.parameters, **weights.statistics}.items():
        stage, _, name = path.partition("/")
        if stage not in flow.numbers_names() or not name.isidentifier():
            raise FileError(f"The weights do not match the flow, which has no numbers {path!r}.")
        digits = stage.partition("_")[0]
        if stage != STAGE_NAME and not (digits.isdecimal() and int(digits) in edits.disabled):
            stages[stage] = stages.get(stage, "") + f'        "{name}": ({array.shape!r}, {_values(array)}),\n'
    lines = "".join(f'    "{stage}": {{\n{arrays}    }},\n' for stage, arrays in stages.items())
    comment = "# The shape and the values of each array; long ones are little-endian float32 in base 85."
    return f"{comment}\nNUMBERS = {{\n{lines}}}"


def _values(array: NDArray[Any]) -> str:
    flat = np.ravel(array).astype("<f4")
    if flat.size <= FEW and np.isfinite(flat).all():
        return f"[{', '.join(map(str, flat))}]"
    text = base64.b85encode(flat.tobytes()).decode()
    return '"""\n' + "\n".join(text[i : i + LINE] for i in range(0, len(text), LINE)) + '\n"""'


def _docstring(project: Project, units: UnitName, step: int | None) -> str:
    """Return the docstring of the module as raw text without double quotes, so that no text of a project ends it."""
    in_units = UNITS["pixels" if units == "pixels" else "flow"]
    if units == "data" and table_of(project.target):
        in_units = UNITS["data"]
    notes = f"{in_units} {OF_BASE}{FOLDS if project.flow.recipe.is_continuous else ''}"
    details = (f"{label:{LABEL}}{text}" for label, text in _details(project, units, step))
    found = DOCSTRING.format(version=flowviz.__version__, details="\n".join(details), notes=fill(notes, LINE))
    return found.replace('"', "”")


def _details(project: Project, units: UnitName, step: int | None) -> Iterator[tuple[str, str]]:
    """Yield what is known about a flow: a label and a text each."""
    flow, title, steps = project.flow, _printable(project.target.title), project.history.step
    yield "Target", title if len(title) <= MAX_TITLE else f"{title[:MAX_TITLE]}…"
    size = (
        counted(flow.integrator_steps or 0, f"{flow.integrator} step")
        if flow.recipe.is_continuous
        else counted(flow.layers, "layer")
    )
    yield "Flow", f"{flow.recipe.title} with {size}, which starts from {BASE_CLOUDS[flow.base]}"
    score = project.score_in_units(units) if step is None else None
    last = step if step is not None else int(steps[-1]) if len(steps) else 0
    yield "Training", f"{counted(last, 'step')}{f', {score.sentence()}' if score else ''}"
    if project.edits:
        yield "Edits", f"stages {', '.join(map(str, project.edits.layers))}"
    with suppress(SpecError):  # no command describes the target
        words = shlex.split(train_command(project.plan, Path(f"{as_file_name(title)}.flowviz"), None))
        lines = _command_lines(["flowviz", *words[words.index("train") :]])  # without the extensions of this process
        is_exact = all(map(str.isprintable, words)) and '"' not in "".join(lines)
        if is_exact and max(map(len, lines)) <= LINE - LABEL:
            yield "Command", indent(" \\\n  ".join(lines), " " * LABEL).strip()


def _command_lines(words: Sequence[str]) -> list[str]:
    """Break a command into lines between its words."""
    quoted = " ".join(shlex.quote(word).replace(" ", "\0") for word in words)
    lines = wrap(quoted, LINE - LABEL - 10, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def _printable(text: str) -> str:
    """Return a text as one line, in which invisible and misleading characters are replaced."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in " ".join(text.split()))
