"""Accounts: made, read, changed, given a new password, erased."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from app.domain.access import Nobody, Operator, Role, SignedIn
from app.domain.accounts import (
    Account,
    Settings,
    changed,
    email_errors,
    normalised_email,
    settings_errors,
    tidied,
)
from app.domain.errors import DatabaseUnavailable, Invalid, NotFound, Refusal
from app.domain.ids import AccountId, uuid7
from app.domain.limits import PASSWORD_RESET_MAILS, Standing
from app.domain.sessions import PasswordWrong, ResetRefused
from app.security.password_rules import check_password, password_errors
from app.security.tokens import PASSWORD_RESET_LIFETIME, TokenKind, fingerprint, kind_of, new_token
from app.services import letters
from app.services.granting import end_all_held
from app.services.guessing import prove, prove_again, subject_of
from app.services.parts import Parts
from app.storage.logins import Login, NewLogin
from app.storage.work import Work

_log: Final = structlog.get_logger()


async def sign_up(  # noqa: PLR0913 - what an account is made of
    parts: Parts, who: Nobody | Operator, *, email: str, password: str, role: Role, settings: Settings
) -> Account:
    """The new account; refuses with Invalid, naming every fault, and with EmailTaken."""
    at = parts.clock()
    address, tidy = normalised_email(email), tidied(settings)
    errors = [
        *email_errors(address),
        *password_errors(password, known=[address]),
        *settings_errors(tidy, this_year=at.year),
    ]
    if errors:
        raise Invalid(errors)
    new = NewLogin(
        id=AccountId(uuid7(at, parts.chance(10))),
        email=address,
        role=role,
        settings=tidy,
        password_hash=await parts.passwords.hash(password),
        epoch=f"e{parts.chance(6).hex()}",
        created_at=at,
    )
    return await parts.database.write(who, lambda work: work.logins.add(new))


async def read_me(parts: Parts, access: SignedIn) -> Account:
    """The own account."""
    return await parts.database.read(access, lambda work: work.accounts.own())


async def change_me(parts: Parts, access: SignedIn, changes: Mapping[str, Any]) -> Account:
    """The account with the named settings changed; refuses with Invalid."""
    this_year = parts.clock().year

    def change(work: Work) -> Account:
        account = changed(work.accounts.own(to_change=True), changes, this_year=this_year)
        work.accounts.change(account)
        return account

    return await parts.database.write(access, change)


async def change_password(
    parts: Parts, access: SignedIn, visitor: Nobody, *, current_password: str, new_password: str
) -> tuple[Standing, ...]:
    """Sets a new password and ends all other sessions; refuses with Invalid, PasswordWrong and LimitReached.

    Answers how the caller stands with the limits on guessing.
    """
    account = await read_me(parts, access)
    check_password(new_password, pointer="/new_password", known=[account.email])
    proof = await prove(parts, visitor, account.email, current_password, refusal=PasswordWrong)
    new_hash = await parts.passwords.hash(new_password)
    at = parts.clock()

    def change(work: Work) -> None:
        prove_again(parts, work, proof, at)
        if not work.accounts.set_password(new_hash, instead_of=proof.login.password_hash):
            raise PasswordWrong
        work.sessions.end_others()

    await parts.database.write(access, change)
    return proof.standings


async def erase(parts: Parts, access: SignedIn, visitor: Nobody, *, password: str) -> tuple[Standing, ...]:
    """Deletes the account with its diary, sessions and all else; refuses with PasswordWrong and LimitReached.

    Where no note can be kept of it for a restore, nothing is deleted: StorageFull or DatabaseUnavailable. Answers how
    the caller stands with the limits on guessing.
    """
    account = await read_me(parts, access)
    proof = await prove(parts, visitor, account.email, password, refusal=PasswordWrong)
    at = parts.clock()

    def erase_all(work: Work) -> None:
        prove_again(parts, work, proof, at)
        if access.role is Role.CLINICIAN:
            end_all_held(parts, work, at)
        if not work.accounts.erase(password_hash=proof.login.password_hash):
            raise PasswordWrong
        work.guesses.forget(proof.guesser.subject)

    await asyncio.to_thread(parts.erasures.intend, access.account_id)
    try:
        await parts.database.write(access, erase_all)
    except DatabaseUnavailable:  # nobody knows whether it was done: the intention stays
        raise
    except Refusal:
        await _settled(parts.erasures.withdraw, access.account_id)
        raise
    await _settled(parts.erasures.note, access.account_id)
    await _overwritten(parts)
    return proof.standings


async def _settled(settle: Callable[[AccountId], None], account: AccountId) -> None:
    """Where it fails, the intention stays, and a restore goes by that until the upkeep settles it."""
    try:
        await asyncio.to_thread(settle, account)
    except OSError as failure:
        _log.error("erasure-not-settled", exc_info=failure)


async def _overwritten(parts: Parts) -> None:
    """What was erased goes from the disk too; where that fails now, the upkeep or the end of the service does it."""
    try:
        emptied = await parts.database.empty_log()
    except Refusal:
        emptied = False
    if not emptied:
        _log.warning("erasure-not-overwritten-yet")


async def settle_erasures(parts: Parts) -> int:
    """Notes or withdraws the intentions that were left behind, and says how many; refuses with DatabaseUnavailable."""
    if not await asyncio.to_thread(parts.erasures.has_left_behind):
        return 0
    operator = Operator(reason="settle-erasures")
    present = await parts.database.write(operator, lambda work: work.logins.ids())
    return await asyncio.to_thread(parts.erasures.settle, present)


async def request_reset(parts: Parts, visitor: Nobody, email: str) -> None:
    """Mails a token to the holder of the address, if there is one and a mail server to send it with.

    Meant to run after the answer was given: the time it takes tells whether there is an account.
    """
    mailer, limits = parts.mailer, parts.limits
    if mailer is None:
        return
    address, at = normalised_email(email), parts.clock()
    login = await parts.database.read(visitor, lambda work: work.logins.find(address))
    if login is None or (limits and not limits.standing(PASSWORD_RESET_MAILS, login.account.id).allowed):
        return
    if limits:
        limits.count(PASSWORD_RESET_MAILS, login.account.id)
    account, token = login.account.key, new_token(TokenKind.PASSWORD_RESET, parts.chance)
    expires_at = at + PASSWORD_RESET_LIFETIME
    await parts.database.write(
        visitor,
        lambda work: work.logins.add_reset(account, fingerprint(token), now=at, expires_at=expires_at),
    )
    mailer.send(letters.password_reset(parts.public_url, address, token))


async def confirm_reset(parts: Parts, visitor: Nobody, *, token: str, new_password: str) -> None:
    """Sets a new password by the token of a mail and ends all sessions; refuses with ResetRefused and Invalid."""
    if kind_of(token) is not TokenKind.PASSWORD_RESET:
        raise ResetRefused
    its_fingerprint, at = fingerprint(token), parts.clock()
    login = await parts.database.read(visitor, lambda work: work.logins.of_reset(its_fingerprint, at))
    if login is None:
        raise ResetRefused
    check_password(new_password, pointer="/new_password", known=[login.account.email])
    new_hash = await parts.passwords.hash(new_password)

    def reset(work: Work) -> None:
        holder = work.logins.of_reset(its_fingerprint, at, to_use=True)
        if holder is None:
            raise ResetRefused
        _set_password(parts, work, holder, new_hash)

    await parts.database.write(visitor, reset)


async def set_password(parts: Parts, operator: Operator, *, email: str, new_password: str) -> None:
    """Sets a new password at the operator's command and ends all sessions; refuses with NotFound and Invalid."""
    address = normalised_email(email)
    check_password(new_password, known=[address])
    new_hash = await parts.passwords.hash(new_password)

    def reset(work: Work) -> None:
        login = work.logins.find(address)
        if login is None:
            raise NotFound
        _set_password(parts, work, login, new_hash)

    await parts.database.write(operator, reset)


def _set_password(parts: Parts, work: Work, login: Login, new_hash: str) -> None:
    """Guesses at the old password no longer count."""
    work.logins.set_password(login.account.key, new_hash)
    work.logins.end_sessions(login.account.key)
    work.guesses.forget(subject_of(parts, login.account.email))
