"""Who wrote an entry of a campaign's journal, in words."""

from lotrinh.core.status import actors
from lotrinh.core.status.actors import SAMPLE, SHEETS
from lotrinh.core.text import Message
from lotrinh.services.campaigns.campaigns import Campaign

__all__ = ["SAMPLE", "SHEETS", "campaign_actor_name"]


def campaign_actor_name(actor: str, campaign: Campaign) -> Message | str:
    """Name an actor of a campaign: a unit by its name, whether its people or its own software spoke."""
    return actors.actor_name(actor, campaign.by_code)
