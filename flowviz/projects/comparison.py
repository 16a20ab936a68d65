"""A comparison: the projects of its entrants, and the results of their runs."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from flowviz import targets
from flowviz.arguments import checked
from flowviz.errors import FileError, SpecError, TargetError
from flowviz.projects.drawing import draw, png_of
from flowviz.projects.project import Project
from flowviz.projects.results import current_figures, edited_figures, trained_with
from flowviz.records import Selection, Trial, selection_among
from flowviz.records.comparison_table import FIGURES, LIMIT, Row, RunSummary, summary_of
from flowviz.records.paired import (
    DIFFERENCE,
    DIFFERENCE_ERROR,
    PairedDifference,
    Tested,
    best_flows,
    differences,
)
from flowviz.records.trial import CUT_SHORT
from flowviz.specs import ComparisonSpec, Entrant, FlowSpec, Seen, TargetSpec, TrainingSpec
from flowviz.specs.comparison import FigureColumns

if TYPE_CHECKING:
    from pandas import DataFrame
    from PIL.Image import Image


@dataclass(frozen=True)
class Comparison:
    """Several flows under their names, with the same budget, and the figures of their runs.

    Attributes:
        projects: The project of each entrant, trained with its own seed, in the order of the entrants.
        trials: The runs that have ended: one of each entrant with its own seed, and others with later seeds.
        seeds: Number of runs that were asked for, for each entrant.
        styles: Number of the color and the dashes of each entrant. Those without one have that of their place.
        limits: The scores of adaptive histograms of targets, which are no runs of entrants; see `training.limits`. An
            empty mapping asks for them. None if they are not asked for.
        selected: The name of the selected entrant, whose project says how all of them are viewed. Empty if no window
            has shown the comparison, or if this entrant was removed.
        selection: The particles that are selected in the pictures of all entrants, if any. None if the selected entrant
            has another number of particles.

    Raises:
        SpecError: If the projects cannot be compared, for example because their budgets differ.
    """

    projects: Mapping[str, Project]
    trials: tuple[Trial, ...] = ()
    seeds: int = 1
    styles: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[TargetSpec, Trial] | None = None
    selected: str = ""
    selection: Selection | None = None

    def __post_init__(self) -> None:
        self.spec  # noqa: B018  # raises the error
        viewed = self.projects.get(self.selected)
        fitting = selection_among(viewed.trace.positions.shape[1], self.selection) if viewed else None
        object.__setattr__(self, "selected", self.selected if viewed else "")
        object.__setattr__(self, "selection", fitting)

    @classmethod
    @checked
    def untrained(cls, spec: ComparisonSpec) -> "Comparison":
        """Return the comparison of entrants that have not been trained."""
        projects = {each.name: Project.untrained(each.target, each.flow, each.training) for each in spec.entrants}
        return cls(projects, seeds=spec.seeds, limits={} if spec.baseline else None)

    @property
    def spec(self) -> ComparisonSpec:
        """The request: the entrants, the number of their seeds, and whether the limits by counting are asked for."""
        entrants = tuple(
            Entrant(name=name, target=each.target, flow=each.flow, training=each.training)
            for name, each in self.projects.items()
        )
        return ComparisonSpec(entrants=entrants, seeds=self.seeds, baseline=self.limits is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the entrants."""
        return tuple(self.projects)

    def title(self, name: str) -> str:
        """Return the label of a line of the table: the title of the family if the line is named after its family."""
        project = self.projects.get(name)
        return title_of(name, project.flow) if project else name

    def style(self, name: str) -> int:
        """Return the number of the color and the dashes of an entrant, which it keeps when others leave."""
        return self.styles.get(name, self.names.index(name))

    def __getitem__(self, name: str) -> Project:
        """Return the project of an entrant.

        Raises:
            SpecError: If there is no such entrant.
        """
        if name not in self.projects:
            raise SpecError(f"There is no flow {name!r}. Choose one of {', '.join(self.projects)}.")
        return self.projects[name]

    def with_project(self, name: str, project: Project) -> "Comparison":
        """Return this comparison with another project of an entrant, or with another entrant at the end."""
        return replace(self, projects={**self.projects, name: project})

    def seen_as(self, selected: str, seen: Seen, selection: Selection | None) -> "Comparison":
        """Return this comparison with a selected entrant, the view of all entrants, and their selected particles."""
        viewed = self.with_project(selected, replace(self[selected], seen=seen))
        return replace(viewed, selected=selected, selection=selection)

    @checked
    def with_budget(self, budget: TrainingSpec) -> "Comparison":
        """Return this comparison with the seconds or steps of a training as the larger budget of each entrant.

        `flowviz.compare` then continues the runs that have ended, even those that ended early, unless they diverged.
        Runs with later seeds start over, because only their results are kept.

        Raises:
            SpecError: If the budget is not larger.
        """
        if not budget.exceeds(self.spec.budget):
            raise SpecError(f"The budget of each flow is {self.spec.budget_words}. Give a larger one in the same unit.")
        projects = {name: project.with_budget(budget) for name, project in self.projects.items()}
        recorded = {name for name, project in self.projects.items() if project.flow.is_recorded}
        kept = tuple(trial for trial in self.trials if trial.ending == "diverged" or trial.name in recorded)
        return replace(self, projects=projects, trials=kept)

    def with_trial(self, trial: Trial) -> "Comparison":
        """Return this comparison with the result of a run, in place of an earlier one with the same name and seed.

        A run with a later seed counts among the uses of the test points of its entrant; others count themselves.
        """
        key, project = (trial.name, trial.seed), self[trial.name]
        found = replace(self, trials=(*(each for each in self.trials if (each.name, each.seed) != key), trial))
        if not trial.is_tested or trial.seed == project.training.seed:
            return found
        return found.with_project(trial.name, replace(project, test_uses=project.test_uses + 1))

    def with_legibility(self) -> "Comparison":
        """Return this comparison with the legibility of runs that were saved before it was measured.

        It stays unknown for an entrant with several runs, of which only one has its particles in the file, and for a
        target that cannot be built.
        """
        return replace(self, trials=tuple(map(self._with_legibility, self.trials)))

    def _with_legibility(self, trial: Trial) -> Trial:
        """Return a run with its legibility if that is unknown and can be measured, or else the same run."""
        known = {name for name, figure in trial.figures.items() if figure is not None}
        is_unknown = "on_target" in known and "legibility" not in known
        is_only = [each.name for each in self.trials].count(trial.name) == 1
        if not (is_unknown and is_only and trial is self.trial(trial.name)):
            return trial
        project = self[trial.name]
        with suppress(TargetError, FileError):  # the font of a text is not installed, or a picture is damaged
            legibility = project.present_moment(project.build_target()).legibility
            if legibility is not None:
                return replace(trial, figures={**trial.figures, "legibility": legibility})
        return trial

    def without(self, name: str) -> "Comparison":
        """Return this comparison without an entrant and its runs. Raises `SpecError` if no entrant is left."""
        projects = {each: project for each, project in self.projects.items() if each != name}
        return replace(self.without_trials(name), projects=projects)

    def without_trials(self, name: str) -> "Comparison":
        """Return this comparison without the runs of an entrant."""
        return replace(self, trials=tuple(each for each in self.trials if each.name != name))

    def trial(self, name: str, offset: int = 0) -> Trial | None:
        """Return the run of an entrant with its own seed plus an offset. None if it has not ended."""
        seed = self[name].training.seed + offset
        return next((each for each in self.trials if (each.name, each.seed) == (name, seed)), None)

    @property
    def trained_entrants(self) -> tuple[Entrant, ...]:
        """Return the entrants without recorded flows, which flowviz does not train."""
        return tuple(entrant for entrant in self.spec.entrants if not entrant.flow.is_recorded)

    @property
    def trained_with(self) -> str:
        """Return a sentence such as "Up to 1,000 steps each." about the trainings. Empty if all flows were recorded."""
        return f"{trained_with(self.projects.values())} each.".capitalize() if self.trained_entrants else ""

    def missing(self, offset: int = 0) -> tuple[Entrant, ...]:
        """Return the entrants, with their own seed plus an offset, of the runs that are not complete."""
        ended = {(each.name, each.seed) for each in self.trials if each.ending not in CUT_SHORT}
        later = (entrant.with_later_seeds(offset) for entrant in self.trained_entrants)
        return tuple(entrant for entrant in later if (entrant.name, entrant.seed) not in ended)

    @property
    def unscored(self) -> tuple[str, ...]:
        """Names of the entrants that have been trained, but whose result is unknown, because the training stopped."""
        return tuple(
            name
            for name, project in self.projects.items()
            if project.checkpoint is not None and project.checkpoint.step > 0 and self.trial(name) is None
        )

    def ordered_trials(self) -> list[Trial]:
        """Return the runs that have ended, in the order of the entrants and of their seeds."""
        return sorted(self.trials, key=lambda each: (self.names.index(each.name), each.seed))

    def rows(self) -> list[Row]:
        """Return a row for each run that has ended, with the figures of `records.comparison_table.FIGURES`.

        The last rows are those of the limits by counting, if there are any.
        """
        return [
            {
                "name": each.name,
                "seed": each.seed,
                "ending": each.ending,
                **{name: each.figures.get(name) for name in FIGURES},
            }
            for each in self.table_trials()
        ]

    def table_trials(self) -> list[Trial]:
        """Return the runs that have ended and the limits by counting, with their differences from the best entrant.

        Of a flow whose layers were edited after its training, only the score of the edited flow is known, and there
        are no runs with later seeds.
        """
        best = best_flows(self._runs, self._targets)

        def compared(trial: Trial) -> Trial:
            one, other = Tested.of([trial]), best.get(self[trial.name].target)
            found = one.minus(other) if one and other else None
            known = {DIFFERENCE: found.mean, DIFFERENCE_ERROR: found.standard_error} if found else {}
            return replace(trial, figures={**dict.fromkeys(FIGURES), **trial.figures, **known})

        return [*map(compared, replace(self, trials=self._results).ordered_trials()), *self.limit_trials()]

    def differences(self) -> dict[str, PairedDifference | None]:
        """Return, for each entrant, the difference from the test NLL of the best one on the same target.

        A difference is None if the entrant has not been tested, or if no other one with its target has.
        """
        return dict(zip(self.projects, differences(self._runs, self._targets), strict=True))

    @property
    def _runs(self) -> list[list[Trial]]:
        """Return the runs of each entrant."""
        return [[trial for trial in self._results if trial.name == name] for name in self.projects]

    @cached_property
    def _results(self) -> tuple[Trial, ...]:
        return tuple(filter(None, map(self._as_edited, self.trials)))

    def _as_edited(self, trial: Trial) -> Trial | None:
        """Return a result without what edits of the layers have changed since, or None if nothing is left of it."""
        project = self[trial.name]
        if trial.ending == "training" or project.edits == project.trained_edits:
            return trial
        known = edited_figures(trial.figures, project.score_in_units())
        return replace(trial, figures=known) if trial is self.trial(trial.name) else None

    @property
    def _targets(self) -> list[TargetSpec]:
        return [project.target for project in self.projects.values()]

    @property
    def in_progress(self) -> tuple[str, ...]:
        """Names of the entrants that have been trained, and whose runs have not ended."""
        return tuple(
            name for name, project in self.projects.items() if len(project.history.step) and self.trial(name) is None
        )

    def with_current(self) -> "Comparison":
        """Return this comparison with the current figures of the runs that are in progress, as results of these runs.

        It is meant for tables: their ending is "training", and their gap and NLL are those of the validation points.

        Raises:
            TargetError: If the points of a target cannot be learned.
        """
        return replace(self, trials=(*self.trials, *map(self._running, self.in_progress)))

    def _running(self, name: str) -> Trial:
        project = self[name]
        figures = current_figures(project, targets.spec_units(project.target, "data"))
        return replace(Trial.running(project.flow, project.training, figures), name=name)

    def summaries(self) -> list[RunSummary]:
        """Return the mean and the standard deviation over seeds of the figures of each entrant."""
        return [summary_of(name, self._results, each) for name, each in self.differences().items()]

    def limit_trials(self) -> list[Trial]:
        """Return the limits by counting that are known, named as their lines."""
        named = limit_names(project.target for project in self.projects.values())
        return [replace(limit, name=name) for target, name in named if (limit := (self.limits or {}).get(target))]

    def lines(self) -> list[RunSummary]:
        """Return the lines of the table: the summaries of the entrants, and then the limits by counting."""
        return [*self.summaries(), *(summary_of(each.name, [each]) for each in self.limit_trials())]

    def figure(self, path: str | Path | None = None, columns: FigureColumns | None = None) -> "Image | None":
        """Return the figure with a row for each entrant as a picture, or write it to a file.

        `flowviz.render_comparison` also takes an `ExportSpec`, with the size and the view.

        Args:
            path: The file to write, .png, .svg, .pdf, .gif or .mp4. None to return the picture.
            columns: `stages`, `marks` or `targets`. None for those that fit.
        """
        if path is not None:
            draw(self, Path(path), columns=columns)
            return None
        from PIL.Image import open as open_image

        return open_image(BytesIO(png_of(self, columns=columns)))

    def _repr_html_(self) -> str:
        """Return the figure and the table as HTML, which notebooks display."""
        image = b64encode(png_of(self)).decode()
        names = escape(", ".join(self.names))
        table = self.table().to_html(index=False, na_rep="–", float_format="{:.4g}".format)
        return f'<img src="data:image/png;base64,{image}" alt="{names}" style="max-width: 100%">{table}'

    def table(self) -> "DataFrame":
        """Return `rows` as a data frame of pandas. Shares are from 0 to 1, NLLs in nats; unknown figures are NaN."""
        from pandas import DataFrame  # takes 0.5 s to import

        frame = DataFrame(self.rows(), columns=["name", "seed", "ending", *FIGURES])
        return frame.astype(dict.fromkeys(FIGURES, float))


def title_of(name: str, flow: FlowSpec) -> str:
    """Return the label of an entrant: the title of the family if it is named after its family, or else its name."""
    return flow.recipe.title if name == flow.family else name


def limit_names(targets: Iterable[TargetSpec]) -> list[tuple[TargetSpec, str]]:
    """Return each of the targets with the name of the line of its limit, which has its title if there are several."""
    distinct = list(dict.fromkeys(targets))
    return [(each, LIMIT if len(distinct) == 1 else f"{LIMIT}: {' '.join(each.title.split())}") for each in distinct]
