"""What can be set. Every key, its default and what it means; ``docs/settings.md`` is checked against this."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from lotrinh.settings.kinds import TOKEN_CHARACTERS, Cron, Day, File, HookUrl, Hours, Id, Key, Network, Port, Zone


class SettingsTable(BaseModel):
    """A table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DatabaseSettings(SettingsTable):
    """Where the database is kept."""

    url: SecretStr = Field(SecretStr(""), description="SQLAlchemy address; empty: lotrinh.db in the data folder.")


class HttpSettings(SettingsTable):
    """How units are asked; the budgets are those a commune's server can bear."""

    connect_seconds: float = Field(3.0, gt=0, description="Longest wait for a connection.")
    total_seconds: float = Field(8.0, gt=0, description="Longest time for one unit, both tries together.")
    tries: int = Field(2, ge=1, le=2, description="Tries for one unit in one run.")
    retry_after_seconds: float = Field(30.0, ge=0, description="Longest Retry-After that is honoured.")
    body_bytes: int = Field(256_000, ge=1_000, description="Largest answer.")
    shards: int = Field(10, ge=1, description="HTTP clients side by side.")
    per_shard: int = Field(10, ge=1, description="Connections of each client.")
    per_host: int = Field(1, ge=1, description="Questions to one host at a time.")
    allow_networks: tuple[Network, ...] = Field((), description="Inside networks where status addresses may lie.")
    allow_hosts: tuple[str, ...] = Field((), description="Host names (and what ends in them) that may lie inside.")
    ca_file: str = Field("", description="Certificates of the office's own authority (PEM).")


class PrefectSettings(SettingsTable):
    """The Prefect server that schedules and shows runs."""

    api_url: str = Field("http://127.0.0.1:4200/api", description="Its API; empty: never use Prefect.")
    auth_string: SecretStr = Field(SecretStr(""), description="user:password of the server, if it has one.")


class PortalSettings(SettingsTable):
    """Our own portal: the status and the confirmations of units without their own software."""

    host: str = Field("127.0.0.1", description="Address it listens on.")
    port: Port = Field(8600, description="Port it listens on.")
    public_url: str = Field("", description="Its address as the checker sees it; empty: http://host:port.")
    public_notes: bool = Field(
        default=True, description="Whether anybody may read notes and documents in the status of a unit."
    )
    public_calendars: bool = Field(
        default=True,
        description="Whether anybody may read calendar feeds; else only who is signed in and may see them.",
    )
    metrics: Literal["loopback", "token", "off"] = Field(
        "loopback", description="Who may read /metrics: programs on this machine, whoever has the token, nobody."
    )
    metrics_token: SecretStr = Field(SecretStr(""), description="The token, at least 20 characters.")

    @property
    def is_token_guessable(self) -> bool:
        """Whether /metrics asks for a token that is not set, or that could be guessed; only the portal needs it."""
        return self.metrics == "token" and len(self.metrics_token.get_secret_value()) < TOKEN_CHARACTERS

    @property
    def origin(self) -> str:
        """Where the checker asks for units without an address of their own."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


class LogSettings(SettingsTable):
    """What processes say of themselves on stderr."""

    format: Literal["plain", "json"] = Field("plain", description="Plain lines, or one JSON object a line.")
    level: Literal["info", "warning", "error"] = Field("warning", description="What is said: this and worse.")


class UnitsSettings(SettingsTable):
    """Which units are asked."""

    file: File = Field(None, description="The office's own roster; empty: the imported or packaged one.")
    allow_unknown: bool = Field(default=False, description="Accept codes that no packaged roster has.")


class LetterheadSettings(SettingsTable):
    """What stands around the body of an official report; what is empty is left to be filled by hand."""

    parent: str = Field("", description="The body above the one that issues the report.")
    body: str = Field("", description="The body that issues the report.")
    number: str = Field("", description="Number of the report; --number wins.")
    symbol: str = Field("", description="What follows the number, as BC-UBND.")
    place: str = Field("", description="Where the report is dated.")
    to: str = Field("", description="To whom it is addressed.")
    authority: str = Field("", description="On whose behalf it is signed, as TM. ỦY BAN NHÂN DÂN.")
    post: str = Field("", description="Post of the signer.")
    signer: str = Field("", description="Name of the signer.")
    receivers: tuple[str, ...] = Field((), description="Lines of the list of receivers.")


LayoutName = Literal["state", "party"]


class ReportSettings(SettingsTable):
    """Reports as documents."""

    layout: LayoutName = Field("state", description="Rules of the official layout: state or party.")
    ahead_days: int = Field(14, ge=1, le=366, description="Days that 'due in the coming time' looks ahead.")
    charts: bool = Field(default=True, description="Whether documents carry a page of pictures.")
    template: File = Field(None, description="The office's own DOCX template; empty: the official layouts.")
    journal_entries: int = Field(1000, ge=0, le=100_000, description="Most journal entries that a workbook shows.")
    state: LetterheadSettings = LetterheadSettings()
    party: LetterheadSettings = LetterheadSettings()


class ScheduleSettings(SettingsTable):
    """When a campaign is checked, in the time zone of its checklist."""

    cron: Cron = Field("", description="When every unit is asked, as cron: 0 7 * * *; empty: only by hand.")
    last_week: Cron = Field("", description="Instead of it in the seven days before the anchor, as 0 7,13 * * *.")
    skip_days_off: bool = Field(default=False, description="Whether nothing runs on days that are not worked.")
    paused: bool = Field(default=False, description="Whether nothing runs by itself.")
    report: Cron = Field("", description="When the report is sent to the office by mail, as 0 8 * * 1.")


class CampaignSettings(SettingsTable):
    """A checklist bound to an anchor date and a set of units."""

    id: Id = Field(description="Name of the campaign.")
    checklist: str = Field("", description="Packaged checklist or path; empty: the one of the same name.")
    title: str = Field("", description="Title on reports; empty: the checklist's.")
    anchor: Day = Field(None, description="The date deadlines are counted from; empty: the checklist's.")
    starts: Day = Field(None, description="First day of the campaign; empty: a year before the anchor.")
    warning_days: int = Field(7, ge=0, le=366, description="A step is due soon this many days before its deadline.")
    horizon_days: int = Field(30, ge=0, le=3660, description="A step without a window opens so many days before.")
    stale_hours: int = Field(48, ge=1, le=8784, description="An answer older than this is called stale.")
    units: tuple[str, ...] = Field((), description="Codes of the units that take part; empty: all.")
    parameters: dict[str, str] = Field({}, description="Rules for the checklist's parameters.")
    schedule: ScheduleSettings = ScheduleSettings()
    layout: Literal["", "state", "party"] = Field("", description="Layout of its reports; empty: the one of [report].")


class NationSettings(SettingsTable):
    """The check of whole provinces one beside the other, by workers; one office of a Prefect server asks for it."""

    campaigns: tuple[Id, ...] = Field((), description="Campaigns that are checked in all provinces; empty: none.")
    cron: Cron = Field("", description="When, as 0 6 * * *; empty: only by hand.")


class RemindSettings(SettingsTable):
    """Reminders: one digest for each receiver and day."""

    cron: Cron = Field("", description="When reminders are worked out and sent, as 30 7 * * *; empty: never.")
    before_days: tuple[Annotated[int, Field(ge=0, le=366)], ...] = Field(
        (7, 3, 1), description="Days before a deadline on which a unit is reminded of a step."
    )
    overdue_every: int = Field(3, ge=1, le=366, description="Days between reminders of a step that is overdue.")
    escalate_after: int = Field(2, ge=0, le=366, description="Days overdue after which the office hears of it.")
    quiet: Hours = Field("20:00-06:30", description="Hours in which nothing is sent; empty: none.")
    quiet_days_off: bool = Field(default=True, description="Whether nothing is sent on days that are not worked.")
    silent_hours: int = Field(
        26, ge=1, le=8784, description="Hours without a finished check after which the office hears."
    )
    tries: int = Field(6, ge=1, le=50, description="Tries before a message is given up, visibly.")


class MailSettings(SettingsTable):
    """The SMTP server that takes our mail."""

    host: str = Field("", description="Its name; empty: no mail is sent.")
    port: Port = Field(587, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the connection is protected.")
    user: str = Field("", description="User name; empty: without signing in.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    sender: str = Field("", description="Address that the mail comes from.")
    timeout_seconds: float = Field(20.0, gt=0, le=300, description="Longest wait for the server.")


class ZaloSettings(SettingsTable):
    """A Zalo bot."""

    token: SecretStr = Field(SecretStr(""), description="Token of the bot; empty: nothing is sent by Zalo.")
    api_url: str = Field("https://bot-api.zaloplatforms.com", description="Address of its API.")


class ReceiverSettings(SettingsTable):
    """Who is told, and where. The unit's own contact_email of the roster needs no entry."""

    unit: str = Field(description="Code of the unit; the province's own code is the office.")
    mail: str = Field("", description="Mail address.")
    zalo: str = Field("", description="Chat of the Zalo bot.")
    url: SecretStr = Field(SecretStr(""), description="Any other channel as an Apprise address, as tgram://token/chat.")


class WebhookSettings(SettingsTable):
    """Another system that is told when a step changes."""

    url: HookUrl = Field(description="Where it is told, by POST; a secret, for many hold a key.")
    secret: Key = Field(description="Key of the signature (HMAC-SHA256), at least 20 characters.")


def require_unique_ids(campaigns: tuple[CampaignSettings, ...]) -> tuple[CampaignSettings, ...]:
    """Refuse two campaigns of one name: the second would be overlooked."""
    ids = [campaign.id for campaign in campaigns]
    for index, name in enumerate(ids):
        if name in ids[:index]:
            raise PydanticCustomError("same_id", "twice", {"at": (index, "id"), "id": name})
    return campaigns


class Settings(BaseSettings):
    """Everything that can be set, checked whole before anything starts."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="LOTRINH_",
        env_nested_delimiter="__",
        validate_default=False,
        hide_input_in_errors=True,  # what was written may be a secret
    )

    language: Literal["vi", "en"] = Field("vi", description="Language of screens and reports; LOTRINH_LANG wins.")
    province: str = Field("25", description="Code or name in Latin letters of the province: 25 or phu-tho.")
    timezone: Zone = Field("Asia/Ho_Chi_Minh", description='Time zone in which "today" and --as-of are meant.')
    data_dir: Path = Field(Path("lotrinh-data"), description="Folder of the database and the imported roster.")
    database: DatabaseSettings = DatabaseSettings()
    http: HttpSettings = HttpSettings()
    prefect: PrefectSettings = PrefectSettings()
    portal: PortalSettings = PortalSettings()
    log: LogSettings = LogSettings()
    units: UnitsSettings = UnitsSettings()
    report: ReportSettings = ReportSettings()
    nation: NationSettings = NationSettings()
    remind: RemindSettings = RemindSettings()
    mail: MailSettings = MailSettings()
    zalo: ZaloSettings = ZaloSettings()
    receivers: tuple[ReceiverSettings, ...] = Field((), description="Who is reminded, besides the roster's contacts.")
    webhooks: tuple[WebhookSettings, ...] = Field((), description="Other systems that are told of changes.")
    campaigns: Annotated[tuple[CampaignSettings, ...], AfterValidator(require_unique_ids)] = Field(
        (), description="The campaigns; a checklist's own name works without."
    )

    @property
    def database_url(self) -> str:
        """The address of the database, a secret where it carries a password."""
        return self.database.url.get_secret_value() or f"sqlite:///{(self.data_dir / 'lotrinh.db').as_posix()}"
