"""The longest texts that fields take, each beginning with an attack on whoever shows it."""

import json

from lotrinh.core.units import Unit, UnitKind

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


TITLE = longest(320)
UNIT = Unit(
    "05047",
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


def checklist() -> str:
    """A checklist of these texts, as its file."""
    text, title = json.dumps(longest(500), ensure_ascii=False), json.dumps(TITLE, ensure_ascii=False)
    evidence = f"{{documents: [{title}], forms: [{title}], number: optional, file: optional}}"

    def step(name: str, more: str = "", level: str = "commune", owner: str = "UBND xã") -> str:
        return (
            f"      - {{id: {name}, title: {{vi: {title}}}, owner: {{vi: {json.dumps(owner)}}}, level: {level},\n"
            f"         note: {{vi: {text}}}, evidence: {evidence}{more}}}\n"
        )

    def milestone(name: str, due: str, *steps: str) -> str:
        return (
            f"  - id: {name}\n    title: {{vi: {title}}}\n    due: {due}\n"
            f"    basis: [{{source: luat, at: {title}, confidence: C}}]\n    steps:\n{''.join(steps)}"
        )

    late = [step(name, ", count: areas" if name == COUNTED else "", owner=TITLE) for name in STEPS[:-1]]
    return (
        f"id: dai\ntitle: {{vi: {title}}}\nanchor: {{id: ngay, title: {{vi: {title}}}, date: 2026-03-15}}\n"
        f"sources: {{luat: {{title: {{vi: {title}}}, number: {json.dumps(longest(60, SHORT_ATTACK))}}}}}\nmilestones:\n"
        + milestone("mot", "2026-01-31", *late)
        + milestone("hai", "2026-02-04", step("cho", ", requires: [mo], acceptance: true"))
        + milestone("ba", "2026-02-10", step("tinh", level="province", owner="UBND tỉnh"))
    )
