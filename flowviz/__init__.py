"""flowviz: watch a normalizing flow bend a Gaussian cloud into a word.

    from flowviz import train, sample, save
    project = train(points)  # an array (n, 2), a data frame with two numeric columns, or a target such as TextSpec

`from flowviz import ...` offers the names below, and `help(flowviz.train)` explains one of them. Specs say what is
asked for, functions do it. Importing the package loads neither TensorFlow nor Qt, and each name only when it is first
used.

Training
    train               train a flow on a target
    resume              continue the training of a project
    retarget            train the flow of a project on another target
    compare             train several flows with equal budgets
    train_series        train a flow with several seeds and learning rates
    FlowSpec            a family of flows and its sizes; PRESETS has some of them
    TrainingSpec        the budget, seed and learning rate of a training
    ComparisonSpec      a request to compare flows; COMPARISON_PRESETS has some of them
    Entrant             a flow of a comparison
    comparison_spec     the comparison that JSON values describe

Targets
    TextSpec, ImageSpec, ShapeSpec, DrawingSpec, PointsSpec
    MixSpec, Part       several of these, and one of its parts
    points_spec         the spec of an array or a data frame
    read_image          the spec of a picture file
    build_target        the distribution that a spec describes

Results
    Project             a flow with its training
    Comparison          projects with the figures of their trainings
    build_flow          the flow that a spec describes
    check_flow          the errors of a flow in the laws that all flows keep
    sample              points of a flow
    score               log-densities of points
    trace               particles at every layer
    sample_in_parts, score_in_parts, trace_in_parts
    ledger              what each layer adds to a log-density
    latents             points of the target, pulled back to the base
    units               units of the data, which convert points and densities
    rescored            a project with the score of its present weights and edits

Edits of layers
    edit                disable layers and bend their curves
    Edits, LayerEdit, Bump

Pictures
    picture             a picture of a project as PNG
    render              write a picture, an animation or numbers to a file
    draw                draw a project into axes of Matplotlib
    render_comparison   write the figure of a comparison
    render_difference   write the difference of two densities
    ExportSpec          what to write, and in which format
    Seen, ViewSpec, Playback, PictureSize

Files
    save, load, save_comparison, load_comparison
    load_extensions     run files that add targets and flows
    FlowvizError        an error whose message says what to change
"""

import lazy_loader

__getattr__, __dir__, _names = lazy_loader.attach_stub(__name__, __file__)

__version__ = "0.1.0"


class _Names(list[str]):
    """The public names. `help(flowviz)` finds none of them here, because it would print 10,000 lines about them."""

    def __contains__(self, name: object) -> bool:
        return False


__all__ = _Names(_names)  # as a list, for `from flowviz import *`
