"""For how long somebody unseen is present, and when somebody seen is believed to be one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PresenceSettings:
    """Durations in seconds.

    ``hold``: seen this recently is present (who was followed for a moment only, for a moment);
    ``leave``: the same for those last seen where people leave. ``presume``: who vanished in the
    middle of the room is inside for this long, but never for longer than she had been followed;
    ``hide`` is the same for blind areas, where ten times as long as she had been followed will do.
    ``presume_deep`` for a sure adult who vanished far from any way out.
    ``surely``: for how long somebody must have been followed to be presumed at all. ``faint``: an
    adult whose boxes score less than this on average (a missed look scores 0) may be a shadow, and
    so is not known to be one; below ``shadow`` whoever is not a child is not counted at all. An
    adult who turns up in the middle of the room, where nobody vanished, is doubted unless her boxes
    score at least ``sure`` (or what the camera's people usually score, if that is more) once she
    was followed for half of ``newcomer`` seconds. Somebody undecided there is no adult if she looks
    like a child for ``newcomer`` seconds, unless her boxes score ``seen`` and look like an
    adult's. Who comes in by the edge does so within ``entering`` seconds or moves. Who turns
    up where somebody who is no adult was within ``resident`` seconds did not come in. Who was found
    in a share of ``steady`` of the last half minute's looks is no thing taken for a person.
    """

    hold: float = 3.0
    leave: float = 1.0
    presume: float = 20.0
    hide: float = 120.0
    presume_deep: float = 60.0
    surely: float = 1.5
    faint: float = 0.2
    shadow: float = 0.1
    seen: float = 0.25
    sure: float = 0.4
    newcomer: float = 10.0
    entering: float = 3.0
    resident: float = 120.0
    steady: float = 0.6
