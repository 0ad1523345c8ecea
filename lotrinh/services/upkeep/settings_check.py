"""Everything that the settings name, looked up before anything is started: all that is wrong with it, at once."""

from collections.abc import Iterator
from pathlib import Path

from lotrinh.errors import BadInput, LotrinhError, NotFound, Problem
from lotrinh.services.campaigns.campaigns import open_campaign, open_campaign_of_files
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.services.notify.receivers import receiver_problems
from lotrinh.settings.models import Settings
from lotrinh.store import Store


def settings_problems(store: Store | None, settings: Settings, home: Path | None) -> Iterator[Problem]:
    """Find what is wrong with province, roster, receivers, webhooks and campaigns; ``home`` is the settings' folder.

    Campaigns are opened as the database says, without one as their files say.
    """
    try:
        known = open_roster(settings)
    except BadInput as error:
        yield from error.problems
        return
    except NotFound as error:
        yield Problem("province", 0, 0, error.sentence)
        return
    yield from receiver_problems(settings, known)
    for name in (campaign.id for campaign in settings.campaigns):
        try:
            if store:
                open_campaign(store, settings, name, home=home)
            else:
                open_campaign_of_files(settings, name, home=home)
        except BadInput as error:
            yield from error.problems
        except LotrinhError as error:
            yield Problem(f"campaigns.{name}", 0, 0, error.sentence)
