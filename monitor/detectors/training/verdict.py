"""Is the new model better? Judged once, on frames it has never seen."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.detectors.evaluation.compare import best_balance
from monitor.detectors.evaluation.evaluate import Evaluation
from monitor.domain.text import Text

_FEW_IMAGES = 20

_NAMES = {
    "person AP50": Text(zh="人员 AP50", en="person AP50"),
    "adult AP50": Text(zh="成人 AP50", en="adult AP50"),
    "child AP50": Text(zh="儿童 AP50", en="child AP50"),
    "balanced accuracy": Text(zh="照看判断平衡准确率", en="balanced room-attended accuracy"),
}


@dataclass(frozen=True, slots=True)
class Demand:
    """From what difference on a number is better or worse.

    ``gain`` is the least change that counts; a number that the old model could not tell counts as
    better above ``worth``.
    """

    gain: float = 0.005
    worth: float = 0.5


@dataclass(frozen=True, slots=True)
class Mark:
    """One number by which models are compared; ``before`` is ``None`` if it was not told."""

    name: Text
    before: float | None
    after: float | None
    demand: Demand = Demand()

    @property
    def worse(self) -> bool:
        """Say whether the new model falls behind the old, or knows less."""
        if self.before is None:
            return False
        return self.after is None or self.after < self.before - self.demand.gain

    @property
    def better(self) -> bool:
        """Say whether the new model gains, or knows what the old did not."""
        if self.after is None:
            return False
        if self.before is None:
            return self.after > self.demand.worth
        return self.after > self.before + self.demand.gain


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to propose a model: better in something, worse in nothing that counts."""

    marks: tuple[Mark, ...]
    images: int

    @property
    def proposed(self) -> bool:
        """Say whether the new model is proposed."""
        return any(mark.better for mark in self.marks) and not any(m.worse for m in self.marks)

    def lines(self, name: str) -> list[Text]:
        """Return the verdict on the model ``name``, one line an element."""
        lines = [_line(mark) for mark in self.marks]
        if self.images < _FEW_IMAGES:
            lines.append(
                Text(
                    zh=f"留出部分只有 {self.images} 张图片：这些数字很不可靠。",
                    en=f"The held-out part has only {self.images} pictures: "
                    "these numbers say little.",
                )
            )
        if self.proposed:
            return [
                *lines,
                Text(
                    zh=f"建议使用新模型：{name}。在配置中设置 model.name 后才会启用。",
                    en=f"The new model is proposed: {name}. "
                    "It is used once model.name in the configuration says so.",
                ),
            ]
        return [
            *lines,
            Text(
                zh="新模型没有更好，因此不建议使用，也未登记。",
                en="The new model is not better; it is not proposed, and was not registered.",
            ),
        ]


def decide(before: Evaluation, after: Evaluation, demand: Demand | None = None) -> Verdict:
    """Compare two evaluations on the same held-out frames.

    Where the old model tells ages, adults, children and the room decide; else that people are
    still found, and that the ages now told are worth something.
    """
    old, new = _marks(before), _marks(after)
    names = list(_NAMES)
    if old["adult AP50"] is not None:
        names.remove("person AP50")
    asked = demand or Demand()
    marks = tuple(Mark(_NAMES[name], old[name], new[name], asked) for name in names)
    return Verdict(tuple(m for m in marks if (m.before, m.after) != (None, None)), after.images)


def _marks(evaluation: Evaluation) -> dict[str, float | None]:
    ages = evaluation.ages
    return {
        "person AP50": evaluation.person.ap50,
        "adult AP50": ages.adult.ap50 if ages else None,
        "child AP50": ages.child.ap50 if ages else None,
        "balanced accuracy": best_balance(evaluation),
    }


def _line(mark: Mark) -> Text:
    before, after = _number(mark.before), _number(mark.after)
    signs = Text(zh="", en="")
    if mark.worse:
        signs = Text(zh="（变差）", en=" (worse)")
    elif mark.better:
        signs = Text(zh="（变好）", en=" (better)")
    return Text(
        zh=f"{mark.name.zh}：{before} → {after}{signs.zh}",
        en=f"{mark.name.en}: {before} → {after}{signs.en}",
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
