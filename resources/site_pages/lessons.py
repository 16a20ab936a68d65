"""The lessons as pages: one page for each, with a figure in the state of each step."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from flowviz.exporting.web_page import SHOWN
from flowviz.files import content_of
from flowviz.lessons import Lesson, Prediction, Step
from flowviz.lessons.diagram import describe, diagram_svg
from flowviz.lessons.markdown import as_html, as_line, as_plain_line, own_links
from flowviz.lessons.one_dimension import KNOTS
from flowviz.lessons.reader import MAX_PICTURE_BYTES
from flowviz.lessons.terms import TERMS
from flowviz.projects import Comparison
from flowviz.records.comparison_table import best_of, with_values
from flowviz.specs.shapes import heading_of
from site_pages.figures import Figures, Work
from site_pages.frame import Frame
from site_pages.pictures import SIZE, Pictures, has_losses
from site_pages.stand_ins import coupling, plain, suspects
from site_pages.states import STAND_IN, State, States, can_be_repeated, hints

PANELS = {
    "loss": "The losses of the training. The dashed line is the entropy: no flow has a smaller loss.",
    "ledger": "What each layer adds to the log-density, on average over points of the target.",
}
DIAGRAM_COLORS = "var(--accent)", "var(--label)"


class LessonPages:
    """Writes lessons as pages."""

    def __init__(self, frame: Frame, figures: Figures, pictures: Pictures) -> None:
        self._frame, self._figures, self._pictures = frame, figures, pictures
        self._states = States()

    def write(self, lessons: Sequence[Lesson]) -> None:
        """Write a page for each lesson, the list of all, and the glossary."""
        pages = [(lesson, f"lessons/{lesson.name}.html") for lesson in lessons]
        for number, (lesson, address) in enumerate(pages):
            following = pages[number + 1] if number + 1 < len(pages) else None
            self._write(lesson, address, following)
        listed = [{**_head(lesson), "address": f"{lesson.name}.html"} for lesson in lessons]
        self._frame.write("lessons/index.html", "lessons.html", "Lessons", "Lessons", lessons=listed)
        self._frame.write("lessons/glossary.html", "glossary.html", "Lessons", "Glossary", terms=sorted(TERMS.items()))
        self._frame.index(
            "lessons/glossary.html", "Glossary", " ".join(f"{key}: {text}" for key, text in TERMS.items())
        )

    def _write(self, lesson: Lesson, address: str, following: tuple[Lesson, str] | None) -> None:
        steps = [self._step(lesson, number) for number in range(len(lesson.steps))]
        after = None if following is None else {**_head(following[0]), "address": f"{following[0].name}.html"}
        self._frame.write(
            address,
            "lesson.html",
            "Lessons",
            as_plain_line(lesson.numbered_title),
            **_head(lesson),
            steps=steps,
            learned=[_line(sentence) for sentence in lesson.learned],
            terms=_terms(lesson),
            following=after,
            knots=KNOTS,
            stands_in=not lesson.opening and any(_shows(step["figure"], STAND_IN) for step in steps),
        )
        for number, step in enumerate(lesson.steps, start=1):
            self._frame.index(f"{address}#step-{number}", f"{lesson.title}: {step.title}", as_html(step.text))

    def _step(self, lesson: Lesson, number: int) -> Mapping[str, Any]:
        """Return what a template shows of a step."""
        step, start = lesson.steps[number], self._states.beginning(lesson, number)
        place = lesson.place(number)
        is_new = number == 0 or place != lesson.place(number - 1)
        is_repeatable = can_be_repeated(step.conditions, start.work)
        return {
            "number": number + 1,
            "title": _line(step.title),
            "text": _html(step.text),
            "diagram": None if place is None or not is_new else Markup(diagram_svg(place, *DIAGRAM_COLORS, "Inter")),  # noqa: S704
            "about": describe(place),
            "own_picture": self._own_picture(step, f"{lesson.name}_{number + 1}"),
            "figure": self._figure(step, start),
            "panels": self._panels(start),
            "action": None if step.action is None else _line(step.action),
            "can_be_repeated": is_repeatable,
            "hints": hints(step.conditions, start.setup) if is_repeatable else [],
            "done": None if step.done is None else _line(step.done),
            "result": self._result(lesson, number, start),
            "prediction": None if step.predict is None else _prediction(step.predict),
        }

    def _own_picture(self, step: Step, name: str) -> Mapping[str, str] | None:
        """Return the picture that comes with a step."""
        if step.picture is None:
            return None
        address = f"pictures/{name}{step.picture.suffix.lower()}"
        self._frame.put(address, content_of(step.picture, MAX_PICTURE_BYTES))
        return {"address": address, "alternative": step.alt}

    def _figure(self, step: Step, state: State) -> Mapping[str, Any] | None:
        """Return the figure of a state: a stand-in, an animation or a picture for what no page can show, or a page."""
        if state.setup.monotone_curve is not None:
            return {"kind": "curve", "heights": state.setup.monotone_curve.heights}
        if state.work is None:
            return None
        observed = {each.observe for each in step.conditions}
        stage = state.seen.stage
        words = f"{state.work.first.target.title}, {'last stage' if stage is None else f'stage {stage}'}"
        if state.setup.suspects:
            return self._suspects(state.work, state)
        if "bumps" in observed and not isinstance(state.work.content, Comparison):
            return {"kind": "coupling", **coupling(state.work)}
        if state.seen.view.square or (state.seen.view.marks - set(SHOWN) and observed & {"stage", "played"}):
            return {"kind": "picture", "picture": self._pictures.film(state.work, state.seen, f"{words}: an animation")}
        still = self._pictures.still(state.work, state.seen, words, state.setup.given)
        if state.seen.view.marks - set(SHOWN):
            return {"kind": "picture", "picture": still}
        has_moments = bool(observed & {"moment", "covered"})
        address = self._figures.address(state.work, state.seen, state.setup.given, has_moments=has_moments)
        return {
            "kind": "page",
            "address": address,
            "picture": still,
            "table": _table(state.work),
            "work": state.work.name,
        }

    def _suspects(self, work: Work, state: State) -> Mapping[str, Any]:
        seen = plain(state.seen.model_copy(update={"stage": None}))
        found = suspects(work, seen)
        picture = self._pictures.still(work, seen, "The target") if seen.view.marks else None
        return {"kind": "suspects", "suspects": found, "picture": picture, "work": work.name, "size": SIZE}

    def _panels(self, state: State) -> list[Any]:
        """Return plots of the panels that the window would show."""
        if state.work is None or isinstance(state.work.content, Comparison):
            return []
        panels = state.setup.panels or frozenset[str]()
        found = []
        if "loss" in panels and has_losses(state.work.content):
            found.append(self._pictures.plot(state.work, "losses", PANELS["loss"]))
        if "ledger" in panels:
            found.append(self._pictures.plot(state.work, "ledger", PANELS["ledger"]))
        return found

    def _result(self, lesson: Lesson, number: int, start: State) -> Mapping[str, Any] | None:
        """Return the figure after the action of a step if readers cannot make it from the one before."""
        step = lesson.steps[number]
        if not step.conditions or start.setup.monotone_curve is not None:
            return None
        end = self._states.result(lesson, number)
        if start.setup.suspects:
            is_same = end.seen.view.marks == start.seen.view.marks
            return None if is_same else {"figure": self._figure(step, end), "panels": []}
        is_other = end.work is not None and end.work != start.work
        if not is_other and (not end.seen.view.marks - set(SHOWN) or end.seen.view.marks == start.seen.view.marks):
            self._allow(end)
            return self._density(end) if "density" in end.seen.view.marks - start.seen.view.marks else None
        return {"figure": self._figure(step, end), "panels": self._panels(end) if is_other else []}

    def _density(self, state: State) -> Mapping[str, Any] | None:
        """Return a picture of a density with its legend, which the page of a figure lacks."""
        if state.work is None:
            return None
        picture = self._pictures.still(state.work, state.seen, f"{state.work.first.target.title}, with its log-density")
        return {"figure": {"kind": "picture", "picture": picture}, "panels": []}

    def _allow(self, state: State) -> None:
        """Let the figure of a project show a state, too."""
        if state.work is not None and not state.setup.suspects and not state.seen.view.square:
            self._figures.address(state.work, state.seen)


def _shows(figure: Mapping[str, Any] | None, name: str) -> bool:
    return figure is not None and figure.get("work") == name


def _table(work: Work) -> Mapping[str, Any] | None:
    """Return the table of a comparison, with a star at the best values of each column."""
    if not isinstance(work.content, Comparison):
        return None
    rows = work.content.summaries()
    columns = with_values(rows)
    best = [best_of(column, rows) for column in columns]
    cells = [
        [f"{row.text(column)}{' ★' if number in stars else ''}" for column, stars in zip(columns, best, strict=True)]
        for number, row in enumerate(rows)
    ]
    return {
        "columns": [column.heading(rows) for column in columns],
        "rows": [*zip((row.name for row in rows), cells, strict=True)],
    }


def _head(lesson: Lesson) -> Mapping[str, Any]:
    return {
        "name": lesson.name,
        "lesson_title": _line(lesson.numbered_title),
        "summary": _line(lesson.summary),
        "minutes": lesson.minutes,
        "count": len(lesson.steps),
    }


def _prediction(prediction: Prediction) -> Mapping[str, Any]:
    answers = [
        {
            "text": as_plain_line(answer),
            "reply": _html(prediction.reply(number)),
            "is_right": number + 1 == prediction.correct,
        }
        for number, answer in enumerate(prediction.answers)
    ]
    return {"question": _line(prediction.question), "answers": answers}


def _html(text: str) -> Markup:
    """Return Markdown as HTML, whose terms open explanations."""
    return _with_terms(as_html(text, lambda _: False))


def _line(text: str) -> Markup:
    return _with_terms(as_line(text, lambda _: False))


def _with_terms(html: str) -> Markup:
    """Return HTML in which links to terms are buttons, each of which opens an explanation without a script."""
    button = r'<button type="button" class="term" popovertarget="term-\1">\2</button>'
    return Markup(re.sub(r'<a href="term:([\w-]+)">(.*?)</a>', button, html))  # noqa: S704  # made of escaped Markdown


def _terms(lesson: Lesson) -> list[tuple[str, str, str]]:
    """Return the key, the name and the explanation of each term of a lesson."""
    replies = [
        reply
        for each in lesson.predictions.values()
        for reply in (*each.replies, each.because, each.question, *each.answers)
    ]
    texts = [text for step in lesson.steps for text in (step.title, step.text, step.action, step.done) if text]
    links = {
        link for text in (*texts, *replies, lesson.title, lesson.summary, *lesson.learned) for link in own_links(text)
    }
    return [(key, heading_of(key.replace("-", "_")), TERMS[key]) for key in TERMS if f"term:{key}" in links]
