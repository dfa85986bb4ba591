from __future__ import annotations

import io
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from monitor.documents import parse_document
from monitor.domain.errors import ConflictError, InputError
from monitor.settings import load_settings
from monitor.settings.onboarding import apply_sheet, try_sheet, write_template
from monitor.settings.onboarding.columns import COLUMNS
from monitor.settings.onboarding.edit import YamlEdit

SAMPLE = Path(__file__).parents[3] / "configs" / "district.yaml"
HEAD = (
    "机构名称,机构编号,街镇,核定托位,房间名称,房间类型,班型,核定儿童数,"
    "摄像机名称,主码流地址,用户名,密码"
)
SOUND = f"""{HEAD}
晨曦托育园,,竹园街道,60,托小班,活动室,托小班,15,东角,rtsp://10.1.2.3/ch/101,viewer,p@ss/word
晨曦托育园,,,,托小班,,,,西角,rtsp://10.1.2.4/live,,
晨曦托育园,,,,睡眠室,睡眠室,,,,,,
第一托育园,first-nursery,,80,托小班,,,,东角,rtsp://10.1.9.9/live,,
第一托育园,,,,托小班,,,,西角,rtsp://10.1.9.10/live,,
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "district.yaml"
    path.write_text(SAMPLE.read_text("utf-8"), "utf-8")
    return path


def bring(config: Path, text: str) -> None:
    apply_sheet(config, "a.csv", text.encode())


def problems(config: Path, text: str) -> set[tuple[int, str | None]]:
    trial = try_sheet(config, "a.csv", text.encode())
    return {(item.row, item.column.zh if item.column else None) for item in trial.problems}


def test_a_sheet_adds_and_changes_what_it_names_and_nothing_else(config: Path) -> None:
    before = config.read_text("utf-8")
    bring(config, SOUND)
    loaded = load_settings(config)
    first, dawn = loaded.institutions
    assert (first.approved_capacity, first.community) == (80, "梅园街道")
    east, west = first.rooms[0].cameras
    assert east.url.get_secret_value() == "rtsp://10.1.9.9/live"
    assert (len(east.zones), east.enabled, east.name.en) == (1, False, "East corner")
    assert west.name.zh == "西角"
    toddlers, nap = dawn.rooms
    assert (toddlers.capacity, toddlers.class_type, len(toddlers.cameras)) == (15, "toddler", 2)
    assert toddlers.cameras[0].url.get_secret_value() == (
        "rtsp://viewer:p%40ss%2Fword@10.1.2.3/ch/101"
    )
    assert (nap.type, nap.cameras) == ("nap", ())
    after = config.read_text("utf-8")
    kept = [line for line in before.splitlines() if "approved_capacity" not in line]
    gone = [line for line in kept if line not in after.splitlines()]
    assert gone == ["            url: rtsp://camera-host.example/stream1"]
    assert "# children and adults" in after
    assert config.with_name("district.yaml.bak").read_text("utf-8") == before


def test_importing_again_changes_nothing(config: Path) -> None:
    bring(config, SOUND)
    before = config.read_bytes()
    again = apply_sheet(config, "a.csv", SOUND.encode())
    assert not again.changes
    assert again.counts["camera"] == {"added": 0, "changed": 0, "unchanged": 4}
    assert config.read_bytes() == before


def test_every_mistake_is_listed_with_row_and_column(config: Path) -> None:
    text = f"""{HEAD}
,,,,,,,,东角,rtsp://10.1.2.3/live,,
晨曦托育园,晨曦,,sixty,托小班,客厅,,15,东角,rtsp://10.1.2.3/live,,
晨曦托育园,,,,托大班,活动室,,,东角,http://10.1.2.3/live,,
晨曦托育园,,,,托大班,活动室,,,北角,rtsp://127.0.0.1:6379/,,
晨曦托育园,,,,托大班,活动室,,,南角,file:/etc/passwd,,
晨曦托育园,,,,卫生间,盥洗室,,,门上,rtsp://10.1.2.3/live,,
晨曦托育园,,竹园街道,,托大班,活动室,,,西角,rtsp://169.254.169.254/x,,
晨曦托育园,,江湾镇,,新班,,,,,,,
晨曦托育园,,${{HOME}},,新班,活动室,,,里角,rtsp://10.1.2.3/live,u,${{HOME}}
,,竹园街道,,托大班,活动室,,,外角,rtsp://10.1.2.3/live,,
"""
    before = config.read_bytes()
    assert (11, "机构编号") not in problems(config, text)
    assert problems(config, text) >= {
        (2, "机构名称"),
        (2, "房间名称"),
        (3, "机构编号"),
        (3, "核定托位"),
        (3, "房间类型"),
        (4, "主码流地址"),
        (5, "主码流地址"),
        (6, "主码流地址"),
        (7, "摄像机名称"),
        (8, "主码流地址"),
        (9, "街镇"),
        (9, "房间类型"),
        (10, "街镇"),
        (10, "密码"),
        (11, "机构名称"),
    }
    with pytest.raises(InputError):
        bring(config, text)
    assert config.read_bytes() == before


def test_a_mistake_that_only_the_whole_shows_is_told_by_its_row(config: Path) -> None:
    head = "Institution,Room,Room id,Room type,Camera,Main stream URL"
    text = f"{head}\nDawn,Hall,first-hall,corridor,Gate,rtsp://10.1.2.3/live\n"
    assert problems(config, text) == {(2, "房间编号")} or problems(config, text) == {(2, None)}
    text = f"{head}\nDawn,Hall,,corridor,Gate,gb28181://31010600001180000001/31010600001320000001\n"
    assert problems(config, text) == {(2, "主码流地址")}


def test_types_of_rooms_may_be_called_what_institutions_call_them(config: Path) -> None:
    bring(config, f"{HEAD}\n晨曦托育园,,,,午睡室,午睡室,,,,,,\n晨曦托育园,,,,后门,门厅,,,,,,\n")
    assert [room.type for room in load_settings(config).institutions[1].rooms] == [
        "nap",
        "entrance",
    ]
    toilet = f"{HEAD}\n晨曦托育园,,,,一楼,卫生间,,,门口,rtsp://10.1.2.3/ch/101,,\n"
    assert problems(config, toilet) == {(2, "摄像机名称")}


def test_mistakes_of_cells_do_not_hide_those_that_the_whole_shows(config: Path) -> None:
    wrong = f"""{HEAD}
晨曦托育园,,,很多,托小班,活动室,,15,东角,gb28181://123/456,,
晨曦托育园,,,,托小班,,,,西角,,viewer,secret
晨曦托育园,,,,托大班,活动室,,15,东角,rtsp://127.0.0.1/x,,
"""
    trial = try_sheet(config, "a.csv", wrong.encode())
    assert [(item.row, item.column.en if item.column else None) for item in trial.problems] == [
        (2, "Places"),
        (2, "Main stream URL"),
        (3, "Main stream URL"),
        (4, "Main stream URL"),
    ]


def test_a_password_may_stay_outside_the_file_for_who_may_write_it(config: Path) -> None:
    text = (
        b"Institution,Room,Room type,Camera,Main stream URL,User name,Password\n"
        b"Dawn,Hall,corridor,Gate,rtsp://10.1.2.3/live,viewer,${GATE_PASSWORD}\n"
    )
    environment = {"GATE_PASSWORD": "s3cret"}
    apply_sheet(config, "a.csv", text, variables=True, environment=environment)
    assert "viewer:${GATE_PASSWORD}@10.1.2.3" in config.read_text("utf-8")
    url = load_settings(config, environment).institutions[1].rooms[0].cameras[0].url
    assert url.get_secret_value() == "rtsp://viewer:s3cret@10.1.2.3/live"


def test_problems_never_show_a_password(config: Path) -> None:
    text = f"{HEAD}\n园,,,,班,活动室,,,角,rtsp://admin:hunter22@127.0.0.1/x,,\n"
    assert "hunter22" not in str(try_sheet(config, "a.csv", text.encode()))


def test_the_file_is_replaced_whole_and_keeps_its_mode(config: Path) -> None:
    config.chmod(0o640)
    bring(config, SOUND)
    assert config.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in config.parent.iterdir()) == [
        "district.yaml",
        "district.yaml.bak",
    ]


def test_a_file_with_aliases_is_refused_rather_than_damaged(tmp_path: Path) -> None:
    config = tmp_path / "district.yaml"
    config.write_text(
        "version: 1\ndistrict: {id: d, name: 区}\ninstitutions:\n"
        "  - {id: a, name: A, rooms: &r [{id: a-hall, name: 厅, type: corridor}]}\n"
        "  - {id: b, name: B, rooms: *r}\n",
        "utf-8",
    )
    sheet = "机构名称,房间名称,房间类型\nB,新,走廊\n"
    with pytest.raises(ConflictError):
        bring(config, sheet)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_has_every_column_and_its_example_is_sound(
    config: Path, language: str
) -> None:
    content = write_template("zh" if language == "zh" else "en")
    book = load_workbook(io.BytesIO(content))
    empty, example, _notes = book.worksheets
    assert empty.max_row == 1
    assert empty.max_column == example.max_column == len(COLUMNS)
    assert not try_sheet(config, "t.xlsx", content).changes
    filled = [[cell.value for cell in row] for row in example.iter_rows()]
    for number, value in enumerate(filled[1], 1):
        empty.cell(2, number, value)
    target = io.BytesIO()
    book.save(target)
    trial = try_sheet(config, "t.xlsx", target.getvalue())
    assert not trial.problems
    assert trial.counts["institution"] == {"added": 0, "changed": 0, "unchanged": 1}


def test_an_empty_district_can_be_filled(tmp_path: Path) -> None:
    for number, institutions in enumerate(("institutions: []\n", "institutions:\n", "")):
        config = tmp_path / f"{number}.yaml"
        text = f"version: 1\ndistrict: {{id: d, name: 区}}\n{institutions}# end\n"
        config.write_text(text, "utf-8")
        bring(
            config,
            SOUND.replace("第一托育园,first-nursery", "第一托育园,").replace(
                "托小班,,,,东角,rtsp://10.1.9.9", "托小班,活动室,,,东角,rtsp://10.1.9.9"
            ),
        )
        assert len(load_settings(config).institutions) == 2
        assert "# end" in config.read_text("utf-8")


WORDS = st.text(st.sampled_from("ab:#,-[]{}'\"& *!|>%@`？，中 0"), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, st.sampled_from(["block", "flow"]))
def test_whatever_is_written_is_read_back(old: str, new: str, style: str) -> None:
    value = {"a": [{"x": old, "y": 1}], "z": "end"}
    flow = style == "flow"
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, sort_keys=False)
    edit = YamlEdit(f"# first\n{text}# last\n")
    edit.set(("a", 0), "x", new)
    edit.set(("a", 0), "fresh", [new])
    edit.add(("a",), {"x": new})
    edit.add(("b",), new)
    written = edit.written()
    assert parse_document(written, "t").value == {
        "a": [{"x": new, "y": 1, "fresh": [new]}, {"x": new}],
        "z": "end",
        "b": [new],
    }
    assert written.startswith("# first\n")
    assert written.endswith("# last\n")
