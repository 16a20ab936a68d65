"""Extensions: targets and families of flows that users write in Python.

An extension is a file, or an installed package with an entry point in the group `flowviz.targets` or
`flowviz.families`, that calls `register_target` or `register_family`. Loading it runs its code, so only the user of the
program does that, by `flowviz --with FILE.py` or by installing the package. A project file names what it needs of an
extension, and never loads one. What is registered appears among the shapes or the families of the window, the terminal
and the library.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.abc import ExecutionLoader
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from importlib.util import decode_source, module_from_spec
from math import isfinite
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, cast

from flowviz.arguments import checked
from flowviz.errors import FlowvizError, SpecError
from flowviz.specs import RECIPES, SHAPES, FlowSpec, TrainingSpec, explanations
from flowviz.specs.edits import BENT, BENT_CURVES, BentCurve
from flowviz.specs.fields import option
from flowviz.specs.recipes import NAME, Recipe
from flowviz.tensorflow_log import silenced

if TYPE_CHECKING:
    from flowviz.targets.shapes import Draw, LogProb

__all__ = [
    "Extension",
    "Loading",
    "Recipe",
    "families",
    "has_any",
    "load",
    "loading",
    "option",
    "register_family",
    "register_target",
]

GROUPS = ("flowviz.families", "flowviz.targets")  # of entry points
MAX_REASON = 200  # characters
HOW_TO_SHIP = (
    "Keep the extension in a single file, which is sent to the workers, or install its package, with all of its "
    "dependencies, where they run."
)

_built_in_families, _built_in_shapes = frozenset(RECIPES), frozenset(SHAPES)
_registered: list[str] = []  # what was registered, as a phrase, in this order
_loaded: dict[Path, "Code"] = {}
_has_installed = False


@dataclass(frozen=True)
class Extension:
    """An extension that was loaded, or could not be.

    Attributes:
        name: The file, or the entry point and its package.
        added: What it has registered, such as "the flow shear".
        problem: Why it could not be loaded. Empty if it was loaded.
    """

    name: str
    added: tuple[str, ...] = ()
    problem: str = ""

    def sentence(self) -> str:
        """Say that the extension runs its own code, or why it does not."""
        if self.problem:
            return f"The extension {self.name} could not be loaded: {self.problem}."
        added = " and ".join(self.added) or "nothing"
        return f"The extension {self.name} runs its own code in flowviz and adds {added}."


@dataclass(frozen=True)
class Code(ExecutionLoader):
    """The code of a file, which another process can run without the file."""

    path: Path
    text: str

    def get_source(self, fullname: str) -> str:
        """Return the code."""
        return self.text

    def get_filename(self, fullname: str) -> str:
        """Return the path that tracebacks show for the code."""
        return str(self.path)


@dataclass(frozen=True)
class Loading:
    """The extensions that this process has loaded, for another process to load as well.

    Attributes:
        files: The code of files.
        installed: Whether the extensions of installed packages have been loaded.
        added: What the extensions have registered, such as "the flow shear".
    """

    files: tuple[Code, ...]
    installed: bool
    added: tuple[str, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the paths of the files."""
        return tuple(file.path for file in self.files)

    def repeat(self) -> None:
        """Load the same extensions in this process, unless they are loaded already.

        Raises:
            SpecError: If one of them cannot be loaded here.
        """
        if self == loading():
            return
        problems = [each.sentence() for each in load(self.files, installed=self.installed) if each.problem]
        if missing := [each for each in self.added if each not in _registered]:
            raise SpecError(" ".join([f"The worker process lacks {' and '.join(missing)}.", *problems, HOW_TO_SHIP]))


@checked
def register_target(
    name: str,
    sample: "Draw",
    *,
    entropy: float | None = None,
    title: str = "",
    log_prob: "LogProb | None" = None,
) -> None:
    """Add a target, which is a shape like those of the catalog.

    Args:
        name: Its name, of small letters, digits and underscores.
        sample: Draws points: `sample(n, rng)` returns an array (n, 2), in any units, given a `numpy.random.Generator`.
        entropy: The entropy of the distribution in nats, in the units of the points. None if unknown.
        title: A sentence that describes it.
        log_prob: Returns the log-density (n,) in nats of points (n, 2), up to a constant, in the units of the points.
            Flows can then learn from it alone, and the entropy is computed if it is not given.

    Raises:
        ArgumentError: If an argument has a wrong type.
        SpecError: If the name is invalid or belongs to flowviz, or if the entropy is not finite.
    """
    from flowviz.targets.shapes import add_shape  # loads much that a start of the window without extensions need not

    _check_name(name, _built_in_shapes)
    if entropy is not None and not isfinite(entropy):
        raise SpecError(f"The entropy of the target {name} is {entropy}. Leave it out if it is unknown.")
    SHAPES[name] = title or "A target of an extension."
    add_shape(name, sample, entropy, log_prob)
    _registered.append(f"the target {name}")


@checked
def register_family(
    name: str, recipe: Recipe, *stages: Any, action: str = "moves points", explanation: str = ""
) -> None:
    """Add a family of flows.

    Args:
        name: Its name, of small letters, digits and underscores.
        recipe: The stages that the family chains, by their kinds.
        stages: A subclass of `flowviz.flows.stage.Stage` for each new kind in the recipe. Or where to find it, such as
            "my_package.stages:Shear", so that TensorFlow is loaded only when a flow is built.
        action: What its layers do, such as "moves points up and down".
        explanation: A few sentences about its layers, for the inspector. By default, that of the recipe.

    Raises:
        ArgumentError: If an argument has a wrong type.
        SpecError: If the name of the family or of an option is invalid or belongs to flowviz, if there are no stages,
            or if flowviz cannot bend one of the curves in `bent`.
    """
    _check_name(name, _built_in_families)
    for each in recipe.options:
        _check_name(each, frozenset({*FlowSpec.model_fields, *TrainingSpec.model_fields}))
    if wrong := [curve for curve in recipe.bent if curve not in BENT]:
        raise SpecError(f"The curve {wrong[0]!r} cannot be bent. Choose from {', '.join(BENT)}.")
    if not stages:
        raise SpecError(f"The family {name} has no stages. Pass the classes of its stages.")
    RECIPES[name] = replace(recipe, stages=stages)
    for kind in {recipe.layer, recipe.mixing, *recipe.first}.difference(explanations.BUILT_IN_KINDS):
        BENT_CURVES[kind] = cast("tuple[BentCurve, ...]", recipe.bent) if kind == recipe.layer else ()
        explanations.add_kind(kind, recipe.title, action, explanation or recipe.sentence)
    _registered.append(f"the flow {name}")


def load(files: Iterable[Path | Code] = (), *, installed: bool = True) -> tuple[Extension, ...]:
    """Run extensions, and tell what became of each; one that is broken does not stop the others.

    Args:
        files: Python files, or their code.
        installed: Whether to load those of installed packages, too.
    """
    global _has_installed  # as much a fact about the process as what is registered
    _has_installed |= installed
    entries = [entry for group in GROUPS for entry in entry_points(group=group)] if installed else []
    return (*map(_load_entry, entries), *map(_load_file, files))


def has_any() -> bool:
    """Return whether anything was registered in this process."""
    return bool(_registered)


def families() -> tuple[str, ...]:
    """Return the names of the families of flows that extensions have registered."""
    return tuple(name for name, recipe in RECIPES.items() if recipe.stages)


def loading() -> Loading:
    """Return what was loaded in this process."""
    return Loading(tuple(_loaded.values()), _has_installed, tuple(dict.fromkeys(_registered)))


def _load_entry(entry: EntryPoint) -> Extension:
    """Import what an entry point names, and call it if it is a function."""

    def run() -> None:
        found = entry.load()
        if callable(found):
            found()

    return _load(f"{entry.name} of {entry.dist.name}" if entry.dist else entry.name, run)


def _load_file(file: Path | Code) -> Extension:
    path = file.path if isinstance(file, Code) else file.resolve()

    def run() -> None:
        if path.suffix != ".py":
            raise SpecError("it is not a Python file; its name must end in .py")
        code = file if isinstance(file, Code) else Code(path, decode_source(path.read_bytes()))
        name = f"flowviz_extension_{path.stem}"
        module = module_from_spec(ModuleSpec(name, code, origin=str(path)))
        sys.modules[name] = module  # dataclasses look up their module
        code.exec_module(module)
        _loaded[path] = code

    return _load(path.name, run)


def _load(name: str, run: Any) -> Extension:
    before = len(_registered)
    try:
        with silenced():  # many extensions load TensorFlow
            run()
    except (Exception, SystemExit) as error:  # whatever the code of a user raises
        return Extension(name, problem=_reason(error))
    return Extension(name, tuple(dict.fromkeys(_registered[before:])))


def _reason(error: BaseException) -> str:
    """Return an error as the end of a sentence, with the line in which it was raised."""
    if isinstance(error, FlowvizError):
        return str(error).removesuffix(".")
    text = " ".join(str(error).split())[:MAX_REASON].removesuffix(".")
    frames = extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and "importlib" not in frame.filename]
    line = f" (line {own[-1].lineno} of {Path(own[-1].filename).name})" if own else ""
    return f"{type(error).__name__}{': ' if text else ''}{text}{line}"


def _check_name(name: str, built_in: frozenset[str]) -> None:
    if not NAME.fullmatch(name):
        raise SpecError(
            f"The name {name!r} is invalid. Use lowercase letters, digits and underscores, such as my_flow."
        )
    if name in built_in:
        raise SpecError(f"The name {name} is already used by flowviz. Choose another one.")
