"""Looking at a browser's offer before it comes near the media stack. Offers are hostile input."""

from __future__ import annotations

from aiortc import RTCSessionDescription
from aiortc.sdp import MediaDescription, SessionDescription

from monitor.domain.errors import InputError
from monitor.domain.text import Text

_LONGEST = 32 * 1024
_H264 = "video/h264"
SEND_ONE = Text(
    "只发送一路 H.264 视频（packetization-mode 1，sendonly），不带声音",
    "offer one H.264 video with packetization-mode 1, sendonly, and no sound",
)
_HINT = Text(
    "请发送浏览器的 SDP 请求：接收一路视频，带一个数据通道",
    "send the SDP offer of a browser that receives one video and has one data channel",
)
NO_ANSWER = Text("这个 SDP 请求无法应答", "the offer cannot be answered")
CURRENT_BROWSER = Text(
    "请用新版 Chrome、Edge、Firefox 或 Safari", "use a current Chrome, Edge, Firefox or Safari"
)


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
        raise InputError(
            Text("只能发送一路视频，不带声音", "the offer must be of one video, without sound"),
            hint=SEND_ONE,
        )
    if media[0].direction not in ("sendonly", "sendrecv") or not _plays_h264(media[0]):
        raise InputError(Text("发送的不是 H.264", "the offer does not send H.264"), hint=SEND_ONE)
    return RTCSessionDescription(sdp=text, type="offer")


def _without_addresses(sdp: str, keep_candidates: bool) -> str:
    if len(sdp) > _LONGEST:
        raise InputError(Text("SDP 请求过长", "the offer is too long"), hint=_HINT)
    lines = [line for line in sdp.splitlines() if keep_candidates or not _is_candidate(line)]
    # Host names of the kind *.local would have to be resolved by multicast; checks find them too.
    return "\r\n".join(line for line in lines if not _is_local_name(line)) + "\r\n"


def _parsed(text: str) -> SessionDescription:
    try:
        return SessionDescription.parse(text)
    except Exception:
        # The parser fails in many ways on what is not SDP, all of them the sender's fault.
        raise InputError(Text("这不是 SDP 请求", "this is not an SDP offer"), hint=_HINT) from None


def _check(description: SessionDescription) -> None:
    kinds = [media.kind for media in description.media]
    if kinds.count("video") != 1:
        raise InputError(
            Text("只能请求一路视频", "the offer must ask for exactly one video"), hint=_HINT
        )
    if kinds.count("application") > 1 or len(kinds) - kinds.count("application") > 1:
        raise InputError(
            Text("请求的内容超出实时画面的范围", "the offer asks for more than live view gives"),
            hint=_HINT,
        )
    if not _is_bundled(description):
        raise InputError(
            Text(
                "请求的各部分没有共用一个连接",
                "the parts of the offer do not share one connection",
            ),
            hint=_HINT,
        )
    video = description.media[kinds.index("video")]
    if video.direction not in ("recvonly", "sendrecv"):
        raise InputError(
            Text("没有请求接收视频", "the offer does not ask to receive video"), hint=_HINT
        )
    if not _plays_h264(video):
        raise InputError(
            Text(
                "这个浏览器不能用 WebRTC 播放 H.264", "this browser does not play H.264 by WebRTC"
            ),
            hint=CURRENT_BROWSER,
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
