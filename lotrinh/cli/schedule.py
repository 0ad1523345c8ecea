"""lotrinh schedule: when a campaign runs by itself, and changing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

import click

from lotrinh.cli.base import Group, open_settings, option, print_message, settings_option
from lotrinh.core.text import M
from lotrinh.i18n import say

if TYPE_CHECKING:
    from lotrinh.core.notify.schedules import CampaignSchedule
    from lotrinh.services.campaigns.campaigns import Campaign
    from lotrinh.services.campaigns.schedules import EffectiveSchedule
    from lotrinh.settings.models import Settings
    from lotrinh.store import Store

SHOWN = 5


class ScheduledCampaign(NamedTuple):
    """A campaign with its record."""

    settings: "Settings"
    store: "Store"
    campaign: "Campaign"

    @property
    def effective(self) -> "EffectiveSchedule":
        """The schedule that holds."""
        from lotrinh.services.campaigns.schedules import effective_schedule

        return effective_schedule(self.store, self.settings, self.campaign.id)

    def change(self, new: "CampaignSchedule | None") -> None:
        """Let another schedule hold, and show it."""
        from lotrinh.clock import now
        from lotrinh.core.status.actors import CONSOLE
        from lotrinh.services.campaigns.schedules import change_schedule

        if not change_schedule(self.store, self.settings, self.campaign, new, self.effective.version, CONSOLE, now()):
            print_message(M("Lịch không có gì thay đổi."))
        self.show()

    def show(self) -> None:
        """Print the schedule in words, as cron, and the next runs."""
        from lotrinh.clock import now
        from lotrinh.core.notify.schedules import cron_words, schedule_words
        from lotrinh.services.campaigns.schedules import UNREAD, next_checks, next_report

        schedule, changed, unread = self.effective
        click.echo(say(schedule_words(schedule)))
        for name, value in asdict(schedule).items():
            written = f'"{value}"' if isinstance(value, str) else str(value).lower()
            click.echo(f"  {name} = {written}")
        if schedule.report:
            when = next_report(schedule, self.campaign, now()) or "—"
            click.echo(say(M("Báo cáo: {words}; lần tới {when}", words=cron_words(schedule.report), when=when)))
        for tick in next_checks(schedule, self.campaign, now(), SHOWN):
            click.echo(f"{tick.at:%Y-%m-%d %H:%M} {self.campaign.zone.key}")
        if unread:
            print_message(UNREAD)
        elif changed:
            print_message(M("Văn phòng đã đổi lịch này lúc {when}; lịch trong tệp cấu hình không dùng.",
                   when=changed.changed_at.astimezone(self.campaign.zone)))  # fmt: skip


@contextmanager
def open_scheduled(campaign: str, settings: str | None) -> Iterator[ScheduledCampaign]:
    """Open a campaign and the record."""
    from lotrinh.cli.checks import run_check

    loaded = open_settings(settings)
    with run_check.open_recorded_campaign(loaded, campaign) as (store, found):
        yield ScheduledCampaign(loaded.settings, store, found)


@click.group("schedule", cls=Group, help="Lịch chạy của một đợt: xem, đổi, tạm dừng.")
def schedule_group() -> None:
    """Hold the commands on schedules."""


@schedule_group.command("show", help="Xem lịch đang dùng và các lượt tới.")
@click.argument("campaign", metavar="CAMPAIGN")
@settings_option()
def schedule_show_command(campaign: str, settings: str | None) -> None:
    """Print the schedule that holds."""
    with open_scheduled(campaign, settings) as found:
        found.show()


@schedule_group.command("set", help="Đổi lịch; mục nào không nêu thì giữ nguyên.")
@click.argument("campaign", metavar="CAMPAIGN")
@option("--cron", help='Khi nào kiểm tra, ví dụ "0 7 * * *"; trống: chỉ khi có người bấm.')
@option("--last-week", help="Thay cho lịch trên trong bảy ngày trước ngày gốc; trống: như thường.")
@option("--report", help="Khi nào gửi báo cáo cho văn phòng; trống: không gửi.")
@option("--skip-days-off/--every-day", "skip_days_off", default=None, help="Không chạy / có chạy vào ngày nghỉ.")
@option("--reset", is_flag=True, help="Trở về lịch trong tệp cấu hình.")
@settings_option()
def schedule_set_command(campaign: str, settings: str | None, *, reset: bool, **options: str | bool | None) -> None:
    """Change what is named; all that is wrong is said at once and nothing is changed."""
    from dataclasses import replace

    from lotrinh.services.campaigns.schedules import parse_schedule

    with open_scheduled(campaign, settings) as found:
        named = {name: value for name, value in options.items() if value is not None}
        content = parse_schedule(named)
        found.change(None if reset else replace(found.effective.schedule, **{n: getattr(content, n) for n in named}))


@schedule_group.command("pause", help="Tạm dừng: không tự chạy, không nhắc việc, không tự gửi báo cáo.")
@click.argument("campaign", metavar="CAMPAIGN")
@settings_option()
def schedule_pause_command(campaign: str, settings: str | None) -> None:
    """Pause a campaign."""
    _set_paused(campaign, settings, paused=True)


@schedule_group.command("resume", help="Chạy lại theo lịch.")
@click.argument("campaign", metavar="CAMPAIGN")
@settings_option()
def schedule_resume_command(campaign: str, settings: str | None) -> None:
    """Let a paused campaign run again."""
    _set_paused(campaign, settings, paused=False)


def _set_paused(campaign: str, settings: str | None, *, paused: bool) -> None:
    from dataclasses import replace

    with open_scheduled(campaign, settings) as found:
        found.change(replace(found.effective.schedule, paused=paused))
