"""The longest texts that fields take, each beginning with an attack on whoever shows it."""

import json

from lotrinh.core.checklist.units import Unit, UnitKind

ATTACK = (
    '"><script>window.hacked=1</script><img src=x onerror="window.hacked=1"><svg onload=window.hacked=1>'
    "<a href=javascript:window.hacked=1 style=color:red>'{{7*7}}</textarea></title>"
)
WORDS = "Quyết định thành lập Tổ bầu cử ở thôn Nguyễn-Huỳnh-Thượng-Nghiêng "
UNBROKEN = "Nghiêngngaykhôngdấucáchnàođểxuốngdòng" * 2 + " "
SHORT_ATTACK = '"><img src=x onerror=window.hacked=1>'


def longest(most: int, attack: str = ATTACK) -> str:
    """A text of so many characters: an attack, a word that has no place to break, and many words."""
    return (attack + UNBROKEN + WORDS * (most // len(WORDS) + 1))[:most].strip()


TITLE, NOTE, NUMBER = longest(320), longest(500), longest(60, SHORT_ATTACK)
UNIT = Unit(
    "99999",
    UnitKind.COMMUNE,
    longest(100, SHORT_ATTACK),
    area=longest(100, SHORT_ATTACK),
    tags=frozenset({"mien-nui"}),
    contact_office=longest(120),
    contact_phone=longest(60, SHORT_ATTACK),
    contact_email="dai@example.vn",
)
STEPS = ("xong", "tra", "vuong", "mien", "dem", "lech", "mo", "cho")
COUNTED = "dem"


def checklist(name: str = "dai", title: str = TITLE, text: str = NOTE, number: str = NUMBER) -> str:
    """A checklist, as its file; of these texts unless told."""
    owner, title, text = title, json.dumps(title, ensure_ascii=False), json.dumps(text, ensure_ascii=False)
    evidence = f"{{documents: [{title}], forms: [{title}], number: optional, file: optional}}"

    def step(name: str, more: str = "", level: str = "commune", who: str = "UBND xã") -> str:
        return (
            f"      - {{id: {name}, title: {{vi: {title}}}, owner: {{vi: {json.dumps(who)}}}, level: {level},\n"
            f"         note: {{vi: {text}}}, evidence: {evidence}{more}}}\n"
        )

    def milestone(name: str, due: str, *steps: str) -> str:
        return (
            f"  - id: {name}\n    title: {{vi: {title}}}\n    due: {due}\n"
            f"    basis: [{{source: luat, at: {title}, confidence: C}}]\n    steps:\n{''.join(steps)}"
        )

    late = [step(name, ", count: areas" if name == COUNTED else "", who=owner) for name in STEPS[:-1]]
    return (
        f"id: {name}\ntitle: {{vi: {title}}}\nanchor: {{id: ngay, title: {{vi: {title}}}, date: 2026-03-15}}\n"
        f"sources: {{luat: {{title: {{vi: {title}}}, number: {json.dumps(number)}}}}}\nmilestones:\n"
        + milestone("mot", "2026-01-31", *late)
        + milestone("hai", "2026-02-04", step("cho", ", requires: [mo], acceptance: true"))
        + milestone("ba", "ngay - 33 days", step("tinh", level="province", who="UBND tỉnh"))
    )
