"""What the operating system says of a file or an address, in both languages."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from monitor.domain.text import Text

_WORDS: Mapping[int, Text] = {
    errno.ENOENT: Text("没有这个文件或文件夹", "no such file or folder"),
    errno.EACCES: Text("没有权限", "permission denied"),
    errno.EPERM: Text("不允许这样操作", "not permitted"),
    errno.EISDIR: Text("这是一个文件夹", "it is a folder"),
    errno.ENOTDIR: Text("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.EEXIST: Text("已经存在", "it exists already"),
    errno.ENAMETOOLONG: Text("名称太长", "the name is too long"),
    errno.ENOSPC: Text("磁盘空间不足", "no space left on the disk"),
    errno.EROFS: Text("磁盘只能读", "the disk can only be read"),
    errno.EIO: Text("读写出错", "reading or writing failed"),
    errno.EADDRINUSE: Text("地址已被占用", "the address is in use"),
    errno.EADDRNOTAVAIL: Text("本机没有这个地址", "this machine has no such address"),
}


def system_words(error: OSError) -> Text:
    """Return why the operating system refused something."""
    number = error.errno or 0
    return _WORDS.get(
        number, Text(f"系统错误 {number}", (error.strerror or f"error {number}").lower())
    )


def unreadable(error: OSError) -> Text:
    """Return that something cannot be read, and why."""
    why = system_words(error)
    return Text(f"无法读取：{why.zh}", f"cannot be read: {why.en}")


def unwritable(error: OSError) -> Text:
    """Return that something cannot be written, and why."""
    why = system_words(error)
    return Text(f"无法写入：{why.zh}", f"cannot be written: {why.en}")
