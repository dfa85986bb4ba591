"""What a back-test came to, in sentences."""

from __future__ import annotations

from monitor.domain.text import Text
from monitor.runtime.backtest.comparison import Comparison, Count, Verdict

LIMIT = Text(
    zh=(
        "只能根据实际做过的分析来判断：条件将成立时，房间会被更频繁地查看；"
        "用别的参数时，查看的时刻可能不同。"
    ),
    en=(
        "This can only tell for the looks that were taken: while a condition is pending a room is "
        "looked at more often, and with other parameters that might have been at other times."
    ),
)

_KINDS = {
    Verdict.FALSE: Text(zh="误报", en="false"),
    Verdict.CONFIRMED: Text(zh="属实", en="confirmed"),
    Verdict.DRILL: Text(zh="演练", en="drill"),
    Verdict.NONE: Text(zh="未定", en="undecided"),
}


def summary(comparison: Comparison) -> Text:
    """Return what would have been dropped, what added, and how much later it would come."""
    counts = {verdict: count for verdict, count in comparison.counts.items() if count.total}
    dropped = [_dropped(verdict, counts[verdict]) for verdict in _KINDS if verdict in counts]
    zh, en = ["此规则没有已触发的事件可比较"], ["Nothing of this rule fired that can be compared"]
    if dropped:
        zh = ["会去掉 " + "、".join(text.zh for text in dropped)]
        en = [f"Would have dropped {_listed([text.en for text in dropped])} alerts"]
    if comparison.new:
        zh.append(f"新增 {comparison.new} 条")
        en.append(f"raised {comparison.new} new")
    if comparison.later is not None and abs(comparison.later) >= 1:
        seconds = round(abs(comparison.later))
        late = comparison.later > 0
        zh.append(f"保留的通常{'晚' if late else '早'} {seconds} 秒报出")
        en.append(f"those kept would come {seconds} s {'later' if late else 'earlier'}")
    if comparison.untold:
        zh.append(f"另有 {comparison.untold} 条发生时没有轨迹，无法判断")
        en.append(f"{comparison.untold} fired while no tracks were kept")
    return Text(zh="；".join(zh) + "。", en="; ".join(en) + ".")


def _dropped(verdict: Verdict, count: Count) -> Text:
    kind = _KINDS[verdict]
    gone = "none" if not count.gone else f"{count.gone}"
    return Text(
        zh=f"{count.total} 条{kind.zh}中的 {count.gone} 条",
        en=f"{gone} of {count.total} {kind.en}",
    )


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
