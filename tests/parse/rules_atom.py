"""Rules of Atom: RFC 4287, its extensions, and the versions before it."""

from feed_rules import ATOM, ATOM03, atom, day, document, entry, entry03

_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
_ENTRY = "<entry><id>urn:1</id><title>One</title></entry>"
_ONE = [{"id": "urn:1", "title": "One"}]

ATOM_RULES = (
    # Text constructs (RFC 4287, 3.1)
    entry("title-text", "<title>A &lt; B &amp;amp; C</title>", title="A < B &amp; C"),
    entry(
        "title-html",
        '<title type="html">R&amp;amp;D &lt;i>now&lt;/i></title>',
        title="R&D now",
    ),
    entry(
        "title-html-cdata", '<title type="html"><![CDATA[<b>a</b> &amp; b]]></title>', title="a & b"
    ),
    entry("title-html-less-than", '<title type="html">A &amp;lt; B</title>', title="A < B"),
    entry(
        "title-xhtml",
        f'<title type="xhtml"><div {_XHTML}>Less <em>&lt;</em> more</div></title>',
        title="Less < more",
    ),
    entry(
        "title-html-template",
        '<title type="html"><![CDATA[C++ <vector> explained]]></title>',
        title="C++ <vector> explained",
    ),
    entry(
        "title-html-unknown-element",
        '<title type="html">&lt;x>a&lt;/x> b</title>',
        title="a b",
    ),
    entry("title-html-heart", '<title type="html">I &lt;3 you</title>', title="I <3 you"),
    entry(
        "title-xhtml-break",
        f'<title type="xhtml"><div {_XHTML}>one<br/>two</div></title>',
        title="one two",
    ),
    entry("title-text-markup", "<title>&lt;b>a&lt;/b></title>", title="<b>a</b>"),
    entry(
        "summary-xhtml",
        f'<summary type="xhtml"><div {_XHTML}><p>a</p></div></summary>',
        summary="<p>a</p>",
    ),
    entry(
        "rights-xhtml",
        f'<rights type="xhtml"><div {_XHTML}>© <b>Ada</b></div></rights>',
        rights="© Ada",
    ),
    atom(
        "subtitle-xhtml",
        f'<subtitle type="xhtml"><div {_XHTML}>a <b>b</b></div></subtitle>',
        subtitle="a b",
    ),
    atom("rights-of-feed", "<rights>(c) Ada</rights>", rights="(c) Ada"),
    entry("title-white-space", "<title>\n  two\n  lines</title>", title="two lines"),
    entry("summary-text", "<summary>1 &lt; 2</summary>", summary="1 &lt; 2"),
    entry("summary-html", '<summary type="html">&lt;p>a&lt;/p></summary>', summary="<p>a</p>"),
    entry("rights-html", '<rights type="html">&amp;copy; Ada</rights>', rights="© Ada"),
    atom("subtitle-html", '<subtitle type="html">&lt;b>a&lt;/b> b</subtitle>', subtitle="a b"),
    # Content (4.1.3)
    entry("content-text", "<content>a &lt; b</content>", content="a &lt; b"),
    entry(
        "content-html",
        '<content type="html">&lt;p>a &amp;amp; b&lt;/p></content>',
        content="<p>a &amp; b</p>",
    ),
    entry(
        "content-xhtml",
        f'<content type="xhtml"><div {_XHTML}><p>a<br/>b &amp; c</p></div></content>',
        content="<p>a<br>b &amp; c</p>",
    ),
    entry(
        "content-xhtml-prefixed",
        '<content type="xhtml"><xhtml:div><xhtml:p>a</xhtml:p></xhtml:div></content>',
        content="<p>a</p>",
    ),
    entry(
        "content-mime-html",
        '<content type="text/html">&lt;p>a&lt;/p></content>',
        content="<p>a</p>",
    ),
    entry(
        "content-mime-html-with-charset",
        '<content type="text/html; charset=utf-8">&lt;p>a&lt;/p></content>',
        content="<p>a</p>",
    ),
    entry(
        "content-type-in-upper-case",
        '<content type="HTML">&lt;p>a&lt;/p></content>',
        content="<p>a</p>",
    ),
    entry(
        "content-xml",
        '<content type="application/xml"><doc>a</doc></content><summary>s</summary>',
        summary="s",
    ),
    entry("content-json", '<content type="application/json">{"a": 1}</content>'),
    entry(
        "content-mime-plain", '<content type="text/plain">a &lt; b</content>', content="a &lt; b"
    ),
    entry(
        "content-markdown",
        '<content type="text/markdown"># a &lt; b</content>',
        content="# a &lt; b",
    ),
    entry("content-base64-of-a-picture", '<content type="image/png">iVBORw0KGgo=</content>'),
    entry(
        "content-src-page",
        '<content type="text/html" src="/full"/><summary>s</summary>',
        url="https://x.example/full",
        summary="s",
    ),
    entry("content-src-text", '<content type="text/plain" src="/t"/>', url="https://x.example/t"),
    entry(
        "content-src-with-base",
        '<content src="full" xml:base="https://b.example/x/"/>',
        url="https://b.example/x/full",
    ),
    entry(
        "content-src-beside-link",
        '<content type="application/pdf" src="/f.pdf"/><link href="/1"/>',
        url="https://x.example/1",
        enclosures=[{"url": "https://x.example/f.pdf", "type": "application/pdf"}],
    ),
    entry(
        "content-src-recording",
        '<content type="audio/mpeg" src="/a.mp3"/>',
        enclosures=[{"url": "https://x.example/a.mp3", "type": "audio/mpeg"}],
    ),
    entry(
        "summary-beside-content",
        '<summary>s</summary><content type="html">c</content>',
        summary="s",
        content="c",
    ),
    # xml:base and xml:lang (2)
    document(
        "base-of-feed",
        f'<feed {ATOM} xml:base="https://b.example/x/"><title>T</title><link href="y"/>'
        '<entry><link href="z"/></entry></feed>',
        format="atom10",
        title="T",
        url="https://b.example/x/y",
        entries=[{"url": "https://b.example/x/z", "base": "https://b.example/x/"}],
    ),
    atom(
        "base-of-entry",
        '<entry xml:base="/sub/"><link href="z"/></entry>',
        entries=[{"url": "https://x.example/sub/z", "base": "https://x.example/sub/"}],
    ),
    entry(
        "base-of-content",
        '<content type="html" xml:base="/pics/">&lt;img src="a.png"></content>',
        content='<img src="a.png">',
        base="https://x.example/pics/",
    ),
    entry(
        "base-of-xhtml-div",
        f'<content type="xhtml"><div {_XHTML} xml:base="/pics/"><img src="a.png"/></div></content>',
        content='<img src="a.png">',
        base="https://x.example/pics/",
    ),
    entry("base-of-link", '<link xml:base="/sub/" href="z"/>', url="https://x.example/sub/z"),
    entry(
        "base-of-person",
        '<author xml:base="/who/"><name>Ada</name><uri>ada</uri></author>',
        authors=[{"name": "Ada", "url": "https://x.example/who/ada"}],
    ),
    document(
        "language-of-feed-and-entry",
        f'<feed {ATOM} xml:lang="de"><title>T</title><entry><title>1</title></entry>'
        '<entry xml:lang="fr"><title>2</title></entry></feed>',
        format="atom10",
        title="T",
        language="de",
        entries=[{"title": "1", "language": "de"}, {"title": "2", "language": "fr"}],
    ),
    document(
        "language-of-entry-without-texts",
        f'<feed {ATOM} xml:lang="de"><title>T</title><entry><id>urn:1</id></entry>'
        '<entry xml:lang="fr"><id>urn:2</id></entry></feed>',
        format="atom10",
        title="T",
        language="de",
        entries=[{"id": "urn:1", "language": "de"}, {"id": "urn:2", "language": "fr"}],
    ),
    document(
        "language-of-title",
        f'<feed {ATOM} xml:lang="de"><title>T</title>'
        '<entry><title xml:lang="sv">Hej</title></entry></feed>',
        format="atom10",
        title="T",
        language="de",
        entries=[{"title": "Hej", "language": "sv"}],
    ),
    entry(
        "language-of-content",
        '<title>Hej</title><content type="html" xml:lang="sv">hej</content>',
        title="Hej",
        content="hej",
        language="sv",
    ),
    # People (3.2, 4.2.1, 4.2.3)
    entry(
        "authors-keep-their-own-addresses",
        "<author><name>Ada</name><email>ada@x.example</email><uri>/ada</uri></author>"
        "<author><name>Bo</name></author><contributor><name>Cy</name></contributor>"
        "<contributor><name>Di</name><uri>https://di.example/</uri></contributor>",
        authors=[
            {"name": "Ada", "email": "ada@x.example", "url": "https://x.example/ada"},
            {"name": "Bo"},
        ],
        contributors=[{"name": "Cy"}, {"name": "Di", "url": "https://di.example/"}],
    ),
    atom(
        "author-of-feed-is-inherited",
        f"<author><name>Ada</name></author>{_ENTRY}",
        authors=[{"name": "Ada"}],
        entries=[{**_ONE[0], "authors": [{"name": "Ada"}]}],
    ),
    atom(
        "author-of-feed-after-entries",
        f"{_ENTRY}<author><name>Ada</name></author>",
        authors=[{"name": "Ada"}],
        entries=[{**_ONE[0], "authors": [{"name": "Ada"}]}],
    ),
    atom(
        "authors-of-source-go-before-feeds",
        "<author><name>Planet</name></author><entry><source><title>S</title>"
        "<author><name>Ada</name></author><author><name>Bo</name></author></source></entry>",
        authors=[{"name": "Planet"}],
        entries=[
            {
                "authors": [{"name": "Ada"}, {"name": "Bo"}],
                "origin": {"title": "S", "author": {"name": "Ada"}},
            }
        ],
    ),
    # Source (4.2.11)
    entry(
        "source",
        "<id>urn:e</id><title>E</title><source><id>urn:s</id>"
        '<title type="html">A &amp;amp; B</title>'
        '<link href="https://s.example/"/><link rel="self" href="https://s.example/f"/>'
        "<rights>(c) S</rights><author><name>Sam</name></author></source>",
        id="urn:e",
        title="E",
        authors=[{"name": "Sam"}],
        origin={
            "id": "urn:s",
            "title": "A & B",
            "url": "https://s.example/",
            "feed_url": "https://s.example/f",
            "author": {"name": "Sam"},
            "rights": "(c) S",
        },
    ),
    # Links (4.2.7) and their relations
    entry("link-without-relation", '<link href="one"/>', url="https://x.example/blog/one"),
    entry(
        "link-alternate-by-iri",
        '<link rel="http://www.iana.org/assignments/relation/alternate" href="/one"/>',
        url="https://x.example/one",
    ),
    entry(
        "link-page-before-other-alternates",
        '<link type="application/json" href="/one.json"/><link type="text/html" href="/one"/>',
        url="https://x.example/one",
    ),
    entry(
        "link-other-alternate",
        '<link type="application/json" href="/one.json"/>',
        url="https://x.example/one.json",
    ),
    entry(
        "link-first-alternate",
        '<link href="/one"/><link href="/two"/>',
        url="https://x.example/one",
    ),
    entry(
        "link-related",
        '<link rel="related" href="https://o.example/"/>',
        external_url="https://o.example/",
    ),
    entry(
        "link-first-related",
        '<link rel="related" href="/a"/><link rel="related" href="/b"/>',
        external_url="https://x.example/a",
    ),
    entry("link-payment", '<link rel="payment" href="/pay"/>'),
    entry(
        "link-relation-in-upper-case",
        '<link rel="ALTERNATE" href="/1"/>',
        url="https://x.example/1",
    ),
    entry("id-that-is-no-address", "<id>one</id>", id="one"),
    entry(
        "link-self-edit-via",
        '<link rel="self" href="/e"/><link rel="edit" href="/e"/><link rel="via" href="/v"/>',
    ),
    entry(
        "link-license",
        '<link rel="license" href="https://l.example/by"/>',
        rights="https://l.example/by",
    ),
    entry(
        "link-license-beside-rights",
        '<rights>BY</rights><link rel="license" href="https://l.example/by"/>',
        rights="BY",
    ),
    entry(
        "link-enclosures",
        '<link rel="enclosure" type="audio/mpeg" length="12" href="/a.mp3"/>'
        '<link rel="enclosure" length="many" href="/b"/>',
        enclosures=[
            {"url": "https://x.example/a.mp3", "type": "audio/mpeg", "length": 12},
            {"url": "https://x.example/b"},
        ],
    ),
    entry(
        "link-replies",
        '<link rel="replies" type="application/atom+xml" href="/c.atom" thr:count="3"/>'
        '<link rel="replies" type="text/html" href="/c"/><thr:total>3</thr:total>',
        comments_url="https://x.example/c",
    ),
    atom(
        "links-of-feed",
        '<link href="/"/><link rel="self" href="feed"/><link rel="hub" href="https://hub.example/"/>'
        '<link rel="next" href="?page=2"/><link rel="license" href="https://l.example/by"/>',
        url="https://x.example/",
        self_url="https://x.example/blog/feed",
        hub="https://hub.example/",
        next_archive_url="https://x.example/blog/feed?page=2",
        rights="https://l.example/by",
    ),
    atom(
        "archive-goes-before-next-page",
        '<link rel="next" href="/2"/><link rel="prev-archive" href="/2020"/>',
        next_archive_url="https://x.example/2020",
    ),
    # Categories (4.2.2)
    entry(
        "categories",
        '<category term="py" label="Python" scheme="https://x.example/tags"/><category term="go"/>'
        '<category label="Only label" term=""/><category term="py"/>',
        categories=["py", "go", "Only label"],
    ),
    entry(
        "category-term-that-is-an-address",
        '<category term="https://x.example/tags/py" label="Python"/>',
        categories=["Python"],
    ),
    # Dates (3.3), logo and icon
    entry(
        "dates",
        "<published>2021-05-01T02:00:00+02:00</published><updated>2021-05-02T00:00:00Z</updated>",
        published=day(1),
        updated=day(2),
    ),
    entry("date-that-is-impossible", "<published>2021-02-31T00:00:00Z</published>"),
    atom("updated-of-feed", "<updated>2021-05-02T00:00:00Z</updated>", updated=day(2)),
    atom(
        "logo-before-icon",
        "<icon>/i.png</icon><logo>/l.png</logo>",
        image="https://x.example/l.png",
    ),
    atom("icon", "<icon>/i.png</icon>", image="https://x.example/i.png"),
    # Namespaces
    document(
        "atom-with-prefix",
        '<x:feed xmlns:x="http://www.w3.org/2005/Atom"><x:title>T</x:title>'
        "<x:entry><x:id>urn:1</x:id><x:title>One</x:title></x:entry></x:feed>",
        format="atom10",
        title="T",
        entries=_ONE,
    ),
    document(
        "atom-of-another-spelling",
        f'<feed xmlns="https://www.w3.org/2005/atom/"><title>T</title>{_ENTRY}</feed>',
        format="atom10",
        title="T",
        entries=_ONE,
    ),
    document(
        "atom-without-namespace",
        f'<feed><title>T</title><link href="/"/>{_ENTRY}</feed>',
        format="atom",
        title="T",
        url="https://x.example/",
        entries=_ONE,
    ),
    document(
        "atom-in-an-unknown-namespace",
        f'<feed xmlns="http://wrong.example/ns"><title>T</title>{_ENTRY}</feed>',
        format="atom",
        title="T",
        entries=_ONE,
    ),
    document(
        "atom-03-without-namespace",
        '<feed version="0.3"><title>T</title><tagline>S</tagline></feed>',
        format="atom03",
        title="T",
        subtitle="S",
    ),
    document(
        "entry-document",
        f'<entry {ATOM}><id>urn:1</id><title>One</title><link href="/1"/></entry>',
        format="atom10",
        entries=[{**_ONE[0], "url": "https://x.example/1"}],
    ),
    # Atom 0.3
    document(
        "atom-03",
        f"""<feed {ATOM03} xml:lang="en">
        <title mode="escaped" type="text/html">A &amp;amp; B</title>
        <tagline>S</tagline><id>urn:f</id><modified>2021-05-03T00:00:00Z</modified>
        <link rel="alternate" type="text/html" href="/"/><copyright>(c) X</copyright>
        <author><name>Ada</name><url>https://ada.example/</url><email>a@x.example</email></author>
        <entry><title>One</title><id>urn:1</id><link rel="alternate" type="text/html" href="/1"/>
        <link rel="service.edit" type="application/x.atom+xml" href="/edit/1"/>
        <issued>2021-05-01T00:00:00Z</issued><created>2021-05-04T00:00:00Z</created>
        <modified>2021-05-02T00:00:00Z</modified></entry></feed>""",
        format="atom03",
        id="urn:f",
        title="A & B",
        subtitle="S",
        url="https://x.example/",
        rights="(c) X",
        language="en",
        updated=day(3),
        authors=[{"name": "Ada", "url": "https://ada.example/", "email": "a@x.example"}],
        entries=[
            {
                "id": "urn:1",
                "title": "One",
                "url": "https://x.example/1",
                "published": day(1),
                "updated": day(2),
                "language": "en",
                "authors": [{"name": "Ada", "url": "https://ada.example/", "email": "a@x.example"}],
            }
        ],
    ),
    entry03("atom-03-created", "<created>2021-05-04T00:00:00Z</created>", published=day(4)),
    entry03("atom-03-text", "<summary>1 &lt; 2</summary>", summary="1 &lt; 2"),
    entry03(
        "atom-03-escaped",
        '<content type="text/html" mode="escaped">&lt;p>a&lt;/p></content>',
        content="<p>a</p>",
    ),
    entry03(
        "atom-03-escaped-plain",
        '<summary type="text/plain" mode="escaped">a &lt; b</summary>',
        summary="a &lt; b",
    ),
    entry03(
        "atom-03-xml",
        f'<content type="application/xhtml+xml" mode="xml"><div {_XHTML}><p>a</p></div></content>',
        content="<p>a</p>",
    ),
    entry03(
        "atom-03-base64",
        '<content type="text/html" mode="base64">PHA+YSAmYW1wOyBiPC9wPg==</content>',
        content="<p>a &amp; b</p>",
    ),
    entry03(
        "atom-03-base64-title",
        '<title type="text/plain" mode="base64">QSA8IEI=</title>',
        title="A < B",
    ),
    entry03(
        "atom-03-alternative-forms",
        '<content type="multipart/alternative"><content type="text/plain">plain</content>'
        '<content type="text/html" mode="escaped">&lt;b>rich&lt;/b></content></content>',
        content="<b>rich</b>",
    ),
)
