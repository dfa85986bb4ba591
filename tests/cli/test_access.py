"""``monitor token``, ``monitor audit`` and the newer parts of ``monitor user``."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from monitor.store.base import Database

CONFIG = """\
version: 1
service: {data_dir: data}
district: {id: d, name: 区}
institutions:
  - {id: sun, name: 阳光, community: 梅园}
"""


@pytest.fixture
def district(tmp_path: Path, monitor: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "district.yaml"
    path.write_text(CONFIG, "utf-8")
    assert monitor("db", "upgrade", "-c", path).code == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("a fine long password\n"))
    assert monitor("user", "add", "wang", "--password-stdin", "-c", path).code == 0
    return path


def test_tokens_are_made_listed_and_revoked(monitor: Any, district: Path) -> None:
    made = monitor("token", "add", "wang", "--name", "display", "-c", district, "--json")
    assert made.code == 0, made.err
    token = json.loads(made.out)
    assert token["token"].startswith("kanhu_")
    listed = json.loads(monitor("token", "list", "wang", "-c", district, "--json").out)
    assert [(item["name"], item["state"]) for item in listed] == [("display", "works")]
    assert token["token"] not in json.dumps(listed)
    assert monitor("token", "revoke", "wang", token["id"], "-c", district).code == 0
    listed = json.loads(monitor("token", "list", "wang", "-c", district, "--json").out)
    assert listed[0]["state"] == "revoked"
    rows = json.loads(monitor("audit", "access", "-c", district, "--json").out)
    assert [row["reason"] for row in rows] == [
        "用命令撤销接口令牌 / API token revoked by command",
        "用命令生成接口令牌 / API token made by command",
        "用命令新建账号 / account entered by command",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("token", "add", "nobody", "--name", "x"), "no user 'nobody'"),
        (("token", "add", "wang", "--name", "x", "--grant", "users"), "cannot be for 'users'"),
        (("token", "add", "wang", "--name", "x", "--days", "999"), "one year"),
        (("token", "add", "wang", "--name", " "), "give the token a name"),
        (("token", "revoke", "wang", "77"), "no such token"),
        (("audit", "access", "--verify", "--known", "xyz"), "not a SHA-256"),
        (("user", "role", "wang", "--role", "institution"), "which one"),
    ],
)
def test_mistakes_are_told(
    monitor: Any, district: Path, arguments: tuple[str, ...], words: str
) -> None:
    outcome = monitor(*arguments, "-c", district)
    assert outcome.code == 2
    assert words in outcome.err
    assert "Traceback" not in outcome.err


def test_the_register_is_checked(monitor: Any, district: Path, tmp_path: Path) -> None:
    for number in range(3):
        monitor("token", "add", "wang", "--name", f"t{number}", "-c", district)
    sound = monitor("audit", "access", "--verify", "-c", district, "--json")
    assert sound.code == 0
    head = json.loads(sound.out)["head"]
    assert monitor("audit", "access", "--verify", "--known", head, "-c", district).code == 0
    assert monitor("audit", "evidence", "--files", "-c", district).code == 0
    database = Database(f"sqlite:///{tmp_path}/data/kanhu.db")
    with database.transaction() as session:
        session.execute(text("DROP TRIGGER access_entry_no_delete"))
        session.execute(text("DELETE FROM access_entry WHERE position = 4"))
    database.close()
    assert monitor("audit", "access", "--verify", "-c", district).code == 0, "cut at the end"
    broken = monitor("audit", "access", "--verify", "--known", head, "-c", district)
    assert broken.code == 1
    assert "BROKEN" in broken.out


def test_people_are_changed_by_command(monitor: Any, district: Path) -> None:
    role = ("user", "role", "wang", "--role", "inspector", "--community", "梅园")
    assert monitor(*role, "-c", district).code == 0
    assert monitor("user", "disable", "wang", "-c", district).code == 0
    assert monitor("user", "enable", "wang", "-c", district).code == 0
    assert monitor("user", "reset-second-factor", "wang", "-c", district).code == 0
    assert monitor("user", "link", "wang", "-c", district).code == 0
    shown = json.loads(monitor("user", "list", "-c", district, "--json").out)[0]
    assert (shown["role"], shown["scope"], shown["active"]) == ("inspector", "community 梅园", True)
    rows = json.loads(monitor("audit", "access", "-c", district, "--json").out)
    assert [row["reason"].partition(" / ")[2] for row in reversed(rows)] == [
        "account entered by command",
        "role and scope of the account changed by command",
        "account closed by command",
        "account opened by command",
        "second factor of the account reset by command",
        "one-time sign-in link made by command",
    ]
    assert rows[-2]["what"] == {
        "account": "wang",
        "role": "inspector",
        "scope": "community 梅园",
    }
