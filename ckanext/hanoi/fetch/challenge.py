"""Pages by which a protection keeps programs away, told from other answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ckanext.hanoi.messages import N_, SourceError

PROTECTED = N_(
    "A protection in front of %(url)s keeps programs away (status %(status)s). Ask those who run "
    "it to let the catalog read."
)
#: Cloudflare, AWS WAF, DataDome.
_HEADERS = {
    "cf-mitigated": "challenge", "x-amzn-waf-action": "", "x-datadome": "", "x-dd-b": "",
    "x-sucuri-block": "",
}  # fmt: skip
_MARKS = re.compile(
    rb"cf-chl-|/cdn-cgi/challenge-platform/|_cf_chl_opt|<title>\s{0,9}just a moment|"
    rb"attention required! \| cloudflare|checking your browser before|_incapsula_resource|"
    rb"incapsula incident id|ddos-guard|sucuri website firewall|awswafcookiedomainlist|"
    rb"captcha-delivery\.com|px-captcha|enable javascript and cookies to continue|"
    rb"the requested url was rejected\. please consult with your administrator|"
    rb"access denied \| [\w.-]{1,100} used cloudflare",
    re.I,
)
_HEAD = 64 * 1024


def web_page(url: str, content: bytes) -> SourceError:
    """What is to be said of a web page where data should be."""
    if is_challenge({}, content):
        return SourceError(PROTECTED, url=url, status=200)
    return SourceError(N_("%(url)s answered with a web page instead of data."), url=url)


def is_challenge(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer is such a page, by what the usual products write."""
    for name, value in _HEADERS.items():
        if name in headers and value in headers[name].lower():
            return True
    return _MARKS.search(body, 0, _HEAD) is not None
