"""Pages for people, one file for each noun."""

from fastapi import APIRouter

from monitor.web.pages import (
    account,
    alerts,
    attendance,
    backtest,
    control_room,
    findings,
    inbox,
    inspections,
    institutions,
    labels,
    metrics,
    onsite,
    plans,
    preferences,
    register_books,
    register_sheets,
    registers,
    risk,
    rooms,
    sign_in,
    system,
    templates,
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
    plans.router,  # before the routes that take a number where it has a word
    templates.router,
    metrics.router,
    inspections.router,
    onsite.router,
    findings.router,
    risk.router,
    register_books.router,
    registers.router,
    register_sheets.router,
    attendance.router,
    inbox.router,
    system.router,
    labels.router,
)
