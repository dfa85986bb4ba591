"""The live player has a word for everything that can be wrong with a view, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import monitor.web
from monitor.domain.room_state import ViewFault

WORDS = Path(monitor.web.__file__).parent / "static" / "js" / "live" / "words.js"


@pytest.mark.parametrize("fault", list(ViewFault))
def test_every_fault_has_a_word(fault: ViewFault) -> None:
    parts = re.findall(r"fault: \{(.*?)\n    \}", WORDS.read_text("utf-8"), re.DOTALL)
    assert len(parts) == 2
    for part in parts:
        assert re.search(rf'^ +{fault.value}: "[^"]+",$', part, re.MULTILINE)
