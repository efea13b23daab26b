"""What stands in for markup that is left out."""

import time

import pytest

from feedkit.normalize.html import sanitize
from feedkit.normalize.stand_ins import with_stand_ins

BASE = "https://example.org/"


def clean(html: str) -> str:
    return sanitize(html, BASE)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a<noscript><pre>listing</pre></noscript>b", "a<pre>listing</pre>b"),
        ("<script>x()</script><noscript><a href='/p'>Poll</a></noscript>", None),
        ("a<noscript><img src='/a.png'></noscript>b", "ab"),
        ("a<noscript>Please enable JavaScript to view the comments.</noscript>b", "ab"),
        ("a<NOSCRIPT class=x>words</NOSCRIPT>b", "awordsb"),
        ("a<noscript><script>alert(1)</script>words</noscript>b", "awordsb"),
        ("a<noscript>never closed", "a"),
    ],
)
def test_the_words_for_readers_without_scripts_are_kept(html: str, expected: str | None) -> None:
    poll = '<a href="https://example.org/p" rel="noopener noreferrer">Poll</a>'
    assert clean(html) == (expected or poll)


@pytest.mark.parametrize(
    ("math", "expected"),
    [
        ("<msup><mi>n</mi><mn>2</mn></msup>", "n<sup>2</sup>"),
        ("<msub><mi>x</mi><mi>i</mi></msub>", "x<sub>i</sub>"),
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mi>b</mi></mfrac>", "(a + 1)/b"),
        ("<msqrt><mn>2</mn></msqrt>", "√2"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "<sup>3</sup>√x"),
        ("<mi>a</mi><mo>&lt;</mo><mi>&alpha;</mi>", "a &lt; α"),
        ("<mi>f</mi><mo>&ApplyFunction;</mo><mi>x</mi>", "fx"),
        ("<munderover><mo>∑</mo><mn>1</mn><mi>n</mi></munderover>", "∑<sub>1</sub><sup>n</sup>"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable>", "1, 2"),
        (
            "<semantics><mrow><mi>O</mi></mrow><annotation encoding='application/x-tex'>\\O"
            "</annotation></semantics>",
            "O",
        ),
        ("<mi>a<mi>b", "ab"),
        ("<mtext><img src=x onerror=alert(1)></mtext>", ""),
    ],
)
def test_a_formula_is_written_in_the_means_of_html(math: str, expected: str) -> None:
    assert clean(f'<p>It is <math xmlns="x">{math}</math>.</p>') == f"<p>It is {expected}.</p>"


def test_a_formula_that_follows_in_html_is_not_told_twice() -> None:
    twin = '<span class="katex-mathml"><math><mi>x</mi></math></span><span>x</span>'
    assert clean(twin) == "<span></span><span>x</span>"


def test_text_without_such_markup_comes_back_as_it_is() -> None:
    html = "<p>mathematics</p><svg></svg>"
    assert with_stand_ins(html) is html


@pytest.mark.parametrize(
    "unit", ["<math>", "</math>", "<noscript>", "<noscript></noscript>", "<math><mrow></math>"]
)
def test_a_megabyte_of_them_is_read_in_linear_time(unit: str) -> None:
    start = time.process_time()
    clean(unit * (1_000_000 // len(unit)))
    clean("<math>" + "<mrow>" * 3_000 + "</math>")
    assert time.process_time() - start < 8
