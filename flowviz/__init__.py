"""flowviz: watch a normalizing flow bend a Gaussian cloud into a word.

    from flowviz import train, sample, save
    project = train(points)  # an array (n, 2), a data frame with two numeric columns, or a target such as TextSpec

`from flowviz import ...` offers the names below, and `help(flowviz.train)` explains one of them. Specs describe
requests, and functions carry them out. Importing the package loads neither TensorFlow nor Qt; each name is imported
when it is first used.

Training
    train               train a flow on a target
    resume              continue the training of a project
    retarget            train the flow of a project on another target
    compare             train several flows with equal budgets
    train_series        train a flow with several seeds and learning rates
    FlowSpec            a family of flows and its sizes; PRESETS has ready-made ones
    TrainingSpec        the budget, seed and learning rate of a training
    ComparisonSpec      a request to compare flows; COMPARISON_PRESETS has ready-made ones
    Entrant             a flow of a comparison
    comparison_spec     the request that JSON values describe

Targets
    TextSpec, ImageSpec, ShapeSpec, DrawingSpec, PointsSpec
    MixSpec, Part       a mix of several targets, and one of its parts
    ConditionalSpec     several targets, one that moves, or a table by a column, for a conditional flow
    points_spec         make a spec of an array or a data frame
    read_image          make a spec of a picture file
    build_target        the distribution that a spec describes

Results
    Project             a flow with its training
    Comparison          the projects and results of flows that are compared
    build_flow          the flow that a spec describes
    check_flow          the largest error of a flow in each law that flows must obey
    sample              points of a flow
    score               log-densities of points
    trace               particles at every layer
    sample_in_parts, score_in_parts, trace_in_parts
    judge               check a density estimator of any library against a target
    ledger              what each layer adds to a log-density
    latents             points of the target, pulled back to the base
    units               units of the data, which convert points and densities
    rescored            a project with the score of its current weights and edits

Edits of layers
    edit                disable layers and bend their curves
    Edits, LayerEdit, Bump

Flows of other programs
    record              a project of the particles that another program has moved
    points_of_test      the points on which all flows of a target are tested
    view                open a project, or such particles, in a window of its own
    adapters            projects of flows of zuko, flowjax, normflows, TFP and your own code

Pictures
    picture             a picture of a project as PNG
    render              write a picture, an animation or numbers to a file
    draw                draw a project into Matplotlib axes
    Widget              an interactive picture of a project in a notebook; needs anywidget
    render_comparison   write the figure of a comparison
    render_difference   write the difference of two densities
    render_judgment     write the figure of a report of judge
    ExportSpec          what to write, and in which format
    Seen, ViewSpec, Playback, PictureSize

Files
    save, load, save_comparison, load_comparison
    load_extensions     run files that add targets and flows
    FlowvizError        an error that the user can correct; its message says how
"""

from importlib.util import find_spec

import lazy_loader

__getattr__, __dir__, _names = lazy_loader.attach_stub(__name__, __file__)

__version__ = "0.1.0"


class _Names(list[str]):
    """The public names, which look absent to `help(flowviz)`: it would print 10,000 lines about them."""

    def __contains__(self, name: object) -> bool:
        return False


_lacking = set() if find_spec("anywidget") else {"Widget"}
__all__ = _Names(name for name in _names if name not in _lacking)  # as a list, for `from flowviz import *`
