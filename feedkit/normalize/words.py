"""Tables of names, written as text."""


def words(text: str) -> frozenset[str]:
    """The words of `text`, which are apart by white space."""
    return frozenset(text.split())
