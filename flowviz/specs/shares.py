"""Shares and counts as text, which read the same in the window, in pictures, in the terminal and in notebooks."""

ROUNDING = 1e-9  # by which a sum of shares may miss the whole
NOTABLE = 0.005  # the smallest share that is rounded to 1%


def percent(share: float, decimals: int = 0) -> str:
    """Return a share from 0 to 1 as text, such as "98%" or "1.8%". Only the whole, but for rounding errors, is 100%."""
    highest = 100 - 10**-decimals
    return f"{100 if share >= 1 - ROUNDING else min(100 * share, highest):.{decimals}f}%"


def counted(count: int, noun: str) -> str:
    """Return a count and what is counted, such as "1 picture" or "1,200 pictures"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def folded_share(share: float) -> str:
    """Return the share, from 0 to 1, of points at which steps fold the plane over as text, such as "33%"."""
    return percent(share) if share >= NOTABLE else "less than 1%"
