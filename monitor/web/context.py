"""Everything the web needs from the rest of the house, handed over by the runtime."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from monitor.domain.clock import Clock, utc_now
from monitor.runtime.backtest.desk import BacktestDesk
from monitor.runtime.desk import StoreDesk
from monitor.runtime.onsite_desk import OnsiteDesk
from monitor.runtime.recording.desk import RecordingDesk
from monitor.runtime.risk_desk import RiskDesk
from monitor.settings import Settings
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.labels import LabelStore
from monitor.web.gateway import WorkerGateway


@dataclass(frozen=True, slots=True)
class ModelFact:
    """What there is to know of a model in use; ``sha256`` is that of its weights."""

    name: str
    sha256: str
    licence: str = ""
    note: str = ""


def _fresh_secret() -> str:
    return secrets.token_urlsafe(32)


def _no_models() -> Sequence[ModelFact]:
    return ()


@dataclass(frozen=True, slots=True)
class WebContext:
    """What :func:`monitor.web.create_app` builds the application from.

    ``config`` is the district's file, where the service was started from one. ``labels`` is
    ``None`` where no frames are kept for labelling. ``demo_token`` is the secret part of the demo
    inbox's address; without one, or when the settings are not those of a demo, there is no inbox.
    ``secret`` is the installation's own, with which it seals what it hands out.
    """

    database: Database
    settings: Settings
    clock: Clock
    workers: WorkerGateway
    files: FileStore
    inspections: StoreDesk
    onsite: OnsiteDesk
    risk: RiskDesk
    backtests: BacktestDesk
    recordings: RecordingDesk
    models: Callable[[], Sequence[ModelFact]] = _no_models
    labels: LabelStore | None = None
    config: Path | None = None
    demo_token: str | None = field(default=None, repr=False)
    secret: str = field(default_factory=_fresh_secret, repr=False)

    def now(self) -> datetime:
        """Return the present moment, zone-aware."""
        return utc_now(self.clock)
