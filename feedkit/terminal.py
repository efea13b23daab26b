"""What comes from outside, made harmless for a terminal and for a log."""

JOINERS = "\u200c\u200d"
"""Persian is written with the one, families of emoji with the other."""


def one_line(text: str) -> str:
    """Without line ends, control characters and marks of direction: what feeds and servers say
    could otherwise move the cursor or turn the line around."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in JOINERS else " " for c in text)
