"""Why a camera or recording cannot be read: in words, in both languages, without secrets."""

from __future__ import annotations

import builtins
import errno
from enum import StrEnum

import av

from monitor.domain.errors import SourceError
from monitor.domain.text import Text, in_brackets
from monitor.streams.url import redact


class Reason(StrEnum):
    """The kinds of failure that a person would handle differently."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    BUSY = "busy"
    UNSUPPORTED = "unsupported"
    NO_RTSP = "no_rtsp"
    NO_TLS = "no_tls"
    TLS_ONLY = "tls_only"
    UNTRUSTED = "untrusted"
    NO_VIDEO = "no_video"
    NO_KEYFRAME = "no_keyframe"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    ENDED = "ended"
    CUT = "cut"
    NOTHING_RECEIVED = "nothing_received"
    DISK_FULL = "disk_full"
    UNWRITABLE = "unwritable"
    NOT_REGISTERED = "not_registered"
    NO_PLATFORM = "no_platform"
    DECLINED = "declined"
    NO_PORT = "no_port"
    FORBIDDEN = "forbidden"
    NO_ONVIF = "no_onvif"
    NO_PROFILE_G = "no_profile_g"
    NO_SENDER = "no_sender"
    OTHER = "other"


_WORDS: dict[Reason, tuple[Text, Text]] = {
    Reason.REFUSED: (
        Text("摄像机拒绝连接", "the camera refuses the connection"),
        Text(
            "检查地址和端口，以及摄像机是否开启了 RTSP 服务",
            "check the address and the port, and that RTSP is switched on in the camera",
        ),
    ),
    Reason.UNREACHABLE: (
        Text("找不到这台主机，或网络不通", "the host is unknown or cannot be reached"),
        Text("检查主机名、网线、交换机和路由", "check the host name, the cable, switch and route"),
    ),
    Reason.TIMED_OUT: (
        Text(
            "摄像机没有在规定时间内应答或送来画面", "the camera sent nothing within the time limit"
        ),
        Text(
            "检查摄像机是否通电、死机，以及网络带宽",
            "check that the camera has power and is not hung, and the bandwidth of the network",
        ),
    ),
    Reason.UNAUTHORIZED: (
        Text("用户名或密码错误（401）", "wrong user name or password (401)"),
        Text("在配置中更正摄像机的用户名和密码", "correct the camera's user name and password"),
    ),
    Reason.NOT_FOUND: (
        Text("摄像机上没有这个路径（404）", "the camera has no such path (404)"),
        Text("检查 URL 中主机之后的部分", "check the part of the URL behind the host"),
    ),
    Reason.BUSY: (
        Text("摄像机暂时不能提供服务", "the camera cannot serve at present"),
        Text(
            "检查同时观看的连接数是否达到上限", "check whether it has reached its limit of viewers"
        ),
    ),
    Reason.UNSUPPORTED: (
        Text("不支持这种视频编码", "the video codec is not supported"),
        Text(
            "将摄像机设为 H.264 或 H.265；文件可用 ffmpeg -i 输入 -c:v libx264 输出.mp4 转换",
            "set the camera to H.264 or H.265; convert a file with "
            "ffmpeg -i IN -c:v libx264 OUT.mp4",
        ),
    ),
    Reason.NO_RTSP: (
        Text("对方的应答不是可用的 RTSP 视频流", "what answers there is not a usable RTSP stream"),
        Text(
            "检查端口（RTSP 通常为 554）和路径",
            "check the port (usually 554 for RTSP) and the path",
        ),
    ),
    Reason.NO_TLS: (
        Text("对方不使用 TLS 加密", "what answers there does not speak TLS"),
        Text(
            "检查端口（rtsps 通常为 322），或改用 rtsp:",
            "check the port (usually 322 for rtsps), or write rtsp:",
        ),
    ),
    Reason.TLS_ONLY: (
        Text("对方只接受 TLS 加密连接", "what answers there speaks TLS only"),
        Text("检查端口，或改用 rtsps:", "check the port, or write rtsps:"),
    ),
    Reason.UNTRUSTED: (
        Text("摄像机的证书不受信任", "the camera's certificate is not trusted"),
        Text(
            "把该证书或其签发机构的证书加入 sources.certificates 指定的文件",
            "add it, or its authority's, to the file named under sources.certificates",
        ),
    ),
    Reason.NO_VIDEO: (
        Text("里面没有视频", "there is no video in it"),
        Text("选择带有画面的流或文件", "choose a stream or file with pictures"),
    ),
    Reason.NO_KEYFRAME: (
        Text("一直没有收到关键帧", "no keyframe arrives"),
        Text(
            "在摄像机中把关键帧间隔设为 1 到 4 秒",
            "set the keyframe interval in the camera to 1 to 4 seconds",
        ),
    ),
    Reason.MISSING: (
        Text("文件不存在", "the file does not exist"),
        Text(
            "检查路径；配置文件中的相对路径以该文件所在目录为准",
            "check the path; in a configuration, relative paths start at its folder",
        ),
    ),
    Reason.UNREADABLE: (
        Text("不是视频，或已损坏", "it is not a video, or it is damaged"),
        Text("换一个能正常播放的文件或视频流", "use a file or stream that plays"),
    ),
    Reason.TRUNCATED: (
        Text("文件不完整，结尾缺失", "the file is cut short: its end is missing"),
        Text("重新复制或重新导出这个文件", "copy or export the file again"),
    ),
    Reason.ENDED: (
        Text("录像已播放完毕", "the recording has ended"),
        Text("加上 ?loop=1 可循环播放", "add ?loop=1 to play it again and again"),
    ),
    Reason.CUT: (
        Text("连接中断", "the connection was cut"),
        Text("将自动重新连接", "it will be connected again by itself"),
    ),
    Reason.NOTHING_RECEIVED: (
        Text("这段时间没有收到任何画面", "no pictures were received in that time"),
        Text("查看摄像机当时的在线状态", "see whether the camera was online then"),
    ),
    Reason.DISK_FULL: (
        Text("磁盘空间不足，录像已暂停", "the disk is nearly full: recording is paused"),
        Text(
            "清理磁盘或缩短录像保存期；告警不受影响",
            "free some space or shorten the retention; alerts are not affected",
        ),
    ),
    Reason.UNWRITABLE: (
        Text("无法写入录像文件", "the recording cannot be written"),
        Text(
            "检查录像目录是否存在、是否可写",
            "check that the recording folder exists and is writable",
        ),
    ),
    Reason.NOT_REGISTERED: (
        Text("GB/T 28181 设备未注册或已离线", "the GB/T 28181 device is not signed in"),
        Text(
            "检查设备上的平台地址、编号和密码；可运行 monitor discover --gb28181 查看",
            "check address, ids and password in the device; see monitor discover --gb28181",
        ),
    ),
    Reason.NO_PLATFORM: (
        Text("GB/T 28181 平台进程没有运行", "the GB/T 28181 platform does not run"),
        Text(
            "用 monitor run 启动服务，并在配置中写好 gb28181 一节",
            "start the service with monitor run and a gb28181 section in its configuration",
        ),
    ),
    Reason.DECLINED: (
        Text("设备拒绝了请求", "the device declines the request"),
        Text(
            "检查通道编号，以及设备是否支持这种传输方式",
            "check the channel's id, and whether the device can send in this way",
        ),
    ),
    Reason.NO_PORT: (
        Text("没有空闲的媒体端口", "no media port is free"),
        Text(
            "扩大配置 gb28181.media_ports 的范围", "widen gb28181.media_ports in the configuration"
        ),
    ),
    Reason.FORBIDDEN: (
        Text("配置不允许连接这个地址", "the configuration does not allow this address"),
        Text(
            "核对地址；确有需要时在配置 sources 中写明",
            "check the address; if it is right, name it under 'sources' in the configuration",
        ),
    ),
    Reason.NO_ONVIF: (
        Text("对方的应答不是可用的 ONVIF 服务", "what answers there is not a usable ONVIF service"),
        Text(
            "检查端口（通常为 80），并在设备中开启 ONVIF、建立 ONVIF 用户",
            "check the port (usually 80), and that ONVIF and a user of it are set up in the device",
        ),
    ),
    Reason.NO_PROFILE_G: (
        Text(
            "设备不提供按 ONVIF 检索或回放录像（Profile G）",
            "the device does not offer its recordings by ONVIF (Profile G)",
        ),
        Text(
            "改用 GB/T 28181 接入该录像机，或由本系统录像",
            "connect the recorder by GB/T 28181, or let this system record",
        ),
    ),
    Reason.NO_SENDER: (
        Text("没有手机或浏览器在发送画面", "no phone or browser sends pictures"),
        Text(
            "在手机上打开“用手机当摄像机”页面并开始发送",
            "open the page 'Use this phone as a camera' on the phone and start to send",
        ),
    ),
    Reason.OTHER: (
        Text("无法读取视频", "the video cannot be read"),
        Text("查看日志中的详细信息", "see the log for details"),
    ),
}

_BY_TYPE: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Reason], ...] = (
    (av.error.HTTPUnauthorizedError, Reason.UNAUTHORIZED),
    (av.error.HTTPForbiddenError, Reason.UNAUTHORIZED),
    (av.error.HTTPNotFoundError, Reason.NOT_FOUND),
    (av.error.HTTPServerError, Reason.BUSY),
    (av.error.ExitError, Reason.TIMED_OUT),
    (builtins.TimeoutError, Reason.TIMED_OUT),
    (builtins.ConnectionRefusedError, Reason.REFUSED),
    ((builtins.ConnectionResetError, builtins.BrokenPipeError), Reason.CUT),
    (builtins.FileNotFoundError, Reason.MISSING),
    (av.error.EOFError, Reason.CUT),
    (av.error.InvalidDataError, Reason.UNREADABLE),
)
_UNREACHABLE_ERRNOS = frozenset({5, 100, 101, 112, 113})  # EIO: what ffmpeg says of unknown hosts


class StreamError(SourceError):
    """A camera or recording cannot be read, for a known ``reason``.

    ``text`` and ``advice`` are for people, in both languages; ``str()`` is the English form.
    """

    def __init__(self, reason: Reason, *, where: str = "", detail: str | Text = "") -> None:
        text, advice = _WORDS[reason]
        self.reason = reason
        self.detail = detail if isinstance(detail, Text) else Text(detail, detail)
        super().__init__(in_brackets(text, self.detail), where=where, hint=advice)


def failure_of(
    error: BaseException, *, where: str = "", secrets: tuple[str, ...] = ()
) -> StreamError:
    """Return what ``error``, raised by ffmpeg or the system, means to a person."""
    if isinstance(error, StreamError):
        return error
    for kinds, reason in _BY_TYPE:
        if isinstance(error, kinds):
            return StreamError(reason, where=where)
    if isinstance(error, OSError) and error.errno in _UNREACHABLE_ERRNOS:
        return StreamError(Reason.UNREACHABLE, where=where)
    if getattr(error, "errno", None) == errno.EINVAL:
        return StreamError(Reason.UNREADABLE, where=where)
    detail = redact(getattr(error, "strerror", None) or type(error).__name__, *secrets)
    return StreamError(Reason.OTHER, where=where, detail=detail)
