"""Upgrades of older project file formats to the current one.

- Format 11 had no conditions, which are None by default, and examples of the gallery did not count the uses of the
  test points.
- Format 10 had an NLL in place of each measurement of a score, and did not count the uses of the test points.
- Format 9 had no edits, which are empty by default.
- Format 8 had flows with a standard normal base only, which is no longer the default of all families.

Formats 1 to 7 were written by development versions before the first release, and are no longer supported.
"""

from typing import Any

FORMAT_VERSION, OLDEST_VERSION = 12, 8


def upgraded(text: dict[str, Any]) -> dict[str, Any]:
    """Upgrade the JSON metadata of a project file of any supported version to the current format.

    Raises:
        KeyError, TypeError, ValueError: If the metadata are not valid in their format.
    """
    version, found = text["format_version"], {**text, "format_version": FORMAT_VERSION}
    if version <= 10:
        found = _with_measurements(found)
    elif score := found.get("score"):  # development versions repeated the uses of the test points there
        found["score"] = {name: value for name, value in score.items() if name != "test_uses"}
    if version <= 11 and found.get("score") and found["score"]["test"]:
        found["test_uses"] = max(1, found.get("test_uses", 0))
    return found if version > OLDEST_VERSION else _with_normal_base(found)


def _with_measurements(text: dict[str, Any]) -> dict[str, Any]:
    """Convert the NLLs in a score of format 10 to measurements with an unknown number of points.

    Each training was scored on test points, so those of a trained project have been used at least once.
    """
    text = {**text, "test_uses": int(bool(text.get("checkpoint")))}
    if not (score := text.get("score")):
        return text
    validation, test, error = (score[name] for name in ("validation_nll", "test_nll", "standard_error"))
    if (test is None) != (error is None):
        raise ValueError("a test NLL requires a standard error, and vice versa")
    measured = {
        "validation": None if validation is None else {"split": "validation", "points": 0, "mean": validation},
        "test": None if test is None else {"split": "test", "points": 0, "mean": test, "standard_error": error},
    }
    others = {name: score[name] for name in ("step", "entropy", "folded") if name in score}
    return {**text, "score": {**others, **measured}}


def _with_normal_base(plan: dict[str, Any]) -> dict[str, Any]:
    """Add the base distribution, which was always normal in format 8, to the flow and to that of the next training."""
    following = {"next": _with_normal_base(plan["next"])} if plan.get("next") else {}
    return {**plan, **following, "flow": {"base": "normal", **plan["flow"]}}
