"""From the many errors of the network libraries to one kind that says what went wrong."""
from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as URLLib3Timeout

from ckanext.hanoi.fetch.connection import AddressRefusedError
from ckanext.hanoi.fetch.errors import FetchError, FetchTimeoutError


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Whatever goes wrong on the way to ``url`` leaves as a FetchError."""
    try:
        yield
    except FetchError:
        raise
    except AddressRefusedError as e:
        raise FetchError(
            "%(url)s leads to an address that is not public. An administrator can allow it in "
            "ckanext.hanoi.harvest.allowed_hosts.",
            url=url,
        ) from e
    except NameResolutionError as e:
        raise FetchError("The host of %(url)s is not known.", url=url) from e
    except ConnectTimeoutError as e:
        raise FetchError("The host of %(url)s does not answer.", url=url, retryable=True) from e
    except (NewConnectionError, ConnectionRefusedError) as e:
        raise FetchError("The host of %(url)s refuses the connection.", url=url,
                         retryable=True) from e  # fmt: skip
    except (URLLib3Timeout, TimeoutError) as e:
        raise FetchTimeoutError("%(url)s took too long to answer.", url=url, retryable=True) from e
    except (SSLError, ssl.SSLError) as e:
        raise FetchError("No secure connection to %(url)s: %(error)s", url=url,
                         error=_certificate_error(e)) from e  # fmt: skip
    except zlib.error as e:
        raise FetchError("The answer of %(url)s can't be unpacked.", url=url,
                         retryable=True) from e  # fmt: skip
    except (LocationValueError, UnicodeError) as e:
        raise FetchError("%(url)s is not a usable address.", url=url) from e
    except (HTTPError, HTTPException, OSError) as e:
        raise FetchError("The answer of %(url)s was cut off.", url=url, retryable=True) from e


def _certificate_error(error: Exception) -> str:
    while error.args and isinstance(error.args[0], Exception):
        error = error.args[0]
    return getattr(error, "verify_message", "") or getattr(error, "reason", None) or str(error)
