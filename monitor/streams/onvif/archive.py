"""Footage inside a camera or recorder, searched and replayed by ONVIF (Profile G).

The index is the history of a recording's state: when it began and when it ended. A device that
keeps no such history is asked of which time its recording is as a whole, gaps unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from monitor.domain.errors import NotFoundError
from monitor.domain.stretches import Stretch
from monitor.domain.text import Text
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.xml import Element
from monitor.streams.onvif.device import OnvifDevice
from monitor.streams.onvif.replay import ReplaySource
from monitor.streams.onvif.soap import first, text_at, walk
from monitor.streams.onvif.source import device_at, profile_of, stream_of
from monitor.streams.reach import Reach
from monitor.streams.source import Source, SourceRequest
from monitor.streams.url import StreamUrl, parse_url

_PATIENCE = 10.0  # seconds for one answer
_MOST_PAGES = 400
_KEEP = "<tse:KeepAliveTime>PT60S</tse:KeepAliveTime>"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recording of a device; times are POSIX seconds, ``None`` where it says nothing."""

    token: str
    names: tuple[str, ...]
    video_tracks: tuple[str, ...]
    earliest: float | None
    latest: float | None


class OnvifArchive:
    """The recordings of the device behind one ``onvif:`` camera."""

    def __init__(self, url: str, reach: Reach | None = None) -> None:
        """``reach`` is where the device may be; ``None`` where whoever asks wrote the URL."""
        self._url = parse_url(url)
        self._reach = reach

    def records(self, channel: str, start: float, end: float) -> Sequence[Stretch]:
        """Return of which times the device says that it has footage.

        Raises:
            StreamError: it does not answer, or offers no search.
        """
        url, device = self._device(channel)
        recorded = _of_profile(_recordings(device), profile_of(url), channel)
        try:
            changes = list(_changes(device, recorded, start, end))
        except StreamError:
            changes = []  # it keeps no history of its recordings
        if changes:
            return _stretches(changes, start, min(end, recorded.latest or end))
        if recorded.earliest is None or recorded.latest is None:
            return ()
        whole = Stretch(max(start, recorded.earliest), min(end, recorded.latest))
        return (whole,) if whole.end > whole.start else ()

    def play(self, channel: str, start: float, end: float) -> Source:
        """Return a source of the device's footage, not opened yet.

        Raises:
            StreamError: the device does not answer, or replays nothing.
            NotFoundError: it has no such recording.
        """
        url, device = self._device(channel)
        recorded = _of_profile(_recordings(device), profile_of(url), channel)
        answer = device.call(
            "Replay",
            "<trp:GetReplayUri><trp:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport>"
            "<tt:Protocol>RTSP</tt:Protocol></tt:Transport></trp:StreamSetup>"
            f"<trp:RecordingToken>{escape(recorded.token)}</trp:RecordingToken></trp:GetReplayUri>",
        )
        found = stream_of(text_at(answer, "Uri"), url)
        return ReplaySource(SourceRequest(channel, found, reach=self._reach), start, end)

    def _device(self, channel: str) -> tuple[StreamUrl, OnvifDevice]:
        url = self._url if self._reach is None else self._reach.pinned(self._url, channel)
        device = device_at(url, _PATIENCE)
        device.clock_offset()
        return url, device


def _recordings(device: OnvifDevice) -> list[Recorded]:
    body = f"<tse:FindRecordings><tse:Scope/>{_KEEP}</tse:FindRecordings>"
    return [
        _recorded(item)
        for item in _results(device, body, "GetRecordingSearchResults")
        if item.tag == "RecordingInformation"
    ]


def _changes(
    device: OnvifDevice, recorded: Recorded, start: float, end: float
) -> Iterator[tuple[float, bool]]:
    """Yield when recording began (``True``) or ended, in any order."""
    body = (
        f"<tse:FindEvents><tse:StartPoint>{_written(start)}</tse:StartPoint>"
        f"<tse:EndPoint>{_written(end)}</tse:EndPoint><tse:Scope><tt:IncludedRecordings>"
        f"{escape(recorded.token)}</tt:IncludedRecordings></tse:Scope><tse:SearchFilter/>"
        f"<tse:IncludeStartState>true</tse:IncludeStartState>{_KEEP}</tse:FindEvents>"
    )
    for item in _results(device, body, "GetEventSearchResults"):
        at, track = _moment(text_at(item, "Time")), text_at(item, "TrackToken")
        if item.tag != "Result" or at is None or text_at(item, "RecordingToken") != recorded.token:
            continue
        for part in walk(item):
            name, value = part.attributes.get("Name", ""), part.attributes.get("Value", "")
            of_recording = name == "IsRecording"
            of_video = name == "IsDataPresent" and track in recorded.video_tracks
            if part.tag == "SimpleItem" and (of_recording or of_video):
                yield at, value.lower() in ("true", "1")


def _results(device: OnvifDevice, body: str, more: str) -> Iterator[Element]:
    """Begin a search and yield what it finds, page by page."""
    token = escape(text_at(device.call("Search", body), "SearchToken"))
    for _ in range(_MOST_PAGES):
        answer = device.call(
            "Search",
            f"<tse:{more}><tse:SearchToken>{token}</tse:SearchToken><tse:MinResults>1"
            "</tse:MinResults><tse:MaxResults>200</tse:MaxResults><tse:WaitTime>PT5S"
            f"</tse:WaitTime></tse:{more}>",
        )
        found = first(answer, "ResultList") or Element("none")
        yield from found.children
        if found.value("SearchState") == "Completed":
            return
    raise StreamError(Reason.NO_ONVIF)


def _recorded(item: Element) -> Recorded:
    tracks = [part for part in item.children if part.tag == "Track"]
    source = first(item, "Source") or Element("none")
    return Recorded(
        token=text_at(item, "RecordingToken"),
        names=(source.value("SourceId"), source.value("Name")),
        video_tracks=tuple(
            part.value("TrackToken") for part in tracks if part.value("TrackType") == "Video"
        ),
        earliest=_moment(text_at(item, "EarliestRecording")),
        latest=_moment(text_at(item, "LatestRecording")),
    )


def _of_profile(found: Sequence[Recorded], profile: str, channel: str) -> Recorded:
    """Return the recording of a profile's pictures: the only one, or one that is named by it."""
    named = [one for one in found if profile and profile in one.names]
    chosen = named or found
    if len(chosen) != 1:
        raise NotFoundError(
            Text(
                f"设备中有 {len(found)} 份录像，没有说明哪一份属于这台摄像机",
                f"the device has {len(found)} recordings, and which is this camera's is not said",
            ),
            where=channel,
            hint=Text(
                "在地址中用 ?profile=… 写明配置文件，名称与设备中录像的来源一致",
                "name the profile by ?profile=… as the device names the recording's source",
            ),
        )
    return chosen[0]


def _stretches(changes: Sequence[tuple[float, bool]], start: float, end: float) -> list[Stretch]:
    found = []
    began: float | None = None
    for at, on in sorted(changes):
        if on and began is None:
            began = max(start, at)
        elif not on and began is not None:
            found.append(Stretch(began, min(end, at)))
            began = None
    if began is not None:
        found.append(Stretch(began, end))
    return [one for one in found if one.end > one.start]


def _written(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
