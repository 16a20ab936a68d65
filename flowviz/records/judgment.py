"""Judgments of density estimators: what each check found."""

from dataclasses import asdict, dataclass
from math import isfinite
from textwrap import fill
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from flowviz.records.equality import EqualByContent

Verdict = Literal["consistent", "good fit", "poor fit", "inconsistent", "not checked"]


@dataclass(frozen=True)
class Finding:
    """The result of a check.

    Attributes:
        check: The name of the check.
        verdict: "inconsistent" if the estimator contradicts itself or the target; "poor fit" if it is valid, but
            differs from the target.
        sentence: The finding in words, or what the check needs.
        numbers: The figures behind the verdict, by name.
    """

    check: str
    verdict: Verdict
    sentence: str
    numbers: dict[str, float]


@dataclass(frozen=True, eq=False)
class Judgment(EqualByContent):
    """The report of `flowviz.judge`.

    Attributes:
        title: The title of the target.
        findings: The results of all checks.
        points: Some points (n, 2) of the target, in data units.
        samples: Some samples (m, 2) of the estimator, in data units; (0, 2) if there are none.
        coverage: Shares of the probability in highest-density regions (2, k): those that the estimator expects, and
            those of the points in them; (2, 0) if unknown.
    """

    title: str
    findings: tuple[Finding, ...]
    points: NDArray[np.float64]
    samples: NDArray[np.float64]
    coverage: NDArray[np.float64]

    @property
    def is_consistent(self) -> bool:
        """Return whether no check found an inconsistency."""
        return all(each.verdict != "inconsistent" for each in self.findings)

    def __getitem__(self, check: str) -> Finding:
        """Return the finding of a check. Raises `KeyError` if there is no such check."""
        return {each.check: each for each in self.findings}[check]

    def text(self) -> str:
        """Return the report as text, with up to 100 characters per line."""
        lines = (f"{each.verdict:<14}{each.check:<20}{each.sentence}" for each in self.findings)
        return "\n".join(fill(line, 100, subsequent_indent=34 * " ") for line in lines)

    def as_json(self) -> dict[str, Any]:
        """Return the report as an object for JSON, with None for numbers that are not finite."""
        findings = [asdict(each) for each in self.findings]
        for each in findings:
            each["numbers"] = {name: x if isfinite(x) else None for name, x in each["numbers"].items()}
        return {"target": self.title, "is_consistent": self.is_consistent, "findings": findings}
