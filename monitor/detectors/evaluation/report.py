"""An evaluation as JSON and as sentences in both languages."""

from __future__ import annotations

from typing import Any

from monitor.detectors.evaluation.attended import Costs, Curve, Point
from monitor.detectors.evaluation.evaluate import Evaluation
from monitor.detectors.evaluation.people import SIZE_EDGES_PX, SIZES, Findings, Share
from monitor.domain.text import Text

_SIZE_NAMES = {
    "small": Text(zh=f"矮于 {SIZE_EDGES_PX[0]} 像素", en=f"under {SIZE_EDGES_PX[0]} px"),
    "medium": Text(
        zh=f"{SIZE_EDGES_PX[0]}–{SIZE_EDGES_PX[1]} 像素",
        en=f"{SIZE_EDGES_PX[0]}–{SIZE_EDGES_PX[1]} px",
    ),
    "large": Text(zh=f"高于 {SIZE_EDGES_PX[1]} 像素", en=f"over {SIZE_EDGES_PX[1]} px"),
}
_NOT_TOLD = Text(
    zh="成人与儿童：模型或标注未区分，因此也无法判断房间是否有人照看。",
    en="Adults and children: not told by this model or these labels, so neither is whether a room "
    "is attended.",
)


def as_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Return everything as JSON values; shares are rounded to four digits."""
    ages = evaluation.ages
    return {
        "finder": evaluation.finder,
        "images": evaluation.images,
        "confidence": evaluation.confidence,
        "person": _findings(evaluation.person),
        "adult": _findings(ages.adult) if ages else None,
        "child": _findings(ages.child) if ages else None,
        "false_boxes_per_image": round(evaluation.false_boxes, 4),
        "attended": {
            "ghost_cost": evaluation.costs.ghost,
            "miss_cost": evaluation.costs.miss,
            "frames": _curve(ages.frames, evaluation.costs),
            "windows": _curve(ages.windows, evaluation.costs) if ages.windows else None,
        }
        if ages
        else None,
    }


def as_lines(evaluation: Evaluation) -> list[Text]:
    """Return the report, one line an element."""
    confidence = evaluation.confidence
    lines = [
        Text(
            zh=f"{evaluation.finder}，{evaluation.images} 张图片，置信度 ≥ {confidence:g}",
            en=f"{evaluation.finder}, {evaluation.images} pictures, confidence ≥ {confidence:g}",
        ),
        *_lines_of(Text(zh="人员", en="person"), evaluation.person),
    ]
    ages = evaluation.ages
    if ages is not None:
        lines += _lines_of(Text(zh="成人", en="adult"), ages.adult)
        lines += _lines_of(Text(zh="儿童", en="child"), ages.child)
    per_image = evaluation.false_boxes
    lines.append(
        Text(zh=f"误检框：每张图片 {per_image:.2f} 个", en=f"False boxes: {per_image:.2f} an image")
    )
    if ages is None:
        return [*lines, _NOT_TOLD]
    lines += _attended(Text(zh="按画面", en="by frame"), ages.frames, evaluation.costs)
    if ages.windows is not None:
        lines += _attended(Text(zh="按 10 秒", en="by 10 seconds"), ages.windows, evaluation.costs)
    return lines


def _findings(findings: Findings) -> dict[str, Any]:
    return {
        "people": findings.recall.whole,
        "recall": _rounded(findings.recall.value),
        "precision": _rounded(findings.precision.value),
        "ap50": _rounded(findings.ap50),
        "ap": _rounded(findings.ap),
        "recall_by_height": {
            size: {"people": share.whole, "recall": _rounded(share.value)}
            for size, share in findings.by_height.items()
        },
    }


def _curve(curve: Curve, costs: Costs) -> dict[str, Any]:
    return {
        "moments": curve.moments,
        "mixed": curve.mixed,
        "cheapest": _point(curve.cheapest(costs), costs),
        "most_accurate": _point(curve.most_accurate(), costs),
        "thresholds": [_point(point, costs) for point in curve.points],
    }


def _point(point: Point, costs: Costs) -> dict[str, Any]:
    return {
        "threshold": point.threshold,
        "miss_rate": _rounded(point.miss.value),
        "ghost_rate": _rounded(point.ghost.value),
        "balanced_accuracy": _rounded(point.balanced_accuracy),
        "cost": _rounded(point.cost(costs)),
    }


def _lines_of(name: Text, findings: Findings) -> list[Text]:
    recall, precision = _percent(findings.recall), _percent(findings.precision)
    ap50, ap = _number(findings.ap50), _number(findings.ap)
    people = findings.recall.whole
    by_size = [
        (_SIZE_NAMES[size], _percent(findings.by_height[size]), findings.by_height[size].whole)
        for size in SIZES
    ]
    return [
        Text(
            zh=f"{name.zh}（{people}）：召回率 {recall}，精确率 {precision}，AP50 {ap50}，AP {ap}",
            en=f"{name.en} ({people}): recall {recall}, precision {precision}, AP50 {ap50}, "
            f"AP {ap}",
        ),
        Text(
            zh="  按身高的召回率：" + "，".join(f"{s.zh} {v}（{n}）" for s, v, n in by_size),
            en="  recall by height: " + ", ".join(f"{s.en} {v} ({n})" for s, v, n in by_size),
        ),
    ]


def _attended(name: Text, curve: Curve, costs: Costs) -> list[Text]:
    cheapest, accurate = curve.cheapest(costs), curve.most_accurate()
    lines = [
        Text(
            zh=f"有人照看（{name.zh}，{curve.moments} 个时刻）：阈值 漏检率 虚检率 平衡准确率 代价",
            en=f"Room attended ({name.en}, {curve.moments} moments): "
            "threshold, miss rate, ghost rate, balanced accuracy, cost",
        )
    ]
    for point in curve.points:
        marks = Text(zh="", en="")
        if point is cheapest:
            marks = Text(zh=" ← 代价最低", en=" ← costs least")
        elif point is accurate:
            marks = Text(zh=" ← 最准确", en=" ← most accurate")
        row = (
            f"  {point.threshold:.2f}  {_percent(point.miss):>6}  {_percent(point.ghost):>6}  "
            f"{_number(point.balanced_accuracy):>5}  {point.cost(costs):.3f}"
        )
        lines.append(Text(zh=row + marks.zh, en=row + marks.en))
    return lines


def _percent(share: Share) -> str:
    return "–" if share.value is None else f"{share.value:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
