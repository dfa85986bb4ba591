"""Small pieces of sentences in both languages."""

from __future__ import annotations


def lasting(seconds: float) -> tuple[str, str]:
    """Return a duration as people say it, Chinese and English: ``45 秒``, ``2 min 5 s``."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} 秒", f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if not rest:
        return f"{minutes} 分钟", f"{minutes} min"
    return f"{minutes} 分 {rest} 秒", f"{minutes} min {rest} s"


def plural(count: int, one: str, many: str) -> str:
    """Return ``count`` with the fitting English noun."""
    return f"{count} {one if count == 1 else many}"
