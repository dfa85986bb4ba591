"""How one source of weights fails without ending the search."""

from __future__ import annotations


class UnobtainableError(Exception):
    """One source could not give the file; the message says why in a few words."""
