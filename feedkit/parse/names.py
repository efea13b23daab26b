"""Names of elements, whatever prefix a feed chose and however it spelt the namespace's URI.

`canonical` turns lxml's ``{uri}name`` into ``prefix:name`` with feedkit's own prefixes, in lower
case, so that the tables of the other files read like the specifications they follow.
"""

from functools import lru_cache

XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# Keys as `_normal` gives them: without scheme, final "/" and "#", in lower case.
_PREFIXES = {
    "www.w3.org/2005/atom": "atom",
    "purl.org/atom/ns": "atom03",
    "purl.org/rss/1.0": "rss10",
    "my.netscape.com/rdf/simple/0.9": "rss10",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "www.w3.org/1999/xhtml": "xhtml",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "podcastindex.org/namespace/1.0": "podcast",
    "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "search.yahoo.com/mrss": "media",
    "www.rssboard.org/media-rss": "media",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "purl.org/syndication/history/1.0": "fh",
}
# Documents of RSS 2.0 that put its elements into a namespace, which it does not have.
_RSS_URIS = ("backend.userland.com/rss", "blogs.law.harvard.edu/tech/rss", "cyber.law.harvard.edu/")


@lru_cache(maxsize=4096)
def canonical(tag: str) -> str:
    """``{http://purl.org/dc/elements/1.1/}creator`` → ``dc:creator``; RSS's own elements have no
    prefix, those of namespaces that feedkit does not read are "?"."""
    if not tag.startswith("{"):
        return tag.lower()
    uri, _, name = tag[1:].rpartition("}")
    uri = _normal(uri)
    prefix = _PREFIXES.get(uri)
    if prefix is not None:
        return f"{prefix}:{name.lower()}"
    return name.lower() if uri.startswith(_RSS_URIS) else "?"


def _normal(uri: str) -> str:
    return uri.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/#")
