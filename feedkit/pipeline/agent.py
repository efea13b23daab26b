"""How feedkit names itself to servers and hubs."""

from string import printable
from urllib.parse import quote

from feedkit import __version__
from feedkit.collect.addresses import address_of
from feedkit.config import Settings
from feedkit.errors import CollectError


def user_agent(settings: Settings) -> str:
    """How feedkit names itself to servers (RFC 9110, 10.1.5): with an address to complain to."""
    return settings.fetch.user_agent or f"feedkit/{__version__} (+{_in_ascii(settings.site.url)})"


def _in_ascii(url: str) -> str:
    try:
        return str(address_of(url))
    except CollectError:  # nobody is asked there; whoever reads it sees what was meant
        return quote(url, safe=printable)
