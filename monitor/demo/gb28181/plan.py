"""What a simulated recorder is like: its ids, its channels, and how it misbehaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from monitor.demo.gb28181.footage import Footage
from monitor.streams.gb28181.manscdp import Interval


@dataclass(frozen=True, slots=True)
class SimulatedChannel:
    """One camera of the recorder, and when it was recorded."""

    id: str
    name: str
    footage: Footage
    substream: Footage | None = None
    recorded: tuple[Interval, ...] = ()
    online: bool = True


@dataclass(slots=True)
class Quirks:
    """What real recorders get wrong; all of it may be changed while the recorder runs.

    ``page`` entries go into a message; ``forget_pages`` of the first answer are never sent.
    ``marks_all`` says of every packet that a picture ends there. ``loss`` is the share of
    datagrams lost, ``shuffle`` that of pairs that change places, by chance with ``seed``, which is
    also the SSRC of a recorder that chooses its ``own_ssrc``.
    """

    page: int = 4
    repeat_pages: bool = False
    forget_pages: int = 0
    no_total: bool = False
    bare_ampersand: bool = False
    own_ssrc: bool = False
    decline: int = 0
    ignore_invite: bool = False
    answer_late: float = 0.0
    no_media: bool = False
    loss: float = 0.0
    shuffle: float = 0.0
    stalled: bool = False
    mute: bool = False
    sound: bool = False
    marks_all: bool = False
    private: bool = False
    stated_host: str = ""
    ignore_bye: bool = False
    seed: int = 1


@dataclass(frozen=True, slots=True)
class NvrPlan:
    """One recorder and the platform that it signs in to."""

    id: str
    password: str = field(repr=False)
    platform_id: str
    domain: str
    platform: tuple[str, int]
    channels: tuple[SimulatedChannel, ...]
    username: str = ""
    tcp: bool = False
    keepalive: float = 20.0
    expires: int = 3600
    name: str = "模拟录像机"
    zone: tzinfo = UTC
