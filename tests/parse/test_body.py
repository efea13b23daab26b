"""An article's body as HTML: Markdown, HTML, plain text, and what is marked as its excerpt."""

import pytest

from feedkit.parse.body import heading, is_html_throughout, render


def html(text: str, kind: str = "markdown") -> str:
    return render(text, kind).html.strip()


# Markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Some *words*, `code`.", "<p>Some <em>words</em>, <code>code</code>.</p>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("a <b>bold</b> word", "<p>a <b>bold</b> word</p>"),
        ("<div>\n\n*words*\n\n</div>", "<div>\n<p><em>words</em></p>\n</div>"),
        ("<https://example.org/>", None),
        ("# One\n\n<p>two</p>", "<h1>One</h1>\n<p>two</p>"),
        ("    <p>code</p>", "<p>code</p>"),
        ("", ""),
        ("  \n\n ", ""),
    ],
)
def test_markdown_is_rendered_with_html_in_it(text: str, expected: str | None) -> None:
    link = '<p><a href="https://example.org/">https://example.org/</a></p>'
    assert html(text) == (link if expected is None else expected)


def test_tables_are_rendered() -> None:
    assert "<td>1</td>" in html("| a |\n|---|\n| 1 |\n")


@pytest.mark.parametrize(
    "text",
    [
        "<p>One *star*</p>",
        "<div>   \n<img src='a.png'><p>one</p>  \n</div>",
        "<p>one</p>\n\n<p>two_with_underscores_</p>\n\n\n<!-- end -->",
        "<div>\n\n    <p>indented, but no code</p>\n\n</div>",
        "<pre>\n\nblank *lines*\n\n   in it</pre>",
        "<p>one</p>\n\n<PRE class='x'>a\n\nb</PRE>\n\n<script>\n\nlet x\n\n</script>\n<p>two</p>",
        "<textarea>\n\nx</textarea>\n<style>\n\np {}\n\n</style>",
        "<!doctype html>\n\n<p>one</p>",
    ],
)
def test_a_body_that_is_html_throughout_is_kept_as_it_is(text: str) -> None:
    assert is_html_throughout(text)
    assert html(f"\n{text}\n   ") == text


@pytest.mark.parametrize(
    "text",
    [
        "words",
        "<p>one</p>\n\nwords",
        "<p>one</p>\n\n*two*\n\n<p>three</p>",
        "<pre>a</pre>\n\nwords\n\n<pre>b</pre>",
        "<pre>\n\nnever closed\n\n<p>x</p>",
        "<https://example.org/> and <b>more</b>",
        "<ann@example.org>",
        "< b > is no tag >",
        "<p>a</p> trailing",
        "",
    ],
)
def test_anything_else_is_markdown(text: str) -> None:
    assert not is_html_throughout(text)


def test_many_open_elements_take_no_time() -> None:
    """Each of these took minutes when each opening tag looked through all that follows."""
    for tag in ("<pre>\n\n", "<pre\n\n", "<script>\n\n<pre>\n\n<style>\n\n<textarea>\n\n"):
        assert not is_html_throughout(tag * 100_000 + "x\n\n>")


# HTML documents


def test_of_an_html_document_the_title_and_the_body_are_taken() -> None:
    body = render(
        "<!DOCTYPE html>\n<HTML lang='en'>\n<Head><meta charset='utf-8'>\n"
        "<title>\n A &amp; <B>b</B>  c</title><style>p{}</style></Head>\n"
        "<Body class='x'>\n<h1>Heading</h1>\n<p>One</p>\n</Body>\n</HTML>",
        "html",
    )
    assert body.title == "A & b c"
    assert body.html == "<h1>Heading</h1>\n<p>One</p>"


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("<p>one</p>\n\n<p>two</p>", None, "<p>one</p>\n\n<p>two</p>"),
        ("plain words", None, "plain words"),
        ("<header>Hi</header><p>one</p>", None, "<header>Hi</header><p>one</p>"),
        ("<html><head><title>T</title></head><p>one</p>", "T", "<html><p>one</p>"),
        ("<!doctype html><title>T</title><p>one</p>", "T", "<!doctype html><p>one</p>"),
        ("<body><p>one</p>", None, "<p>one</p>"),
        ("<body>a</body><!-- </body> --> b</body>", None, "a</body><!-- </body> --> b"),
        (
            "<html><body><svg><title>Logo</title></svg></body>",
            None,
            "<svg><title>Logo</title></svg>",
        ),
        ("<html><head><title></title></head><body>x", None, "x"),
        ("<svg><title>Logo</title></svg>", None, "<svg><title>Logo</title></svg>"),
    ],
)
def test_html_documents_of_many_shapes(text: str, title: str | None, expected: str) -> None:
    body = render(text, "html")
    assert (body.title, body.html) == (title, expected)


def test_letters_that_grow_in_lower_case_move_nothing() -> None:
    """ "İ".lower() is two characters long."""
    body = render(
        f"<html><head><title>{'İ' * 20}</title></head><body><p>one</p><p>two</p></body>", "html"
    )
    assert body.title == "İ" * 20
    assert body.html == "<p>one</p><p>two</p>"


# Plain text


def test_plain_text_becomes_paragraphs_and_its_lines_stay() -> None:
    assert html("One < two\nand & so on\n\n  \n\n<b>Two</b>\n", "text") == (
        "<p>One &lt; two<br>\nand &amp; so on</p>\n<p>&lt;b&gt;Two&lt;/b&gt;</p>"
    )
    assert html(" \n ", "text") == ""


# The excerpt


@pytest.mark.parametrize("marker", ["<!-- more -->", "<!--more-->", "<!--  more\n-->"])
def test_what_stands_before_the_marker_is_the_excerpt(marker: str) -> None:
    body = render(f"One *a*.\n\n{marker}\n\nTwo.\n", "markdown")
    assert body.excerpt == "<p>One <em>a</em>.</p>"
    assert body.html.split() == ["<p>One", "<em>a</em>.</p>", "<p>Two.</p>"]


def test_without_a_marker_or_anything_before_it_there_is_no_excerpt() -> None:
    assert render("One.", "markdown").excerpt is None
    assert render("<!-- more -->\n\nOne.", "markdown").excerpt is None
    assert render("<!-- moreover -->\n\nOne.", "markdown").excerpt is None


@pytest.mark.parametrize(
    "text", ["Write `<!-- more -->` there.", "```\n<!-- more -->\n```", "    <!-- more -->"]
)
def test_a_marker_in_code_is_code(text: str) -> None:
    body = render(f"One.\n\n{text}\n\nTwo.", "markdown")
    assert body.excerpt is None
    assert "&lt;!-- more --&gt;" in body.html


def test_links_of_the_excerpt_may_be_defined_after_the_marker() -> None:
    body = render("See [a].\n\n<!-- more -->\n\nMore.\n\n[a]: https://example.org/", "markdown")
    assert body.excerpt == '<p>See <a href="https://example.org/">a</a>.</p>'


def test_the_marker_may_be_on_a_line_with_text() -> None:
    assert html("One.\n<!-- more --> *Two*.").split() == ["<p>One.</p>", "<p><em>Two</em>.</p>"]
    assert html("One <!-- more --> two.").split() == ["<p>One", "two.</p>"]


def test_only_the_first_marker_counts() -> None:
    assert render("a\n\n<!-- more -->\n\nb\n\n<!--more-->\n\nc", "markdown").excerpt == "<p>a</p>"


def test_html_bodies_and_texts_have_excerpts_too() -> None:
    body = render("<p>One</p><!-- more --><p>Two</p>", "html")
    assert (body.excerpt, body.html) == ("<p>One</p>", "<p>One</p><p>Two</p>")
    assert render("<p>One</p>\n\n<!--more-->\n\n<p>Two</p>", "markdown").excerpt == "<p>One</p>"
    body = render("One\n\n<!-- more -->\n\nTwo", "text")
    assert body.excerpt == "<p>One</p>"
    assert body.html.split() == ["<p>One</p>", "<p>Two</p>"]


# Headings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>x</p><h1 class='a'>A &amp; <em>b</em>\n c</h1><h2>No</h2>", "A & b c"),
        ("<H3>Third</H3>", "Third"),
        ("<h4>Fourth</h4>", None),
        ("<h1></h1>", None),
        ("<h1>never closed", None),
        ("<header>x</header>", None),
        ("", None),
    ],
)
def test_the_first_heading(text: str, expected: str | None) -> None:
    assert heading(text) == expected


def test_many_broken_headings_take_no_time() -> None:
    for text in ("<h1>", "<h1 ", "<h1><", "<"):
        assert heading(text * 200_000) is None
    assert heading(f"<h1>{'<' * 200_000}</h1>") == "<" * 200_000
    assert render("<html><title>" * 100_000, "html").title is None
