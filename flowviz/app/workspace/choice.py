"""The choices that the user makes before a comparison."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flowviz.app.workspace.compared import free_name
from flowviz.app.workspace.joining import entrant_name, joining, name_of, trainable
from flowviz.errors import SpecError
from flowviz.projects import Comparison, Project
from flowviz.specs import COMPARISON_PRESETS, ComparisonPresetName, TargetSpec, TextSpec, TrainingSpec
from flowviz.specs.comparison import MAX_ENTRANTS

Kind = ComparisonPresetName | Literal["words", "own"]
Member = tuple[str, Project]  # an entrant and its name

WORDS_TITLE, OWN_TITLE = "One flow on several words", "Only the flows below"
WORDS_SENTENCE = "The same flow learns each of the words that you type, which shows how hard they are"
OWN_SENTENCE = "Compare the flow in this window with others that you add here or later"
NO_ENTRANT = "There is nothing to compare yet. Add the flow in this window or a project."
NO_WORDS = "Type two to six words, separated by spaces."


@dataclass(frozen=True, eq=False)
class Choice:
    """Describes a comparison that the user has chosen.

    Attributes:
        kind: A preset, one flow on several words, or only the projects.
        target: The target of all entrants, except for several words.
        training: The training of all entrants that have none of their own, with the budget and the seed.
        current: The project of the window.
        adds_current: Whether it takes part.
        projects: Other projects that take part.
        words: The words for one flow, separated by spaces or commas.
    """

    kind: Kind
    target: TargetSpec
    training: TrainingSpec
    current: Project
    adds_current: bool = False
    projects: tuple[Member, ...] = ()
    words: str = ""

    def targets(self) -> list[TargetSpec]:
        """Return the targets that all entrants can learn: that of the window, and those of the added projects."""
        others = (project.target for _, project in self.projects)
        return list(dict.fromkeys((self.current.asked.target, *others)))

    def comparison(self) -> Comparison:
        """Return the comparison.

        Raises:
            SpecError: If there are no entrants or too many.
        """
        members = dict[str, Project]()
        for wanted, project in self._members():
            members[free_name(wanted, members)] = project
        if not members:
            raise SpecError(NO_WORDS if self.kind == "words" else NO_ENTRANT)
        if len(members) > MAX_ENTRANTS:
            raise SpecError(
                f"You chose {len(members)} flows, but a comparison can have up to {MAX_ENTRANTS}. Leave some out."
            )
        return Comparison(members)

    def _members(self) -> Iterator[Member]:
        if self.kind == "words":
            yield from self._on_words()
        elif self.kind != "own":
            preset = COMPARISON_PRESETS[self.kind].spec(self.target, self.training)
            yield from Comparison.untrained(preset).projects.items()
        if self.adds_current:
            yield name_of(self.current), joining(self.current, self.target, self.training)
        for name, project in self.projects:
            yield name, joining(project, self.target, self.training)

    def _on_words(self) -> Iterator[Member]:
        """Yield the requested flow of the window for each word, in the font of its target if that is a text."""
        asked = self.current.asked
        font = asked.target if isinstance(asked.target, TextSpec) else TextSpec(text="A")
        flow = trainable(asked.flow).model_copy(update={"seed": self.training.seed})
        for word in dict.fromkeys(re.split(r"[\s,;]+", self.words.strip())):
            if word:
                target = TextSpec(**{**dict(font), "text": word})
                yield entrant_name(word), Project.untrained(target, flow, self.training)


def with_current_as_asked(project: Project) -> Project:
    """Return the project of the window as it takes part: as requested, if that differs from what it has learned."""
    asked = project.asked
    if asked.flow == project.flow and asked.target == project.target:
        return project
    return Project.untrained(asked.target, asked.flow, asked.training)
