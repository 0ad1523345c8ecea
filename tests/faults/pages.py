"""What a browser would make of a page: its elements, links and forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

ACTIVE = {"script", "iframe", "frame", "object", "embed", "style", "base", "applet", "foreignobject"}
ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "poster", "data"}
NOT_TYPED = {"hidden", "submit", "button", "file"}
CHOSEN = {"radio", "checkbox"}


@dataclass
class Form:
    """A form: where it sends what, by whom typed."""

    method: str
    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """A page as it is read; ``harm`` is everything in it that could run or load something."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.harm: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note_harm(tag, given)
        self.text += " ".join(["", *given.values()])
        if tag == "a" and "href" in given:
            self.links.append(urljoin(self.address, given["href"]))
        if tag == "form":
            action = urljoin(self.address, given.get("action") or self.address)
            self.forms.append(Form(given.get("method", "get").lower(), action))
        if self.forms and "name" in given:
            self._field(tag, given)

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        self.text += data

    def _note_harm(self, tag: str, given: dict[str, str]) -> None:
        if tag in ACTIVE or (tag in {"img", "video", "audio"} and not given.get("src", "").startswith("data:")):
            self.harm.append(tag)
        for name, value in given.items():
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.harm.append(f"{tag} {name}")
            if name in ADDRESSES and urlsplit(value).scheme not in {"", "http", "https", "data", "webcal"}:
                self.harm.append(f"{tag} {name}={value}")

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], given["name"], given.get("type", "text")
        if tag == "textarea" or (tag == "input" and kind not in NOT_TYPED | CHOSEN):
            form.typed.add(name)
        elif tag == "input" and kind in CHOSEN:
            form.chosen.setdefault(name, given.get("value", "on"))
        elif tag in {"input", "button"} and kind == "hidden":
            form.hidden[name] = given.get("value", "")
