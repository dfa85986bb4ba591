from __future__ import annotations

from pathlib import Path

import pytest

from monitor.runtime.spool import Spool


def test_messages_come_back_in_order_after_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for number in range(12):
        spool.put({"number": number, "text": "托育"})
    reopened = Spool(tmp_path)
    assert [message["number"] for _, message in reopened.waiting()] == list(range(12))
    assert next(reopened.waiting())[1]["text"] == "托育"


def test_a_removed_message_is_gone_and_its_number_is_not_used_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    first = spool.put({"n": 1})
    second = spool.put({"n": 2})
    spool.remove(first)
    third = Spool(tmp_path).put({"n": 3})
    assert third.name > second.name
    assert [message["n"] for _, message in spool.waiting()] == [2, 3]


def test_a_half_written_message_never_counts(tmp_path: Path) -> None:
    Spool(tmp_path).put({"n": 1})
    (tmp_path / "000000000002.part").write_text('{"n": 2')
    assert [message["n"] for _, message in Spool(tmp_path).waiting()] == [1]
    assert not list(tmp_path.glob("*.part"))


def test_a_damaged_message_is_set_aside_and_the_rest_still_arrive(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    damaged = spool.put({"n": 1})
    spool.put({"n": 2})
    damaged.write_text("not json")
    assert [message["n"] for _, message in spool.waiting()] == [2]
    assert damaged.with_suffix(".damaged").read_text() == "not json"


def test_a_disk_that_cannot_be_read_damages_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    path = spool.put({"n": 1})
    kept = path.rename(tmp_path / "kept")
    path.mkdir()  # reading it fails as a broken disk does: with an OSError, not with wrong content
    with pytest.raises(OSError, match="directory"):
        list(spool.waiting())
    path.rmdir()
    kept.rename(path)
    assert [message["n"] for _, message in spool.waiting()] == [1]


def test_a_full_disk_refuses_a_message_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    (tmp_path / "000000000001.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        spool.put({"n": 1})
    assert list(tmp_path.iterdir()) == []
    assert spool.put({"n": 2}).exists()
