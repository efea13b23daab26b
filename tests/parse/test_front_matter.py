"""Front matter in three notations, and what is no front matter or cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.errors import ParseError
from feedkit.parse.front_matter import _load_lines, _load_yaml, split_front_matter


def fields(text: str) -> dict[str, object]:
    return dict(split_front_matter(text)[0])


def refusal(text: str) -> str:
    with pytest.raises(ParseError) as caught:
        split_front_matter(text)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: One\ntags: [a, b]\n---\nBody\n",
        "\n\n  \n---\ntitle: One\ntags:\n  - a\n  - b\n---   \nBody\n",
        "-----\ntitle: 'One'\ntags: [a, b]\n-----\nBody\n",
        '+++\ntitle = "One"\ntags = ["a", "b"]\n+++\nBody\n',
        '{\n"title": "One",\n"tags": ["a", "b"]\n}\nBody\n',
        '{"title": "One", "tags": ["a", "b"]} \n\nBody\n',
        '{\n"tags": ["a", "b"], "title": "One"\n}Body\n',
    ],
)
def test_yaml_toml_and_json_say_the_same(text: str) -> None:
    found, body = split_front_matter(text)
    assert found == {"title": "One", "tags": ["a", "b"]}
    assert body.strip() == "Body"


def test_json_ends_where_its_own_brace_closes() -> None:
    found, body = split_front_matter('{\n"author": {\n"name": "}"\n}\n}\n{\n"no": "field"\n}\n')
    assert found == {"author": {"name": "}"}}
    assert body.strip() == '{\n"no": "field"\n}'


def test_names_are_compared_without_case() -> None:
    assert fields("---\nTitle: a\nDATE: b\n---\n") == {"title": "a", "date": "b"}


def test_yaml_values_stay_as_they_are_written() -> None:
    written = "---\na: 007\nb: on\nc: 2021-05-18\nd: 1.10\ne: 12:30\nf: 1_000\ng: .5\n---\n"
    values = ["007", "on", "2021-05-18", "1.10", "12:30", "1_000", ".5"]
    assert list(fields(written).values()) == values


@pytest.mark.parametrize("nothing", ["", " ~", " null", " # a comment"])
def test_what_is_left_empty_is_none(nothing: str) -> None:
    assert fields(f"---\na:{nothing}\nb: x\n---\n") == {"a": None, "b": "x"}


def test_quoted_nothing_is_text() -> None:
    assert fields("---\na: ''\nb: 'null'\n---\n") == {"a": "", "b": "null"}


def test_yaml_blocks_aliases_and_merges_are_read() -> None:
    assert fields(
        "---\ntext: |\n  one\n  two\nfolded: >-\n  one\n  two\n"
        "base: &base {x: 1, y: 2}\nmerged:\n  <<: *base\n  y: 3\n---\n"
    ) == {
        "text": "one\ntwo\n",
        "folded": "one two",
        "base": {"x": "1", "y": "2"},
        "merged": {"x": "1", "y": "3"},
    }


def test_tags_that_name_python_objects_do_nothing() -> None:
    assert fields("---\na: !!python/object/apply:os.abort []\n---\n") == {"a": []}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Just words.\n",
        "# A heading\n\n---\n\nafter a rule\n",
        "---\n\nA text that begins with a rule.\n",
        "+++ not a line of its own",
        "{{ template }}\n",
        "{% raw %}\n",
        "{\n  a: 1\n}\n",
        '{"quoted"}\n',
        "-- \ntitle: x\n-- \n",
    ],
)
def test_a_text_without_front_matter_is_all_body(text: str) -> None:
    assert split_front_matter(text) == ({}, text)


@pytest.mark.parametrize("text", ["---\n---\nBody", "---\n\n---\nBody", "---\n# none\n---\nBody"])
def test_empty_front_matter_is_none(text: str) -> None:
    found, body = split_front_matter(text)
    assert found == {}
    assert body.strip() == "Body"


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("---\ntitle: One\n\nBody\n", "---"),
        ("---\n'title': One\n", "---"),
        ("---\n\ntitle: One\n--\n\nBody\n", "---"),
        ("+++\ntitle = 'One'\n\nBody\n", "+++"),
    ],
)
def test_unclosed_front_matter_says_how_to_close_it(text: str, end: str) -> None:
    assert refusal(text) == f"has front matter that is not closed; end it with a line {end}"


@pytest.mark.parametrize(
    "text", ['{\n"title": "One",\n\nBody\n', '{"title": "One"', '{"a": 1,}', '{"a": 1 "b": 2}']
)
def test_broken_json_says_where(text: str) -> None:
    found = refusal(text)
    assert found.startswith("has front matter that is no JSON: Expecting ")
    assert "line " in found


@pytest.mark.parametrize(
    ("text", "what"),
    [("- a\n- b", "a list"), ("just words", "a single text"), ("[a, b]", "a list")],
)
def test_yaml_that_is_no_mapping_is_refused(text: str, what: str) -> None:
    assert refusal(f"---\n{text}\n---\nBody") == (
        f"has front matter that is {what}; expected names and values such as title: …"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title: a: b", "mapping values are not allowed in this context in line 2"),
        ("title: 'open", "found unexpected end of stream in line "),
        ("a: *nowhere", "found undefined alias"),
        ("title: x\n\ttab: y", "found a tab character that violates indentation in line 3"),
    ],
)
def test_broken_yaml_is_refused_with_a_reason(text: str, reason: str) -> None:
    found = refusal(f"---\n{text}\n---\nBody")
    assert found.startswith("has front matter that is no YAML: ")
    assert reason in found


def test_broken_toml_is_refused_with_its_line() -> None:
    assert refusal("+++\na = 1\ntitle = One\n+++\n") == (
        "has front matter that is no TOML: Invalid value (at line 3, column 9)"
    )


def test_control_characters_in_yaml_are_refused() -> None:
    found = refusal("---\ntitle: a\x01b\n---\n")
    assert found.startswith("has front matter that is no YAML: unacceptable character #x0001")
    assert "\n" not in found


SIGNS = st.sampled_from(
    [
        *":-'\"#[]{}&*!|>%@`~?,=\\ \n\t\r\x85\u2028\ufeff\xa0\u3000\x7f中😀x",
        *[": ", "- ", " #", "<<", "---", "null", "''", '""', "one two"],
    ]
)
LINES = st.tuples(
    st.sampled_from(["a:", "b: ", "c:  ", "  - ", "- ", " - ", "-", "title: ", "", "a-b: "]),
    st.lists(SIGNS, max_size=4).map("".join),
).map("".join)


@given(st.lists(LINES, min_size=1, max_size=6).map("\n".join) | st.lists(SIGNS).map("".join))
def test_the_short_way_reads_what_libyaml_reads_or_leaves_it_alone(text: str) -> None:
    found = _load_lines(f"\n{text}")
    if found:
        loaded = _load_yaml(f"\n{text}")
        assert isinstance(loaded, dict)
        assert list(found.items()) == list(loaded.items())


@pytest.mark.parametrize(
    "text",
    [
        "a: b: c",
        "a: b #c",
        "a: &b",
        "a: *b",
        "a: |",
        "a: b:",
        "a: [b",
        "a: 'b",
        "a: 'b' c",
        "a: '''b'",
        'a: "b\\n"',
        "a: b\n  c",
        "a: b\n- c",
        "a:\n - b\n  - c",
        "a:\n- b\n -c",
        "a:\n- - b",
        "a:\n- b: c",
        "a: b\na: c",
        "a: b\n---",
        "- a",
        "<<: a",
        "1: a",
        "a: b\x01",
        "a: b\u2028c",
        "a:\tb",
        "a:b",
        "a: ? b",
        "a: - b",
    ],
)
def test_what_is_more_than_lines_goes_the_long_way(text: str) -> None:
    assert _load_lines(text) is None


# Attacks: each of these once ended a process, or kept it busy, with this parser or another.

TOO_DEEP = "has front matter that is more than 100 levels deep"


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "a: " + "{a: " * 100_000,
        "a: " + "[{a: " * 50_000,
        "- " * 100_000 + "x",
        "-  " * 100_000 + "x",
        "- ? " * 50_000 + "x",
        "? " * 100_000 + "x",
        "-   ? " * 50_000 + "x",
        "\n".join(" " * level + "a:" for level in range(300)),
        "\n".join(" " * level + "-" for level in range(300)),
    ],
    ids=lambda text: text[:12],
)
def test_yaml_nested_without_end_is_refused(text: str) -> None:
    """libyaml's composer recurses in C; with a deep document it ends the process."""
    assert refusal(f"---\n{text}\n---\n") == TOO_DEEP


@pytest.mark.parametrize(
    "text",
    [
        '{\n"a": ' + "[" * 100_000 + "\n}",
        '{\n"a": ' + "[" * 100_000 + "]" * 100_000 + "\n}\nBody",
        '{"a": ' * 100_000,
        "+++\na = " + "[" * 100_000 + "\n+++\n",
    ],
    ids=["unclosed", "closed", "objects", "toml"],
)
def test_json_and_toml_nested_without_end_are_refused(text: str) -> None:
    assert refusal(text) == TOO_DEEP


@pytest.mark.parametrize("text", ["a{} = 1", "[a{}]", "x = {{ a{} = 1 }}", 'a{}."b" . c = 1'])
def test_toml_keys_of_many_parts_are_refused(text: str) -> None:
    """tomllib needs a minute for one of 50,000."""
    assert refusal(f"+++\n{text.format('.a' * 50_000)}\n+++\n") == TOO_DEEP


def test_aliases_that_explode_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert refusal("---\n" + "\n".join(lines) + "\n---\n") == (
        "has front matter with more than 10000 values, its YAML aliases written out; shorten it"
    )


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a\n  <<: *a"])
def test_aliases_in_a_circle_are_refused(text: str) -> None:
    assert refusal(f"---\n{text}\n---\n").startswith("has front matter with more than 10000 values")


def test_a_long_list_is_no_nesting() -> None:
    text = "tags:\n" + "  - word\n" * 500 + "more: [" + "{a: b}, " * 200 + "]\n"
    found = fields(f"---\n{text}title: {' ' * 200}x\n---\n")
    assert found["title"] == "x"
    assert found["tags"] == ["word"] * 500


def test_half_a_surrogate_pair_in_json_does_not_get_through() -> None:
    assert fields('{"a": "\\ud83d", "b": ["\\udc00x"], "c": "\\ud83d\\ude00 \\ud55c"}') == {
        "a": "?",
        "b": ["?x"],
        "c": "😀 한",
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [("\n\n+++\ntitle = \n+++\n", "line 4"), ('\n\n{"title": }\n', "line 3")],
)
def test_a_line_number_is_that_of_the_file(text: str, place: str) -> None:
    with pytest.raises(ParseError, match=place):
        split_front_matter(text)
