"""The checklist for machines: everything it holds, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from monitor.domain.checklists import Answer, Checklist
from monitor.inspections.answers import outcome
from monitor.inspections.checklist import as_plain


def render_json(checklist: Checklist, answers: Sequence[Answer] = ()) -> bytes:
    """Return checklist, answers and outcome as UTF-8 JSON with sorted keys.

    ``format`` names the shape; it grows by one when a field changes its meaning.
    """
    result = outcome(checklist, answers)
    document = {
        "format": 1,
        "checklist": as_plain(checklist),
        "answers": [
            {**asdict(answer), "at": answer.at.isoformat()}
            for answer in sorted(answers, key=lambda answer: (answer.item_id, answer.at))
        ],
        "outcome": {**asdict(result), "complete": result.complete},
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2)
    return (text + "\n").encode("utf-8")
