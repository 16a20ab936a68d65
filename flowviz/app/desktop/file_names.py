"""Names of files that are proposed."""

LONGEST_NAME = 40  # characters


def as_file_name(text: str) -> str:
    """A text as the name of a file on any system, without a suffix."""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in text)
    return " ".join(kept.split())[:LONGEST_NAME].strip() or "flowviz"
