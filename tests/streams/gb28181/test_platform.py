from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from monitor.demo.gb28181.nvr import SimulatedNvr
from monitor.demo.gb28181.plan import Quirks
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.manscdp import Interval
from monitor.streams.gb28181.sdp import Transport

from .conftest import DEVICE, MIDNIGHT, PASSWORD, Rig, channel_id

Eventually = Callable[[Callable[[], bool]], None]
Online = Callable[[], None]
HOUR = timedelta(hours=1)


def state(rig: Rig) -> str:
    return str(rig.desk.devices()["devices"][0]["state"])


def failure(action: Callable[[], object]) -> StreamError:
    with pytest.raises(StreamError) as caught:
        action()
    return caught.value


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize("username", ["", "admin"])
def test_a_device_signs_in_learns_the_time_and_signs_out(
    rig: Rig, online: Online, eventually: Eventually, tcp: bool, username: str
) -> None:
    rig.platform()
    nvr = rig.nvr(tcp=tcp, username=username)
    online()
    facts = rig.desk.devices()["devices"][0]
    assert facts["transport"] == ("TCP" if tcp else "UDP")
    assert facts["edition"] == "2.0"
    eventually(lambda: bool(nvr.clock))
    assert nvr.clock.startswith(time.strftime("%Y-", time.gmtime(time.time() + 8 * 3600)))
    assert nvr.clock[10] == "T"
    nvr.stop()
    rig.stack.pop_all()
    eventually(lambda: state(rig) == "absent")


def test_a_wrong_password_is_turned_away(rig: Rig, eventually: Eventually) -> None:
    rig.platform()
    nvr = rig.nvr(password="wrong-horse")
    eventually(lambda: nvr.refused >= 2)
    assert state(rig) == "absent"
    (stranger,) = rig.desk.devices()["strangers"]
    assert (stranger["id"], stranger["why"]) == (DEVICE, "wrong password")


def test_a_device_that_is_not_listed_is_turned_away_by_name(
    rig: Rig, eventually: Eventually
) -> None:
    rig.platform()
    other = "31010600001180000099"
    rig.nvr(device=other)
    eventually(lambda: bool(rig.desk.devices()["strangers"]))
    (stranger,) = rig.desk.devices()["strangers"]
    assert (stranger["id"], stranger["why"]) == (other, "not listed")


def test_missed_signs_of_life_put_a_device_offline_and_the_next_one_back(
    rig: Rig, online: Online, eventually: Eventually
) -> None:
    rig.platform(keepalive=0.3)
    nvr = rig.nvr(keepalive=0.2)
    online()
    nvr.quirks.mute = True
    eventually(lambda: state(rig) == "offline")
    assert failure(lambda: rig.desk.catalogue(DEVICE)).reason is Reason.NOT_REGISTERED
    nvr.quirks.mute = False
    eventually(lambda: state(rig) == "online")


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(page=2),
        Quirks(page=2, repeat_pages=True),
        Quirks(page=2, no_total=True),
        Quirks(page=2, forget_pages=1),
        Quirks(bare_ampersand=True),
    ],
    ids=["pages", "repeated", "no total", "a lost page", "bare ampersand"],
)
def test_a_catalogue_is_whole_and_holds_everything_once(
    rig: Rig, online: Online, quirks: Quirks
) -> None:
    rig.platform()
    rig.nvr(quirks, channels=5)
    online()
    channels, complete = rig.desk.catalogue(DEVICE)
    assert complete
    assert [channel.id for channel in channels] == [channel_id(n) for n in range(1, 6)]
    assert channels[0].name.startswith("活动室1")
    assert [channel.online for channel in channels] == [True, False, True, True, True]


def test_alarms_positions_and_nonsense_are_answered(rig: Rig, online: Online) -> None:
    station = rig.platform()
    nvr = rig.nvr()
    online()
    assert nvr.raise_alarm() == 200
    assert nvr.say_where() == 200
    assert station.platform.alarms == 1
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha">]><Notify><CmdType>&a;</CmdType></Notify>'
    assert nvr.say(bomb) == 400
    assert nvr.say(b"<Notify>") == 400
    assert state(rig) == "online"


def test_recordings_come_merged_with_their_gaps(rig: Rig, online: Online) -> None:
    rig.platform()
    rig.nvr()
    online()
    found = rig.desk.records(DEVICE, channel_id(1), MIDNIGHT - HOUR, MIDNIGHT + 48 * HOUR)
    assert found == [
        Interval(MIDNIGHT, MIDNIGHT + 10 * HOUR),
        Interval(MIDNIGHT + 11 * HOUR, MIDNIGHT + 36 * HOUR),
    ]
    assert rig.desk.records(DEVICE, channel_id(1), MIDNIGHT - 9 * HOUR, MIDNIGHT - HOUR) == []


@pytest.mark.parametrize(
    ("quirks", "reason"),
    [
        (Quirks(decline=486), Reason.BUSY),
        (Quirks(decline=488), Reason.DECLINED),
        (Quirks(ignore_invite=True), Reason.TIMED_OUT),
    ],
)
def test_a_refused_call_says_why(rig: Rig, online: Online, quirks: Quirks, reason: Reason) -> None:
    rig.platform()
    nvr = rig.nvr(quirks)
    online()
    error = failure(
        lambda: rig.desk.play(DEVICE, channel_id(1), port=30000, transport=Transport.UDP)
    )
    assert error.reason is reason
    assert nvr.sessions == 0


def test_a_call_answered_after_patience_ran_out_is_ended(
    rig: Rig, online: Online, eventually: Eventually
) -> None:
    rig.platform()
    nvr = rig.nvr(Quirks(answer_late=1.6))
    online()
    error = failure(
        lambda: rig.desk.play(DEVICE, channel_id(1), port=30000, transport=Transport.UDP)
    )
    assert error.reason is Reason.TIMED_OUT
    eventually(lambda: nvr.invites == 1 and nvr.sessions == 0)


def test_a_reader_that_vanishes_leaves_no_call_behind(
    rig: Rig, online: Online, eventually: Eventually
) -> None:
    rig.platform()
    nvr = rig.nvr()
    online()
    session = rig.desk.play(DEVICE, channel_id(1), port=30000, transport=Transport.UDP)
    assert nvr.sessions == 1
    session.line.close()  # as the system does for a killed process
    eventually(lambda: nvr.sessions == 0)
    eventually(lambda: rig.desk.devices()["devices"][0]["calls"] == 0)


def test_a_reader_that_gives_up_while_the_device_thinks_leaves_no_call_behind(
    rig: Rig, online: Online, eventually: Eventually
) -> None:
    rig.platform()
    nvr = rig.nvr(Quirks(answer_late=0.6))
    online()
    place = json.loads((rig.folder / "gb28181.json").read_text())
    line = socket.create_connection((place["host"], place["port"]))
    wish = {"do": "play", "device": DEVICE, "channel": channel_id(1), "port": 30000}
    line.sendall(json.dumps({**wish, "transport": "udp", "token": place["token"]}).encode() + b"\n")
    eventually(lambda: nvr.invites == 1)
    line.close()
    time.sleep(0.8)
    eventually(lambda: nvr.sessions == 0)


def test_a_device_that_could_not_be_told_is_told_when_it_signs_in(
    rig: Rig, online: Online, eventually: Eventually
) -> None:
    station = rig.platform()
    nvr = rig.nvr(Quirks(ignore_bye=True))
    online()
    rig.desk.play(DEVICE, channel_id(1), port=30000, transport=Transport.UDP).close()
    eventually(lambda: len(station.platform.calls.owed) == 1)
    assert nvr.sessions == 1
    nvr.quirks.ignore_bye = False
    assert nvr.sign_in_again()
    eventually(lambda: nvr.sessions == 0)
    assert station.platform.calls.owed == []


def test_the_desk_answers_nobody_without_its_token(rig: Rig) -> None:
    rig.platform()
    path = rig.folder / "gb28181.json"
    assert path.stat().st_mode & 0o077 == 0
    place = json.loads(path.read_text())
    with socket.create_connection((place["host"], place["port"])) as line:
        line.sendall(b'{"do": "devices", "token": "guess"}\n')
        assert line.recv(100) == b""


def test_a_device_that_hangs_up_ends_the_session(
    rig: Rig, online: Online, eventually: Eventually
) -> None:
    rig.platform()
    nvr = rig.nvr()
    online()
    session = rig.desk.play(DEVICE, channel_id(1), port=30000, transport=Transport.UDP)
    nvr.hang_up()
    eventually(session.ended)
    session.close()
    assert rig.desk.devices()["devices"][0]["calls"] == 0


def test_a_restart_knows_its_devices_and_ends_the_calls_it_left(
    rig: Rig, online: Online, eventually: Eventually
) -> None:
    first = rig.platform()
    nvr = rig.nvr()
    online()
    session = rig.desk.play(DEVICE, channel_id(1), port=30000, transport=Transport.UDP)
    memory = rig.folder / "gb28181-sessions.json"
    eventually(lambda: memory.exists() and len(json.loads(memory.read_text())["dialogs"]) == 1)
    left = memory.read_bytes()
    nvr.quirks.ignore_bye = True  # so that only the memory can end the call
    first.stop()
    nvr.quirks.ignore_bye = False
    memory.write_bytes(left)  # what a killed platform leaves
    assert nvr.sessions == 1
    rig.platform(port=first.platform.port)
    assert state(rig) == "online"
    eventually(lambda: nvr.sessions == 0)
    assert nvr.registrations == 1
    session.close()


def test_damaged_memory_is_no_reason_not_to_start(rig: Rig, online: Online) -> None:
    (rig.folder / "gb28181-sessions.json").write_text('{"registrations": [{"a": 1}]}')
    rig.platform()
    rig.nvr()
    online()


def test_a_keepalive_from_another_host_is_not_the_device(rig: Rig, online: Online) -> None:
    station = rig.platform()
    nvr = rig.nvr()
    online()
    document = b"<Notify><CmdType>Keepalive</CmdType></Notify>"
    text = (
        f"MESSAGE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2;branch=z9hG4bK1\r\n"
        f"From: <sip:{DEVICE}@y>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\n"
        f"Content-Length: {len(document)}\r\n\r\n"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.2", 0))
        stranger.settimeout(5)
        stranger.sendto(text.encode() + document, ("127.0.0.1", station.platform.port))
        assert stranger.recv(2000).startswith(b"SIP/2.0 403")
    assert rig.desk.devices()["devices"][0]["address"].startswith("127.0.0.1:")
    assert nvr.registrations == 1


def test_garbage_troubles_nobody(rig: Rig, online: Online) -> None:
    station = rig.platform()
    address = ("127.0.0.1", station.platform.port)
    chance = random.Random(1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for size in range(200):
            stranger.sendto(chance.randbytes(size * 7), address)
    for garbage in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\r\n\r\n" * 9 + b"x" * 40_000,
        b"\x16\x03\x01" * 99,
    ):
        with socket.create_connection(address, 5) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):
                assert connection.recv(100) == b""
    rig.nvr(tcp=True)
    online()
    assert rig.desk.catalogue(DEVICE)[1]


def test_a_broken_connection_is_noticed_and_made_again(
    rig: Rig, online: Online, eventually: Eventually
) -> None:
    rig.platform()
    nvr = rig.nvr(tcp=True, keepalive=0.5)
    online()
    nvr.cut_line()
    eventually(lambda: nvr.registrations == 2)
    online()
    assert rig.desk.catalogue(DEVICE)[1]


def test_no_platform_and_no_device_are_told_apart(rig: Rig) -> None:
    assert failure(rig.desk.devices).reason is Reason.NO_PLATFORM
    rig.platform()
    error = failure(lambda: rig.desk.prepare(DEVICE))
    assert error.reason is Reason.NOT_REGISTERED
    assert PASSWORD not in str(error)


def test_nothing_is_left_running(rig: Rig, online: Online) -> None:
    before = threading.active_count()
    rig.platform()
    nvr: SimulatedNvr = rig.nvr()
    online()
    rig.desk.catalogue(DEVICE)
    rig.stack.close()
    rig.station.stop()
    assert threading.active_count() == before
    assert nvr.sessions == 0
    rig.platform()  # for the fixture to stop
