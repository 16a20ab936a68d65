"""How long something takes, in words."""

LONGEST = 359_999  # seconds that are told


def duration(seconds: float) -> str:
    """Such as "12 s" or "3:05 min"."""
    minutes, rest = divmod(round(min(seconds, LONGEST)), 60)
    return f"{minutes}:{rest:02d} min" if minutes else f"{rest} s"
