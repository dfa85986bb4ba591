"""Pages for people, one file for each noun."""

from fastapi import APIRouter

from monitor.web.pages import (
    account,
    alerts,
    backtest,
    control_room,
    findings,
    inbox,
    inspections,
    institutions,
    labels,
    onsite,
    preferences,
    risk,
    rooms,
    sign_in,
    system,
)

ROUTERS: tuple[APIRouter, ...] = (
    sign_in.router,
    preferences.router,
    account.router,
    control_room.router,
    alerts.router,
    backtest.router,
    institutions.router,
    rooms.router,
    inspections.router,
    onsite.router,
    findings.router,
    risk.router,
    inbox.router,
    system.router,
    labels.router,
)
