"""The written answer to a request about personal data: one page, in one language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.chain import canonical
from monitor.domain.data_requests import DataRequest, Particulars, Requester, Verdict, Way, Wish
from monitor.domain.exports import Faces
from monitor.domain.text import Language, Text
from monitor.inspections.reports.qr import qr_svg
from monitor.inspections.reports.typesetting import typeset
from monitor.inspections.reports.words import LABELS, moment

REQUESTERS = {
    Requester.GUARDIAN: Text(zh="监护人", en="guardian"),
    Requester.PERSON: Text(zh="本人", en="person concerned"),
    Requester.POLICE: Text(zh="公安机关", en="police"),
    Requester.PROCURATORATE: Text(zh="检察机关", en="procuratorate"),
    Requester.COURT: Text(zh="人民法院", en="court"),
    Requester.HEALTH: Text(zh="卫生健康部门", en="health authority"),
    Requester.AUTHORITY: Text(zh="其他主管部门", en="other authority"),
}
WISHES = {
    Wish.VIEW: Text(zh="查看录像", en="See recordings"),
    Wish.COPY: Text(zh="复制录像", en="Have a copy of recordings"),
    Wish.ACCESS: Text(zh="查阅、复制个人信息", en="Access to personal data"),
    Wish.CORRECT: Text(zh="更正、补充个人信息", en="Correction of personal data"),
    Wish.DELETE: Text(zh="删除个人信息", en="Deletion of personal data"),
    Wish.EXPLAIN: Text(zh="解释处理规则", en="Explanation of how data are handled"),
}
WAYS = {
    Way.IN_PERSON: Text(zh="当面", en="in person"),
    Way.LETTER: Text(zh="书面", en="by letter"),
    Way.MAIL: Text(zh="电子邮件", en="by e-mail"),
    Way.PHONE: Text(zh="电话", en="by telephone"),
}
VERDICTS = {
    Verdict.GRANTED: Text(zh="同意", en="Granted"),
    Verdict.PARTLY: Text(zh="部分同意", en="Partly granted"),
    Verdict.REFUSED: Text(zh="不同意", en="Refused"),
}
_FACES = {
    Faces.BLURRED: Text(
        zh="画面中其他人须经模糊处理，不可辨认。",
        en="Other people in the pictures are made unrecognisable.",
    ),
    Faces.SHOWN: Text(
        zh="依法律文书，画面不作模糊处理。",
        en="By the official letter, the pictures are not made unrecognisable.",
    ),
}
_WORDS = {
    "title": Text(zh="个人信息请求答复书", en="Answer to a request about personal data"),
    "number": Text(zh="编号", en="Number"),
    "received": Text(zh="收到日期", en="Received"),
    "person": Text(zh="请求人", en="Asked by"),
    "unit": Text(zh="单位", en="Unit"),
    "letter": Text(zh="公函编号", en="Official letter"),
    "wish": Text(zh="请求事项", en="Asked for"),
    "institution": Text(zh="机构", en="Institution"),
    "rooms": Text(zh="房间", en="Rooms"),
    "span": Text(zh="时间", en="Time"),
    "purpose": Text(zh="目的", en="Purpose"),
    "basis": Text(zh="法律依据", en="Legal basis"),
    "decided": Text(zh="决定时间", en="Decided"),
    "decision": Text(zh="决定", en="Decision"),
    "reason": Text(zh="理由", en="Reason"),
    "next": Text(zh="如何办理与救济", en="What follows, and your rights"),
    "sign": Text(zh="经办单位（盖章）", en="For the guidance centre (seal)"),
    "receipt": Text(zh="请求人签收及日期", en="Received by, and date"),
    "all_rooms": Text(zh="全部", en="all"),
    "verify": Text(
        zh="扫码登录后可核对本答复书是否由本系统出具。",
        en="Scan and sign in to check that this answer was made by the system.",
    ),
}
_NEXT = {
    True: Text(
        zh="请携带身份证件到托育机构或指导中心办理；录像只在工作人员陪同下查看，"
        "复制件只用于上述目的，不得传播。",
        en="Come with proof of who you are. Recordings are seen together with a member of staff; "
        "a copy is for the purpose above only and must not be passed on.",
    ),
    False: Text(
        zh="对应的录像不再为本请求继续保留，将按规定期限删除。",
        en="The recordings are no longer held for this request and go when their time is over.",
    ),
}
_RIGHTS = Text(
    zh="如有异议，可向指导中心申请复核，可向履行个人信息保护职责的部门投诉、举报"
    "（个人信息保护法第 65 条），也可以依法向人民法院提起诉讼（第 50 条）。",
    en="If you disagree, ask the guidance centre to look again, complain to the authority in "
    "charge of personal data (PIPL art. 65), or go to court (art. 50).",
)


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """All that a written answer says; ``rooms`` is empty for the whole institution."""

    district: Text
    institution: Text
    rooms: tuple[Text, ...]
    request: DataRequest
    particulars: Particulars
    ruling: Text
    verdict: Verdict
    decided: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """A PDF and the hash that is printed on it."""

    content: bytes
    sha256: str


def answer_hash(facts: AnswerFacts) -> str:
    """Return the hash of what an answer says, whatever its language."""
    request = facts.request
    told = {
        "number": request.number,
        "person": facts.particulars.person,
        "letter": facts.particulars.letter,
        "wish": request.wish.value,
        "verdict": facts.verdict.value,
        "faces": request.faces.value,
        "zh": facts.ruling.zh,
        "en": facts.ruling.en,
        "decided": facts.decided.isoformat(),
    }
    return hashlib.sha256(canonical(told).encode("utf-8")).hexdigest()


def render_answer(facts: AnswerFacts, language: Language, address: str) -> WrittenAnswer:
    """Return the answer as a PDF; ``address`` is that of the pages, where it is checked."""
    sha256 = answer_hash(facts)
    data = _sheet(facts, language, f"{address}/verify/{sha256}", sha256)
    return WrittenAnswer(typeset("request_answer.typ", data, facts.decided), sha256)


def _sheet(facts: AnswerFacts, language: Language, where: str, sha256: str) -> dict[str, Any]:
    granted = facts.verdict is not Verdict.REFUSED
    paragraphs = [_NEXT[granted].of(language), _RIGHTS.of(language)]
    if granted and facts.request.wish.footage:
        paragraphs.insert(0, _FACES[facts.request.faces].of(language))
    return {
        "language": language,
        "words": {key: text.of(language) for key, text in _WORDS.items()},
        "district": facts.district.of(language),
        "number": facts.request.number,
        "heading": _heading(facts, language),
        "verdict": VERDICTS[facts.verdict].of(language),
        "tone": "pass" if granted else "fail",
        "reason": facts.ruling.of(language),
        "next": paragraphs,
        "proof": {
            "hashes": [[LABELS["hash"].of(language), sha256]],
            "words": _WORDS["verify"].of(language),
            "address": where,
            "qr": qr_svg(where),
        },
    }


def _heading(facts: AnswerFacts, language: Language) -> list[list[str]]:
    request, told, zone = facts.request, facts.particulars, facts.timezone
    kind = REQUESTERS[request.requester].of(language)
    names = "、" if language == "zh" else ", "
    rows = [
        ("number", request.number),
        ("received", f"{request.received}　{WAYS[request.way].of(language)}"),
        ("person", f"{told.person}　{kind}"),
        ("unit", told.unit),
        ("letter", told.letter),
        ("wish", WISHES[request.wish].of(language)),
        ("institution", facts.institution.of(language)),
        ("rooms", names.join(room.of(language) for room in facts.rooms) or _all(language)),
        ("span", _span(request.start, request.end, zone)),
        ("purpose", told.purpose),
        ("basis", told.basis),
        ("decided", moment(facts.decided, zone)),
    ]
    return [[_WORDS[key].of(language), value] for key, value in rows if value]


def _all(language: Language) -> str:
    return _WORDS["all_rooms"].of(language)


def _span(start: datetime | None, end: datetime | None, zone: str) -> str:
    if start is None or end is None:
        return ""
    return f"{moment(start, zone)} — {moment(end, zone)}"


def rooms_of(names: Sequence[Text]) -> tuple[Text, ...]:
    """Return the names of rooms in the order in which an answer lists them."""
    return tuple(sorted(names, key=lambda name: name.zh))
