"""Tracking parameters: what a URL says of the reader's way to a page, and not of the page.

The names are those of ClearURLs' global rules (https://docs.clearurls.xyz/), the general part of
AdGuard's URL Tracking filter, and Miniflux's ``urlcleaner``, taken together. Names that a page may
use for itself (``ref``, ``source``, ``campaign_id``, ``cmpid``, ``spm``) are left out: a link that
leads elsewhere is worse than one that tells.
"""

import re

from feedkit.normalize.words import words

_PARAMETERS = words(
    """fbclid fb_action_ids fb_action_types fb_ref fb_source fb_comment_id
    gclid gclsrc dclid gbraid wbraid gad_source srsltid _ga _gl
    yclid ysclid ymclid _openstat
    igshid igsh twclid __twitter_impression ttclid li_fat_id msclkid epik rdt_cid sccid
    mc_cid mc_eid mc_tc mkt_tok ml_subscriber ml_subscriber_hash ck_subscriber_id _bhlid __s
    _hsenc _hsmi __hssc __hstc __hsfp hsctatracking
    pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid
    hmb_campaign hmb_medium hmb_source itm_campaign itm_medium itm_source itm_content itm_term
    at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4
    oly_anon_id oly_enc_id rb_clickid vero_id vero_conv wickedid sc_cid s_cid irclickid
    _branch_match_id _branch_referrer __readwiselocation"""
)
"""A line each: Facebook, Google, Yandex, other networks, newsletters, HubSpot, Matomo, shops, AT
Internet, other analytics, apps. In lower case; any case counts."""
_BEGINNINGS = "utm_|mtm_|hsa_"
"""Of names: Google Analytics (once Urchin), Matomo, and HubSpot's advertisements."""

_NAME = rf"(?:amp;)*+(?:(?:{_BEGINNINGS})[^&#=]*+|(?:{'|'.join(sorted(_PARAMETERS))})(?![^&#=]))"
_FIRST = re.compile(rf"[?&]{_NAME}", re.IGNORECASE)
_TRACKING = re.compile(rf"{_NAME}(?:=.*)?", re.IGNORECASE | re.DOTALL)


def has_tracking(url: str) -> bool:
    """Whether `url`, its ``&`` escaped or not, may have tracking parameters."""
    return "?" in url and _FIRST.search(url) is not None


def without_tracking(url: str) -> str:
    """`url` without its tracking parameters, everything else of it as it was written.

    An ``&`` that was escaped once too often (``&amp;``) is understood. Without any such parameter
    the URL comes back as it is, the same object.
    """
    if not has_tracking(url):
        return url
    before, hash_, fragment = url.partition("#")
    path, mark, query = before.partition("?")
    kept = [part for part in query.split("&") if not _TRACKING.fullmatch(part)]
    if len(kept) == query.count("&") + 1:
        return url
    return f"{path}{mark if kept else ''}{'&'.join(kept)}{hash_}{fragment}"
