"""The control room: pages, API, live feed and sign-in, in Chinese and English.

:func:`create_app` builds the whole application from a :class:`WebContext`; it opens nothing and
listens nowhere by itself. Every route states who may use it, or the application refuses to start
(:mod:`monitor.web.access`). What lies outside a person's part of the district is answered as if
it did not exist.
"""

from monitor.web.application import create_app
from monitor.web.context import WebContext

__all__ = ["WebContext", "create_app"]
