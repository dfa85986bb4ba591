"""Adult or child, per track and over time."""

from monitor.detectors.age.judge import AgeJudge, JudgeSettings

__all__ = ["AgeJudge", "JudgeSettings"]
