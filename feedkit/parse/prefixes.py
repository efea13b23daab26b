"""Namespaces that a document uses without declaring them, put into its first element."""

import re

from feedkit.parse.names import conventional_uri
from feedkit.parse.sniff import root_span

MAX_PREFIXES = 50
"""A document that declares none of more prefixes than that is not a feed that forgot some."""

_USED = re.compile(r"</?([a-zA-Z][\w.-]{0,40}):(?=\w)|\s([a-zA-Z][\w.-]{0,40}):[\w.-]{1,40}\s*=")
_DECLARED = re.compile(r"""\sxmlns:([\w.-]+)\s*=\s*(?:"[^"]|'[^'])""")
_EMPTY = re.compile(r"""\sxmlns:[\w.-]+\s*=\s*(?:"\s*"|'\s*')""")
_RESERVED = frozenset(("xml", "xmlns"))


def declare_prefixes(text: str) -> tuple[str, list[str]]:
    """`text` with every prefix that it uses declared in its first element, as the one that it
    means by convention, and these prefixes. Declarations further in go before these, so that
    nothing that was declared changes its meaning (Namespaces in XML, 6.1).
    """
    span = root_span(text)
    if span is None:
        return text, []
    tag = _EMPTY.sub("", text[span[0] : span[1]])
    declared = {match[1] for match in _DECLARED.finditer(tag)} | _RESERVED
    used = dict.fromkeys(match[1] or match[2] for match in _USED.finditer(text))
    missing = [prefix for prefix in used if prefix not in declared]
    if not missing or len(missing) > MAX_PREFIXES:
        return text, []
    declarations = "".join(f' xmlns:{name}="{conventional_uri(name)}"' for name in missing)
    name = re.match(r"<[^\s/>]+", tag)
    end = name.end() if name else 1
    return text[: span[0]] + tag[:end] + declarations + tag[end:] + text[span[1] :], missing
