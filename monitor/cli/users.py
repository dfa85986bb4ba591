"""``monitor user``: who may sign in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Annotated, Any

import typer

from monitor.cli.accounts_changed import put_down
from monitor.cli.language import language_named
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json, print_rows
from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.opening import open_store
from monitor.store.base import Database
from monitor.store.second_factors import SecondFactors
from monitor.store.session_repository import SessionRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser, User

group = typer.Typer(help="People who may sign in.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What the person types to sign in.")]

_ENTERED = Text("新建账号", "account entered")
_PASSWORD = Text("重设密码", "account given a new password")
_KEPT_OUT = Text("停用账号", "account closed")
_LET_IN = Text("启用账号", "account opened")
_ROLE = Text("更改角色与范围", "role and scope of the account changed")
_FACTOR = Text("重置第二步验证", "second factor of the account reset")
_LINK = Text("生成一次性登录链接", "one-time sign-in link made")


@group.command("add")
def add(
    name: Name,
    config: ConfigFile,
    role: Annotated[Role, typer.Option(help="What the person does.")] = Role.OPERATOR,
    display_name: Annotated[str, typer.Option("--name", help="Name shown to others.")] = "",
    unit: Annotated[str, typer.Option(help="Organisation the person belongs to.")] = "",
    institution: Annotated[str, typer.Option(help="Limit to one institution (its id).")] = "",
    community: Annotated[str, typer.Option(help="Limit to one community (its name).")] = "",
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Enter a person; asks for a password unless `--password-stdin` is given.

    Example: `monitor user add wang --role operator --name 王 -c configs/district.yaml`
    """
    environment = Environment.load(config)
    scope = _scope(environment, role, institution, community)
    new = NewUser(
        name=name,
        display_name=display_name or name,
        role=role,
        scope=scope,
        unit=unit,
        language=language_named(language),
        must_change_password=False,
    )
    password = _password(password_stdin)
    with closing(open_store(environment)) as database:
        user = UserRepository(database).create(new, password, utc_now(SystemClock()))
        where = f"{scope.kind.value} {scope.id}".strip()
        _put_down(database, user, _ENTERED, role=role.value, scope=where)
    if as_json:
        print_json(_shown(user))
    else:
        typer.echo(f"{user.name} may sign in as {user.role.value}")


@group.command("list")
def list_users(config: ConfigFile, as_json: JsonFlag = False) -> None:
    """List the people who may sign in.

    Example: `monitor user list -c configs/district.yaml`
    """
    with closing(open_store(Environment.load(config))) as database:
        users = UserRepository(database).list(DISTRICT)
    columns = ("name", "display_name", "role", "scope", "unit", "language", "active")
    print_rows(columns, [_shown(user) for user in users], as_json=as_json)


@group.command("password")
def password(
    name: Name,
    config: ConfigFile,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Give a person a new password; all their sessions end.

    Example: `monitor user password wang -c configs/district.yaml`
    """
    with closing(open_store(Environment.load(config))) as database:
        users = UserRepository(database)
        user = _known(users, name)
        users.set_password(user.id, _password(password_stdin))
        _put_down(database, user, _PASSWORD)
    typer.echo(f"{user.name} has a new password")


@group.command("disable")
def disable(name: Name, config: ConfigFile) -> None:
    """End a person's sessions and let them sign in no more.

    Example: `monitor user disable wang -c configs/district.yaml`
    """
    with closing(open_store(Environment.load(config))) as database:
        users = UserRepository(database)
        user = _known(users, name)
        users.set_active(user.id, active=False)
        _put_down(database, user, _KEPT_OUT)
    typer.echo(f"{user.name} can no longer sign in")


@group.command("enable")
def enable(name: Name, config: ConfigFile) -> None:
    """Let a person sign in again.

    Example: `monitor user enable wang -c configs/district.yaml`
    """
    with closing(open_store(Environment.load(config))) as database:
        users = UserRepository(database)
        user = _known(users, name)
        users.set_active(user.id, active=True)
        _put_down(database, user, _LET_IN)
    typer.echo(f"{user.name} can sign in again")


@group.command("role")
def role(
    name: Name,
    config: ConfigFile,
    role: Annotated[Role, typer.Option(help="What the person does.")],
    institution: Annotated[str, typer.Option(help="Limit to one institution (its id).")] = "",
    community: Annotated[str, typer.Option(help="Limit to one community (its name).")] = "",
) -> None:
    """Change what a person may do and see; their sessions and tokens end.

    Example: `monitor user role wang --role inspector --community 梅园街道 -c configs/district.yaml`
    """
    environment = Environment.load(config)
    scope = _scope(environment, role, institution, community)
    with closing(open_store(environment)) as database:
        users = UserRepository(database)
        user = _known(users, name)
        users.set_role(user.id, role, scope)
        where = f"{scope.kind.value} {scope.id}".strip()
        _put_down(database, users.get(user.id), _ROLE, role=role.value, scope=where)
    typer.echo(f"{user.name} is now {role.value} for {where}")


@group.command("reset-second-factor")
def reset_second_factor(name: Name, config: ConfigFile) -> None:
    """Forget a person's second factor, because the phone is lost; their sessions end.

    Example: `monitor user reset-second-factor wang -c configs/district.yaml`
    """
    environment = Environment.load(config)
    with closing(open_store(environment)) as database:
        user = _known(UserRepository(database), name)
        SecondFactors(database, environment.secret()).remove(user.id)
        SessionRepository(database).revoke_all(user.id)
        _put_down(database, user, _FACTOR)
    typer.echo(f"{user.name} signs in by password alone until a second factor is set up anew")


@group.command("link")
def link(name: Name, config: ConfigFile) -> None:
    """Print a path that signs a person in once, within an hour: for a forgotten password.

    Example: `monitor user link wang -c configs/district.yaml`
    """
    with closing(open_store(Environment.load(config))) as database:
        user = _known(UserRepository(database), name)
        token = SessionRepository(database).new_link(user.id, utc_now(SystemClock()))
        _put_down(database, user, _LINK)
    typer.echo(f"/sign-in/once/{token}")


def _put_down(database: Database, user: User, done: Text, **what: str) -> None:
    put_down(database, done, user.scope, {"account": user.name, **what})


def _known(users: UserRepository, name: str) -> User:
    user = users.find(name)
    if user is None:
        raise NotFoundError(
            Text(f"没有用户“{name}”", f"there is no user '{name}'"),
            hint=Text(
                "monitor user list 列出现有用户", "'monitor user list' names those there are"
            ),
        )
    return user


def _scope(environment: Environment, role: Role, institution: str, community: str) -> Scope:
    if institution and community:
        raise InputError(
            Text(
                "--institution 与 --community 只写其中一个",
                "give --institution or --community, not both",
            )
        )
    if institution:
        known = [item.id for item in environment.district.institutions]
        _must_be_known("--institution", Text("机构", "institution"), institution, known)
        return Scope(ScopeKind.INSTITUTION, institution)
    if community:
        communities = sorted(
            {item.community for item in environment.district.institutions if item.community}
        )
        _must_be_known("--community", Text("街道", "community"), community, communities)
        return Scope(ScopeKind.COMMUNITY, community)
    if role is Role.INSTITUTION:
        raise InputError(
            Text("角色 institution 要写明是哪个机构", "role 'institution' needs to know which one"),
            hint=Text("加上 --institution 及其编号", "add --institution with its id"),
        )
    return DISTRICT


def _must_be_known(option: str, kind: Text, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise NotFoundError(
            Text(f"没有{kind.zh}“{name}”", f"there is no {kind.en} '{name}'"),
            where=option,
            hint=Text(
                f"现有：{'、'.join(known[:10]) or '还没有'}",
                f"known: {', '.join(known[:10]) or 'none yet'}",
            ),
        )


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    chosen: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return chosen


def _shown(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "display_name": user.display_name,
        "role": user.role.value,
        "scope": f"{user.scope.kind.value} {user.scope.id}".strip(),
        "unit": user.unit,
        "language": user.language,
        "active": user.active,
    }
