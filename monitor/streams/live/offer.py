"""Looking at a browser's offer before it comes near the media stack. Offers are hostile input."""

from __future__ import annotations

from aiortc import RTCSessionDescription
from aiortc.sdp import MediaDescription, SessionDescription

from monitor.domain.errors import InputError

_LONGEST = 32 * 1024
_H264 = "video/h264"
_SEND = "offer one H.264 video with packetization-mode 1, sendonly, and no sound"
_HINT = "send the SDP offer of a browser that receives one video and has one data channel"


def checked_offer(sdp: str, *, keep_candidates: bool) -> RTCSessionDescription:
    """Return the offer if live view can answer it.

    Without ``keep_candidates`` the addresses in it are dropped: the browser reaches us and is
    learned from its own checks, and nobody can make a worker knock at addresses of his choice.

    Raises:
        InputError: it is not an offer to receive one H.264 video.
    """
    text = _without_addresses(sdp, keep_candidates)
    _check(_parsed(text))
    return RTCSessionDescription(sdp=text, type="offer")


def checked_ingest(sdp: str, *, keep_candidates: bool = False) -> RTCSessionDescription:
    """Return the offer of somebody who wants to be a camera if it can be answered.

    Without ``keep_candidates`` the addresses in it are dropped, as for :func:`checked_offer`.

    Raises:
        InputError: it is not an offer to send one H.264 video and nothing else.
    """
    text = _without_addresses(sdp, keep_candidates)
    media = _parsed(text).media
    if [item.kind for item in media] != ["video"]:
        raise InputError("the offer must be of one video, without sound", hint=_SEND)
    if media[0].direction not in ("sendonly", "sendrecv") or not _plays_h264(media[0]):
        raise InputError("the offer does not send H.264", hint=_SEND)
    return RTCSessionDescription(sdp=text, type="offer")


def _without_addresses(sdp: str, keep_candidates: bool) -> str:
    if len(sdp) > _LONGEST:
        raise InputError("the offer is too long", hint=_HINT)
    lines = [line for line in sdp.splitlines() if keep_candidates or not _is_candidate(line)]
    # Host names of the kind *.local would have to be resolved by multicast; checks find them too.
    return "\r\n".join(line for line in lines if not _is_local_name(line)) + "\r\n"


def _parsed(text: str) -> SessionDescription:
    try:
        return SessionDescription.parse(text)
    except Exception:
        # The parser fails in many ways on what is not SDP, all of them the sender's fault.
        raise InputError("this is not an SDP offer", hint=_HINT) from None


def _check(description: SessionDescription) -> None:
    kinds = [media.kind for media in description.media]
    if kinds.count("video") != 1:
        raise InputError("the offer must ask for exactly one video", hint=_HINT)
    if kinds.count("application") > 1 or len(kinds) - kinds.count("application") > 1:
        raise InputError("the offer asks for more than live view gives", hint=_HINT)
    if not _is_bundled(description):
        raise InputError("the parts of the offer do not share one connection", hint=_HINT)
    video = description.media[kinds.index("video")]
    if video.direction not in ("recvonly", "sendrecv"):
        raise InputError("the offer does not ask to receive video", hint=_HINT)
    if not _plays_h264(video):
        raise InputError(
            "this browser does not play H.264 by WebRTC",
            hint="use a current Chrome, Edge, Firefox or Safari",
        )


def _is_bundled(description: SessionDescription) -> bool:
    names = [media.rtp.muxId for media in description.media]
    bundles = [group.items for group in description.group if group.semantic == "BUNDLE"]
    return len(set(names)) == len(names) and bundles == [names]


def _plays_h264(video: MediaDescription) -> bool:
    return any(
        codec.mimeType.lower() == _H264 and str(codec.parameters.get("packetization-mode")) == "1"
        for codec in video.rtp.codecs
    )


def _is_candidate(line: str) -> bool:
    return line.startswith(("a=candidate:", "a=end-of-candidates"))


def _is_local_name(line: str) -> bool:
    return line.startswith("a=candidate:") and ".local " in line
