"""Names of elements, whatever prefix a feed chose and however it spelt the namespace's URI.

`canonical` turns lxml's ``{uri}name`` into ``prefix:name`` with feedkit's own prefixes, in lower
case, so that the tables of the other files read like the specifications they follow.
"""

from functools import lru_cache

XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
RDF_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
ATOM_URI = "http://www.w3.org/2005/Atom"

ATOM_DRAFTS = (
    "purl.org/atom/ns",
    "example.com/newformat",
    "example.com/necho",
    "purl.org/echo",
    "purl.org/pie",
    "uri/of/echo/namespace",
)
"""Namespaces that Atom had before RFC 4287, as `normal_uri` gives them."""

RSS_URIS = (
    "purl.org/rss/1.0",
    "purl.org/net/rss1.1",
    "my.netscape.com/rdf/simple/0.9",
    "channel.netscape.com/rdf/simple/0.9",
    "my.netscape.com/publish/formats/rss-0.91.dtd",
)
"""Namespaces of RSS's own elements, as `normal_uri` gives them."""

# Documents of RSS 2.0 that put its elements into a namespace, which it does not have.
_RSS_20_URIS = (
    "backend.userland.com/rss",
    "blogs.law.harvard.edu/tech/rss",
    "cyber.law.harvard.edu/",
)

# By feedkit's prefix: the URI that a specification gives, then others that feeds really use for it.
_URIS = {
    "atom": ("www.w3.org/2005/atom", "w3.org/2005/atom", *ATOM_DRAFTS),
    "": RSS_URIS,
    "rdf": ("www.w3.org/1999/02/22-rdf-syntax-ns",),
    "xhtml": ("www.w3.org/1999/xhtml",),
    "dc": (
        "purl.org/dc/elements/1.1",
        "purl.org/dc/elements/1.0",
        "purl.org/dc/elements",
        "purl.org/metadata/dublin_core",
    ),
    "dcterms": ("purl.org/dc/terms",),
    "content": ("purl.org/rss/1.0/modules/content", "web.resource.org/rss/1.0/modules/content"),
    "sy": (
        "purl.org/rss/1.0/modules/syndication",
        "purl.org/rss/modules/syndication",
        "web.resource.org/rss/1.0/modules/syndication",
    ),
    "itunes": (
        "www.itunes.com/dtds/podcast-1.0.dtd",
        "www.itunes.com/dtds/podcast-1.0",
        "itunes.com/dtds/podcast-1.0.dtd",
        "www.itunes.apple.com/dtds/podcast-1.0.dtd",
        "example.com/dtds/podcast-1.0.dtd",
    ),
    "googleplay": (
        "www.google.com/schemas/play-podcasts/1.0",
        "www.google.com/schemas/play-podcasts/1.0/play-podcasts.xsd",
    ),
    "podcast": (
        "podcastindex.org/namespace/1.0",
        "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
    ),
    "media": (
        "search.yahoo.com/mrss",
        "search.yahoo.com/rss",
        "video.search.yahoo.com/mrss",
        "tools.search.yahoo.com/mrss",
        "www.rssboard.org/media-rss",
    ),
    "georss": ("www.georss.org/georss", "www.georss.org/georss/10"),
    "geo": ("www.w3.org/2003/01/geo/wgs84_pos", "www.w3.org/2003/01/geo"),
    "gml": ("www.opengis.net/gml", "www.opengis.net/gml/3.2"),
    "feedburner": ("rssnamespace.org/feedburner/ext/1.0",),
    "pheedo": ("www.pheedo.com/namespace/pheedo",),
    "cc": ("web.resource.org/cc", "creativecommons.org/ns", "creativecommons.org/ns#license"),
    "creativecommons": (
        "backend.userland.com/creativecommonsrssmodule",
        "cyber.law.harvard.edu/rss/creativecommonsrssmodule.html",
        "cyber.law.harvard.edu/rss/creativecommonsrssmodule",
        "blogs.law.harvard.edu/tech/creativecommonsrssmodule",
    ),
}
_PREFIXES = {uri: prefix for prefix, uris in _URIS.items() for uri in uris}


def conventional_uri(prefix: str) -> str:
    """The namespace that `prefix` means where a document does not say; an empty one of its own
    for a prefix that feedkit does not know."""
    uris = _URIS.get(prefix.lower())
    return f"http://{uris[0]}" if uris else f"urn:undeclared:{prefix.lower()}"


@lru_cache(maxsize=1024)
def prefix_of(uri: str) -> str | None:
    """feedkit's prefix for a namespace; "" for those of RSS's own elements, None for others."""
    uri = normal_uri(uri)
    prefix = _PREFIXES.get(uri)
    if prefix is None and uri.startswith(_RSS_20_URIS):
        return ""
    if prefix is None and uri.startswith("purl.org/atom/ns#"):  # drafts of RFC 4287
        return "atom"
    return prefix


@lru_cache(maxsize=4096)
def canonical(tag: str) -> str:
    """``{http://purl.org/dc/elements/1.1/}creator`` → ``dc:creator``; RSS's own elements have no
    prefix, those of namespaces that feedkit does not read are "?"."""
    if not tag.startswith("{"):
        return tag.lower()
    uri, _, name = tag[1:].rpartition("}")
    prefix = prefix_of(uri)
    if prefix is None:
        return "?"
    return f"{prefix}:{name.lower()}" if prefix else name.lower()


def normal_uri(uri: str) -> str:
    """A namespace's URI as the tables have it: without scheme, final "/" and "#", in lower case."""
    return uri.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/#")
