"""The limits of asking, as the settings give them: for checks, deliveries and the doctor alike."""

from lotrinh.probing.options import HttpOptions
from lotrinh.settings.models import Settings


def http_options(settings: Settings) -> HttpOptions:
    """Turn the settings into the prober's options."""
    http = settings.http
    return HttpOptions(
        connect_seconds=http.connect_seconds,
        total_seconds=http.total_seconds,
        tries=http.tries,
        retry_after_seconds=http.retry_after_seconds,
        body_bytes=http.body_bytes,
        shards=http.shards,
        per_shard=http.per_shard,
        per_host=http.per_host,
        allow_networks=http.allow_networks,
        allow_hosts=http.allow_hosts,
        own_origin=settings.portal.origin,
        ca_file=http.ca_file,
    )
