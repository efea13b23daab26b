"""Front matter: split from the body and loaded, as YAML, TOML or JSON.

python-frontmatter's handlers find and split it; YAML is composed by libyaml, and its scalars are
kept as they are written, so that a title ``007`` or ``on`` stays what its author sees. Each field
is typed where it is known what it should be (`feedkit.parse.article`).
"""

import json
import re
import tomllib
from collections.abc import Mapping

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler, YAMLHandler
from yaml._yaml import CParser

from feedkit.errors import ParseError

Fields = Mapping[str, object]
"""Names in lower case; values are text, lists, mappings, and what TOML and JSON have besides."""

_MOST_VALUES = 10_000
"""In one front matter, aliases written out. A few dozen aliases can stand for more values than
fit in memory."""
_DEEPEST = 100
"""Lists in lists. libyaml's composer calls itself for each, on a stack that ends the process."""

_LONG_KEY = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]++\s*+\.\s*+){100}")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LOOKS_LIKE_FIELDS = re.compile(r"\S+\s*\n\s*[\w\"'-]+\s*[:=]")
_NULLS = ("", "~", "null", "Null", "NULL")


def split_front_matter(text: str) -> tuple[Fields, str]:
    """The front matter (empty where there is none) and the body.

    Blank lines before the front matter are allowed. Raises `ParseError`, a clause, when it is not
    closed, is no mapping, or cannot be read.
    """
    stripped = text.lstrip()
    lines_before = text.count("\n", 0, len(text) - len(stripped))
    text = stripped
    handler = frontmatter.detect_format(text, _HANDLERS)
    if handler is None:
        return {}, text
    try:
        matter, body = handler.split(text)
    except ValueError as error:
        if not _LOOKS_LIKE_FIELDS.match(text):
            return {}, text  # a body that begins with a rule
        raise ParseError(
            f"has front matter that is not closed; end it with a line {handler.END_DELIMITER}"
        ) from error
    return _fields(_load(handler, matter, lines_before)), body


class _TOMLHandler(BaseHandler):
    """TOML between ``+++`` lines, by the standard library (python-frontmatter wants another)."""

    FM_BOUNDARY = re.compile(r"^\+{3,}\s*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"

    def load(self, fm: str) -> dict[str, object]:
        if _LONG_KEY.search(fm):  # tomllib's time for a key grows with the square of its parts
            raise ParseError(f"has front matter that is more than {_DEEPEST} levels deep")
        return tomllib.loads(fm)


class _JSONHandler(BaseHandler):
    """A JSON object, which ends where its own brace closes, on whatever line."""

    FM_BOUNDARY = re.compile(r'\{\s*"[^"\n]*"\s*:')
    START_DELIMITER, END_DELIMITER = "{", "}"

    def split(self, text: str) -> tuple[str, str]:
        try:
            _, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return text, ""  # loading it says what is wrong
        return text[:end], text[end:]

    def load(self, fm: str) -> dict[str, object]:
        loaded: dict[str, object] = json.loads(fm)
        if _SURROGATE.search(fm):  # half of a pair, which no file and no store can hold
            loaded = json.loads(json.dumps(loaded, ensure_ascii=False).encode(errors="replace"))
        return loaded


_YAML = YAMLHandler()
_NOTATIONS: Mapping[BaseHandler, str] = {
    _YAML: "YAML",
    _TOMLHandler(): "TOML",
    _JSONHandler(): "JSON",
}
_HANDLERS = tuple(_NOTATIONS)


# What most front matter is made of: "name: value" and "- value" lines, each value plain or quoted
# on its line without escapes. Characters that YAML 1.2 does not print (5.1) are left to libyaml.
_UNPRINTED = "\\x00-\\x1f\\x7f-\\xa0\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff"
_LINE = re.compile(
    rf"""(?:(?P<name>[A-Za-z_][A-Za-z0-9_-]{{0,99}}):|(?P<indent>[ ]*)-)
    (?:[ ]+(?:'([^'{_UNPRINTED}]*)'|"([^"\\{_UNPRINTED}]*)"
    |([^\s\-?:,\[\]{{}}\#&*!|>'"%@`{_UNPRINTED}][^{_UNPRINTED}]*?)))?[ ]*(?:\n|\Z)""",
    re.VERBOSE,
)


def _load_lines(matter: str) -> dict[str, object] | None:
    """What `_load_yaml` loads, for half its time, where `matter` is nothing but such lines; else
    None. A test holds the two together."""
    fields: dict[str, object] = {}
    items: list[object] | None = None
    name, indent, may_have_items = "", "", False
    position = len(matter) - len(matter.lstrip("\n"))
    while position < len(matter):
        line = _LINE.match(matter, position)
        if line is None:
            return None
        position = line.end()
        found, dash, single, double, plain = line.groups()
        value = double if single is None else single
        if plain is not None:
            if ": " in plain or " #" in plain or plain[-1] == ":":
                return None
            value = None if plain in _NULLS else plain
        if found is not None:
            if found in fields:
                return None
            name, items = found, None
            fields[name] = value
            may_have_items = value is None and plain is None
        elif items is not None and dash == indent:
            items.append(value)
        elif items is None and may_have_items:
            fields[name] = items = [value]
            indent = dash
        else:
            return None
    return fields


def _load_yaml(matter: str) -> object:
    """YAML whose scalars are all text, or None where nothing or ``null`` is written."""
    if _may_be_deep(matter):
        _refuse_depth(matter)
    composer = _Composer(matter)
    try:
        node = composer.get_single_node()
    finally:
        composer.dispose()
    return None if node is None else _Values().of(node)


class _Composer(CParser):
    """libyaml's composer without the resolver, which guesses types from spellings."""

    def descend_resolver(self, current_node: object, current_index: object) -> None:
        """Nothing depends on where a node is."""

    def ascend_resolver(self) -> None:
        """Nothing depends on where a node is."""

    def resolve(self, kind: object, value: object, implicit: object) -> str:
        """No tag is looked at."""
        return ""


class _Values:
    """Plain values of a composed document, as many as one front matter may have."""

    def __init__(self) -> None:
        self.left = _MOST_VALUES
        self.inside: list[yaml.Node] = []

    def of(self, node: yaml.Node) -> object:
        self.left -= 1
        if self.left < 0 or len(self.inside) > _DEEPEST:
            raise ParseError(
                f"has front matter with more than {_MOST_VALUES} values, its YAML aliases "
                "written out; shorten it"
            )
        if isinstance(node, yaml.ScalarNode):
            return None if node.value in _NULLS and not node.style else node.value
        self.inside.append(node)
        if isinstance(node, yaml.MappingNode):
            value: object = self._mapping(node)
        else:
            value = [self.of(item) for item in node.value]
        self.inside.pop()
        return value

    def _mapping(self, node: yaml.MappingNode) -> dict[str, object]:
        """Its items under the text of their keys; ``<<`` merges another mapping's."""
        merged: dict[str, object] = {}
        own: dict[str, object] = {}
        for key, item in node.value:
            value = self.of(item)
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value == "<<" and not key.style:
                for mapping in value if isinstance(value, list) else [value]:
                    if isinstance(mapping, dict):
                        merged = mapping | merged
            else:
                own[key.value] = value
        return merged | own if merged else own


def _may_be_deep(matter: str) -> bool:
    """A quick no for what cannot be: a level takes a sign of its own or another column."""
    signs = matter.count("[") + matter.count("{") + matter.count("- ") + matter.count("? ")
    return signs > _DEEPEST or _DEEPEST * " " in matter


def _refuse_depth(matter: str) -> None:
    depth = 0
    for event in yaml.parse(matter, Loader=yaml.CLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise ParseError(f"has front matter that is more than {_DEEPEST} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _load(handler: BaseHandler, matter: str, lines_before: int) -> object:
    try:
        return (
            (_load_lines(matter) or _load_yaml(matter))
            if handler is _YAML
            else handler.load(lines_before * "\n" + matter)
        )
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f" in line {lines_before + mark.line + 1}" if mark else ""
        raise ParseError(f"has front matter that is no YAML: {error.problem}{line}") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: TOML and JSON
        reason = " ".join(str(error).split())
        raise ParseError(f"has front matter that is no {_NOTATIONS[handler]}: {reason}") from error
    except RecursionError as error:
        raise ParseError(f"has front matter that is more than {_DEEPEST} levels deep") from error


def _fields(loaded: object) -> Fields:
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        kind = "a list" if isinstance(loaded, list) else "a single text"
        raise ParseError(
            f"has front matter that is {kind}; expected names and values such as title: …"
        )
    return {str(key).strip().lower(): value for key, value in loaded.items()}
