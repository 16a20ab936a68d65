"""Shares as text, which read the same in the window, in pictures, in the terminal and in notebooks."""

ROUNDING = 1e-9  # by which a sum of shares may miss the whole


def percent(share: float, decimals: int = 0) -> str:
    """Return a share from 0 to 1 as text, such as "98%" or "1.8%". Only the whole, but for rounding errors, is 100%."""
    highest = 100 - 10**-decimals
    return f"{100 if share >= 1 - ROUNDING else min(100 * share, highest):.{decimals}f}%"
