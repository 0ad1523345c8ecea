"""lotrinh outbox: what was sent, what waits, and what somebody has to look at."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import click

from lotrinh.cli.base import Group, open_settings, option, print_message, print_problems, settings_option
from lotrinh.core.text import M
from lotrinh.errors import BadInput, LotrinhError, Problem
from lotrinh.i18n import say

if TYPE_CHECKING:
    from datetime import datetime

    from lotrinh.core.text import Message as Sentence
    from lotrinh.settings.models import Settings
    from lotrinh.store import Store
    from lotrinh.store.outbox import OutboxMessage

STATES = ("waiting", "sending", "unclear", "failed", "sent", "dropped")
SHOWN, MOST = 200, 1_000_000


@click.group("outbox", cls=Group, help="Hộp tin gửi đi: tin chờ gửi, không gửi được, không rõ đã gửi chưa.")
def outbox_group() -> None:
    """Hold the commands on the outbox."""


@outbox_group.command("list", help="Liệt kê các tin mới nhất, cách nhau bằng tab.")
@option("--state", type=click.Choice(STATES), help="Chỉ những tin ở tình trạng này.")
@settings_option()
def outbox_list_command(state: str | None, settings: str | None) -> None:
    """Print number, moment, receiver, channel, masked address, state and problem, tab between them."""
    from lotrinh.clock import now
    from lotrinh.store import open_store

    chosen = open_settings(settings).settings
    with open_store(chosen.database_url) as store:
        _print_messages(store, chosen, store.outbox.newest((state,) if state else (), SHOWN), now())


def _print_messages(store: "Store", settings: "Settings", messages: "Sequence[OutboxMessage]", now: "datetime") -> None:
    from lotrinh.reports.text.tables import clean
    from lotrinh.services.notify.outbox import describe_states
    from lotrinh.services.notify.receivers import mask_receiver

    state_words = describe_states(store, settings, messages, now)
    for message in messages:
        at = message.created_at.astimezone(ZoneInfo(settings.timezone)).strftime("%Y-%m-%d %H:%M")
        where = mask_receiver(settings, message.channel, message.content["to"])
        words = (message.receiver, message.kind, message.channel, where, say(state_words[message.id]), message.problem)
        click.echo("\t".join((str(message.id), at, *map(clean, words))))


def _message_options(command: Callable[..., int]) -> Callable[..., int]:
    """Let a command be told which messages: by number, or all of which nobody knows whether they went out."""
    numbers = click.argument("numbers", metavar="[NUMBER]...", type=int, nargs=-1)
    everything = option("--all-unclear", is_flag=True, help="Mọi tin không rõ đã gửi chưa: in ra trước, rồi hỏi.")
    yes = option("--yes", is_flag=True, help="Làm ngay, không hỏi.")
    return numbers(everything(yes(settings_option()(command))))


@outbox_group.command(
    "retry", help="Cho gửi ngay những tin đang chờ; gửi lại những tin không gửi được, hoặc không rõ đã gửi chưa."
)
@_message_options
def outbox_retry_command(numbers: tuple[int, ...], all_unclear: bool, yes: bool, settings: str | None) -> int:  # noqa: FBT001 - a command's options
    """Let messages be sent again by the next go."""
    from lotrinh.services.notify import outbox as service

    selection = MessageSelection(numbers, all_unclear, yes)
    action = MessageAction(
        service.retry_message,
        service.why_no_retry,
        M("Cho gửi lại {count} tin trên?"),
        M("Tin {number} được gửi ở lượt tới. Gửi ngay thì chạy: lotrinh send"),
    )
    return _apply(selection, action, settings)


@outbox_group.command("drop", help="Bỏ những tin chưa gửi, không gửi nữa.")
@_message_options
def outbox_drop_command(numbers: tuple[int, ...], all_unclear: bool, yes: bool, settings: str | None) -> int:  # noqa: FBT001 - as above
    """Never send messages."""
    from lotrinh.services.notify import outbox as service

    selection = MessageSelection(numbers, all_unclear, yes)
    action = MessageAction(
        service.drop_message,
        lambda *_: None,
        M("Bỏ {count} tin trên?"),
        M("Đã bỏ tin {number}."),
        asks_about_unclear=False,
    )
    return _apply(selection, action, settings)


class MessageSelection(NamedTuple):
    """Which messages were asked for."""

    numbers: tuple[int, ...]
    all_unclear: bool
    yes: bool


class MessageAction(NamedTuple):
    """What is done with messages: how, why not with one, and in which words it is asked and told."""

    do: "Callable[[Store, int, datetime, int | None], None]"
    objection: "Callable[[OutboxMessage, datetime], Sentence | None]"
    question: M
    done_sentence: M
    asks_about_unclear: bool = True
    """Whether what is unclear is shown and asked about, though its number was given: it may have become so since."""


def _apply(selection: MessageSelection, action: MessageAction, settings: str | None) -> int:
    """Do it with each message, whatever becomes of the others; return the exit code."""
    from lotrinh.clock import now
    from lotrinh.store import open_store

    if bool(selection.numbers) == selection.all_unclear:
        raise BadInput([Problem("outbox", 0, 0, M("Hãy ghi số của các tin, hoặc chỉ --all-unclear."))])
    chosen = open_settings(settings).settings
    local, problems = now().astimezone(ZoneInfo(chosen.timezone)), list[Problem]()
    with open_store(chosen.database_url) as store:
        for number, tries in _select(store, chosen, selection, action, local):
            try:
                action.do(store, number, local, tries)
                print_message(M(action.done_sentence.msgid, number=number))
            except LotrinhError as error:
                problems.append(Problem(str(number), 0, 0, error.sentence))
    print_problems(problems)
    return 2 if problems else 0


def _select(
    store: "Store", settings: "Settings", selection: MessageSelection, action: MessageAction, local: "datetime"
) -> list[tuple[int, int | None]]:
    """Return the numbers, each with the tries that were seen; what is unclear is among them where somebody agrees."""
    from lotrinh.store.outbox import UNCLEAR

    messages = {number: store.outbox.get(number) for number in selection.numbers}
    if selection.all_unclear:
        found = list(store.outbox.newest((UNCLEAR,), MOST)[::-1])
    else:
        found = [m for m in messages.values() if m and action.asks_about_unclear and m.state == UNCLEAR]
    named = [(number, m and m.tries) for number, m in messages.items() if m not in found]
    return named + (
        _confirm(store, settings, found, selection, action, local) if found or selection.all_unclear else []
    )


def _confirm(
    store: "Store",
    settings: "Settings",
    found: "Sequence[OutboxMessage]",
    selection: MessageSelection,
    action: MessageAction,
    local: "datetime",
) -> list[tuple[int, int | None]]:
    """Show what it would be done with, and what not; return numbers and tries where somebody agrees."""
    fit = list[tuple[int, int | None]]()
    _print_messages(store, settings, found, local)
    for message in found:
        if sentence := action.objection(message, local):
            print_problems([Problem(str(message.id), 0, 0, sentence)])
        else:
            fit.append((message.id, message.tries))
    if not fit:
        print_message(M("Không có tin nào để làm."))
    elif not selection.yes and not sys.stdin.isatty():
        print_message(M("Chưa làm gì với {count} tin. Nếu bảng trên đúng, hãy chạy lại với --yes.", count=len(fit)))
    elif selection.yes or click.confirm(say(M(action.question.msgid, count=len(fit))), err=True):
        return fit
    return []
