"""TensorFlow graphs in the compile cache, which saves tracing them again when the program is started the next time."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any

import tensorflow as tf

from flowviz import compile_cache
from flowviz.errors import FileError
from flowviz.files import atomic_write
from flowviz.specs import FlowSpec

Graph = Callable[..., list[tf.Tensor]]  # takes tensors, returns a flat list of them
ConcreteFunction = Any  # TensorFlow is untyped
SUFFIX = ".graph"
log = logging.getLogger(__name__)


def stored_or_traced(
    key: str, trace: Callable[[], Sequence[ConcreteFunction]], signature: Sequence[tf.TensorSpec], spec: FlowSpec
) -> list[Graph]:
    """Load graphs from the compile cache, or trace them and add them to it.

    If the cache is not enabled, the graphs are traced and not stored; nor are those of extensions, whose code can
    change.

    Args:
        key: A text that identifies the graphs for given versions of flowviz and TensorFlow.
        trace: Traces the graphs. Called only if they are not in the cache.
        signature: Shapes and types of the arguments, which all graphs share.
        spec: The flow.

    Returns:
        The graphs, each of which returns a flat list of tensors.
    """
    path = None if spec.recipe.stages else _path(key)
    if path is not None and (found := _loaded(path)) is not None:
        return found
    traced = trace()
    if path is None or any(function.captured_inputs for function in traced):
        return [partial(_called, function) for function in traced]
    definition = _portable(traced, signature, path.stem)
    with suppress(FileError), atomic_write(path, private=True) as part:
        part.write_bytes(definition.SerializeToString(deterministic=True))
    compile_cache.seal_new()
    try:
        return _imported(definition)
    except Exception:  # another version of these graphs is already loaded, for example one since damaged on disk
        log.exception("a new graph cannot be used")
        return [partial(_called, function) for function in traced]


def _called(function: ConcreteFunction, *tensors: tf.Tensor) -> list[tf.Tensor]:
    return tf.nest.flatten(function(*tensors))  # type: ignore[no-any-return]


def _loaded(path: Path) -> list[Graph] | None:
    """Return stored graphs and mark them as used, or return None if there are none or they are damaged."""
    try:
        graphs = _imported(tf.compat.v1.GraphDef.FromString(path.read_bytes()))
    except FileNotFoundError:
        return None
    except Exception:  # TensorFlow raises many types of errors for a damaged file
        log.exception("a stored graph cannot be used")
        return None
    compile_cache.mark_used(path)
    return graphs


def _path(key: str) -> Path | None:
    folder = compile_cache.folder()
    return None if folder is None else folder / f"{blake2b(key.encode(), digest_size=16).hexdigest()}{SUFFIX}"


def _portable(traced: Sequence[ConcreteFunction], signature: Sequence[tf.TensorSpec], name: str) -> Any:
    """Return one graph definition that combines the graphs and has the same names in every process.

    TensorFlow numbers functions in the order in which a process traces them, but XLA looks up its cached code by name.
    Arguments are named argument_0, argument_1, …; the results of graph g are named result_g_0, result_g_1, ….
    """

    def call_all(*arguments: tf.Tensor) -> list[tf.Tensor]:
        results = [_called(function, *arguments) for function in traced]
        return [tf.identity(each, f"result_{g}_{i}") for g, found in enumerate(results) for i, each in enumerate(found)]

    named = [tf.TensorSpec(each.shape, each.dtype, f"argument_{i}") for i, each in enumerate(signature)]
    definition = tf.function(call_all, autograph=False).get_concrete_function(*named).graph.as_graph_def()
    functions = definition.library.function
    names = {each.signature.name: f"flowviz_{name}_{i}" for i, each in enumerate(functions)}
    for function in functions:
        function.signature.name = names[function.signature.name]
    for node in chain(definition.node, *(function.node_def for function in functions)):
        _rename(node, names)
    return definition


def _rename(node: Any, names: dict[str, str]) -> None:
    """Rename the functions that a node calls."""
    for attribute in node.attr.values():
        for function in (attribute.func, *attribute.list.func):
            if function.name in names:
                function.name = names[function.name]


def _imported(definition: Any) -> list[Graph]:
    wrapped = tf.compat.v1.wrap_function(partial(tf.graph_util.import_graph_def, definition, name=""), [])
    names = [node.name for node in definition.node]

    def tensors(prefix: str) -> list[tf.Tensor]:
        count = sum(name.startswith(prefix) for name in names)
        return [wrapped.graph.get_tensor_by_name(f"{prefix}{i}:0") for i in range(count)]

    results = takewhile(bool, (tensors(f"result_{graph}_") for graph in count()))
    arguments = tensors("argument_")
    signature = tuple(tf.TensorSpec.from_tensor(each) for each in arguments)  # else each call first fails to bind them
    return [wrapped.prune(arguments, each, input_signature=(signature, {})) for each in results]
