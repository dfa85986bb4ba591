"""Every table of the store, known to :attr:`monitor.store.base.Base.metadata` once loaded.

A new table is one new file beside this one; nothing else needs to name it.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from sqlalchemy import MetaData

from monitor.store.base import Base


def load_tables() -> MetaData:
    """Import every module of the store and return the metadata that they describe."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.ispkg:
            importlib.import_module(f"{package}.{module.name}")
    return Base.metadata
