"""What the values of a register are called, for pages and spreadsheets."""

from __future__ import annotations

from enum import StrEnum

from monitor.domain.places import ClassType, NoticeState
from monitor.domain.registers import (
    DrillKind,
    FireCheckKind,
    FireEquipmentKind,
    IncidentKind,
    LogKind,
    PaperKind,
    PlanKind,
    StaffRole,
)
from monitor.domain.text import Text


def _t(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


YES, NO = _t("是", "yes"), _t("否", "no")
CHOICES: dict[type[StrEnum], dict[str, Text]] = {
    PaperKind: {
        PaperKind.NOTICE.value: _t("告知书", "Notice"),
        PaperKind.REGISTRATION.value: _t("登记证照", "registration"),
        PaperKind.FILING.value: _t("备案", "filing"),
        PaperKind.FIRE_CERTIFICATE.value: _t("消防凭证", "fire certificate"),
        PaperKind.FOOD_LICENCE.value: _t("食品经营许可", "food licence"),
        PaperKind.INSURANCE.value: _t("责任保险", "liability insurance"),
    },
    StaffRole: {
        StaffRole.MANAGER.value: _t("负责人", "manager"),
        StaffRole.CARER.value: _t("保育人员", "carer"),
        StaffRole.HEALTH_WORKER.value: _t("保健人员", "health worker"),
        StaffRole.COOK.value: _t("炊事人员", "cook"),
        StaffRole.GUARD.value: _t("保安员", "guard"),
        StaffRole.OTHER.value: _t("其他人员", "other staff"),
    },
    PlanKind: {
        PlanKind.PUBLIC_HEALTH.value: _t("公共卫生", "public health"),
        PlanKind.FIRE.value: _t("火灾", "fire"),
        PlanKind.FIRST_AID.value: _t("急救", "first aid"),
        PlanKind.DISASTER.value: _t("自然灾害", "natural disaster"),
        PlanKind.FOOD_POISONING.value: _t("食物中毒", "food poisoning"),
        PlanKind.STAMPEDE.value: _t("踩踏", "stampede"),
        PlanKind.VIOLENCE.value: _t("暴力", "violence"),
    },
    DrillKind: {
        DrillKind.FIRE.value: _t("消防疏散", "fire evacuation"),
        DrillKind.INTRUDER.value: _t("防暴", "intruder"),
        DrillKind.FIRST_AID.value: _t("急救", "first aid"),
        DrillKind.INFECTION.value: _t("传染病", "infection"),
        DrillKind.EARTHQUAKE.value: _t("地震", "earthquake"),
        DrillKind.OTHER.value: _t("其他演练", "other drill"),
    },
    FireCheckKind: {
        FireCheckKind.EXTINGUISHERS.value: _t("灭火器", "extinguishers"),
        FireCheckKind.LIGHTING.value: _t("应急照明", "emergency lighting"),
        FireCheckKind.DETECTORS.value: _t("探测器", "detectors"),
        FireCheckKind.SYSTEM_TEST.value: _t("年度全面检测", "yearly full test"),
    },
    FireEquipmentKind: {
        FireEquipmentKind.EXTINGUISHER.value: _t("灭火器", "extinguisher"),
        FireEquipmentKind.HYDRANT.value: _t("消火栓", "hydrant"),
        FireEquipmentKind.SMOKE_DETECTOR.value: _t("烟感探测器", "smoke detector"),
        FireEquipmentKind.GAS_ALARM.value: _t("燃气报警器", "gas alarm"),
        FireEquipmentKind.EMERGENCY_LIGHT.value: _t("应急灯", "emergency light"),
        FireEquipmentKind.ESCAPE_MASK.value: _t("逃生面具", "escape mask"),
        FireEquipmentKind.OTHER.value: _t("其他器材", "other equipment"),
    },
    LogKind: {
        LogKind.HEALTH_CHECK.value: _t("晨午检", "health check"),
        LogKind.DISINFECTION.value: _t("消毒", "disinfection"),
        LogKind.FOOD_SAMPLE.value: _t("食品留样", "food sample"),
        LogKind.FIRE_PATROL.value: _t("防火巡查", "fire patrol"),
        LogKind.OUTDOOR.value: _t("户外活动", "outdoor time"),
        LogKind.FACILITY_CHECK.value: _t("设施检查", "facility check"),
    },
    IncidentKind: {
        IncidentKind.INJURY.value: _t("受伤", "injury"),
        IncidentKind.ILLNESS.value: _t("疾病", "illness"),
        IncidentKind.CHOKING.value: _t("噎食", "choking"),
        IncidentKind.STRAY.value: _t("走失", "stray child"),
        IncidentKind.OTHER.value: _t("其他事件", "other incident"),
    },
    ClassType: {
        ClassType.INFANT.value: _t("乳儿班", "infants, 6–12 months"),
        ClassType.TODDLER.value: _t("托小班", "toddlers, 12–24 months"),
        ClassType.OLDER.value: _t("托大班", "older, 24–36 months"),
        ClassType.MIXED.value: _t("混合班", "mixed, from 18 months"),
    },
    NoticeState: {
        NoticeState.APPLYING.value: _t("申请中", "applying"),
        NoticeState.GRANTED.value: _t("已取得", "granted"),
        NoticeState.EXPIRING.value: _t("即将到期", "expiring"),
        NoticeState.RECTIFICATION.value: _t("限期整改", "under rectification"),
        NoticeState.SUSPENDED.value: _t("已暂停", "suspended"),
        NoticeState.CLOSED.value: _t("已终止", "closed"),
    },
}
"""The names of all choices, by their kind and value."""

BOOK_TITLES: dict[str, Text] = {
    "papers": _t("证照", "Papers"),
    "classes": _t("班级与规模", "Classes and scale"),
    "staff": _t("人员", "Staff"),
    "plans": _t("应急预案", "Emergency plans"),
    "drills": _t("演练", "Drills"),
    "fire_checks": _t("消防检查", "Fire checks"),
    "fire_equipment": _t("消防器材", "Fire equipment"),
    "panic_tests": _t("一键报警测试", "Panic-button tests"),
    "logs": _t("每日记录", "Daily records"),
    "incidents": _t("事件", "Incidents"),
    "hazards": _t("隐患整改", "Hazards"),
    "child_months": _t("儿童月度人数", "Monthly counts"),
    "day_exceptions": _t("营业日调整", "Days off and on"),
}
"""The books that an institution keeps, in the order of pages and spreadsheets."""

ALL_TITLES: dict[str, Text] = {
    **BOOK_TITLES,
    "notice_steps": _t("告知书决定", "Decisions on the Notice"),
}
"""The books with the one that only the district writes."""

FIELD_NAMES: dict[str, Text] = {
    "kind": _t("种类", "Kind"),
    "number": _t("编号", "Number"),
    "issued": _t("签发日期", "Issued"),
    "expires": _t("到期日", "Expires"),
    "id": _t("班级编号", "Class id"),
    "name_zh": _t("中文名称", "Name in Chinese"),
    "name_en": _t("英文名称", "Name in English"),
    "class": _t("班型", "Age class"),
    "enrolled": _t("在册人数", "Enrolled"),
    "room": _t("活动室编号", "Room id"),
    "capacity": _t("核定人数", "Approved capacity"),
    "carers": _t("保育人员数", "Carers on duty"),
    "name": _t("姓名", "Name"),
    "role": _t("岗位", "Post"),
    "certificate_number": _t("资格证书编号", "Certificate number"),
    "certificate_expires": _t("资格证书到期日", "Certificate expires"),
    "health_certificate_expires": _t("健康证到期日", "Health certificate expires"),
    "criminal_check": _t("违法犯罪记录查询日期", "Criminal-record check"),
    "first_aid_training": _t("急救培训日期", "First-aid training"),
    "handles_food": _t("接触食品", "Handles food"),
    "left": _t("离职日期", "Left"),
    "ban_check": _t("终身禁业名单查询日期", "Lifetime-ban list check"),
    "banned": _t("查询结果为禁止从业", "Barred by a check"),
    "version": _t("修订日期", "Revised"),
    "review_due": _t("下次评审日期", "Next review"),
    "held": _t("演练日期", "Held"),
    "attended": _t("参加人数", "Attended"),
    "note": _t("备注", "Note"),
    "nth": _t("当日第几次", "Which of that day"),
    "done": _t("日期", "Day"),
    "passed": _t("合格", "Passed"),
    "place": _t("位置", "Place"),
    "checked": _t("最近检查日期", "Last checked"),
    "removed": _t("停用日期", "Out of use"),
    "connected": _t("已接通", "Answered"),
    "day": _t("日期", "Day"),
    "done_by": _t("记录人", "Done by"),
    "amount": _t("数量或分钟", "Count or minutes"),
    "summary": _t("概述", "Summary"),
    "guardian_told": _t("已告知监护人", "Guardian told"),
    "reported": _t("已上报", "Reported"),
    "opened": _t("发现日期", "Found"),
    "due": _t("整改期限", "Due"),
    "closed": _t("完成日期", "Closed"),
    "item": _t("检查项目编号", "Checklist item"),
    "month": _t("月份（当月任一日）", "Month (any day of it)"),
    "entered": _t("新入托人数", "Entered"),
    "entry_complete": _t("入托查验齐全人数", "Entry checks complete"),
    "absences": _t("缺勤人次", "Absences"),
    "absences_explained": _t("已追踪缺勤人次", "Absences followed up"),
    "open": _t("营业", "Open"),
    "decided": _t("决定日期", "Decided"),
    "state": _t("状态", "State"),
    "reason": _t("理由", "Reason"),
}
"""Headings of columns and labels of fields."""
