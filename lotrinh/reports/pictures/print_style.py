"""How pictures look where the portal's stylesheet is not: on white ground, for print. Colours are the portal's."""

FONTS = '"Segoe UI","Noto Sans","Liberation Sans","DejaVu Sans",Arial,sans-serif'
"""All of them have Vietnamese letters."""

STYLE = (
    f".pic text{{font-family:{FONTS};font-size:12px;fill:#1b1b1b;stroke:#fff;stroke-width:3px;paint-order:stroke}}"
    ".pic .soft{fill:#444}.pic .grid{stroke:#999;stroke-width:.5}.pic .today{stroke:#a3101a}"
    ".pic .off{fill:#f4f1ec}.pic .long{fill:#c9c2b6;opacity:.55}"
    ".pic .bar,.pic .due{stroke:#555;fill:#555}"
    ".pic .due.overdue,.pic .bar.overdue{stroke:#a3101a;fill:#a3101a}"
    ".pic .due.done,.pic .bar.done{stroke:#1a6b3c;fill:#1a6b3c}"
    ".pic .due.open,.pic .bar.open{stroke:#1a4f8b;fill:#1a4f8b}"
    ".pic .due.unknown{fill:none}.pic .due.national{fill:#fff}"
    ".pic .planned{stroke:#1b1b1b;stroke-width:2}"
    ".pic line.done,.pic polyline.done{stroke:#1a6b3c;stroke-width:3}"
    ".pic .reported{stroke:#1a4f8b;stroke-width:2}.pic .gap{fill:none;stroke:#444;stroke-width:1.2}"
    # Cells and parts of bars: light grounds with dark signs, the overdue ones dark with bright signs.
    ".pic .c.done{fill:#b9dcc4}.pic .c.done_late{fill:#8cc3a0}.pic .c.overdue{fill:#a3101a}"
    ".pic .c.due_soon{fill:#f5c65a}.pic .c.open{fill:#c4daf2}.pic .c.upcoming{fill:#fff}"
    ".pic .c.unscheduled{fill:#eae6df}.pic .c.not_applicable{fill:#fff}.pic .c.unknown{fill:#e6d7f2}"
    ".pic .ink{stroke:#444;stroke-width:.8;fill:none}.pic .dot{fill:#1a4f8b}"
    ".pic .frame{fill:none;stroke:#555;stroke-width:.7}.pic .seam{fill:none;stroke:#fff;stroke-width:.8}"
    ".pic .small{font-size:9px}.pic .strong,.pic .head{font-weight:700}.pic .head{font-size:15px}"
    ".pic .sign{font-size:8px;fill:#1b1b1b;stroke:none}.pic .sign.bright,.pic .sign.mark{fill:#fff}"
    ".pic .sign.ringed{stroke:#fff;stroke-width:4px}"
    ".pic .figure{font-size:11px;stroke:#fff}.pic .figure.bright{stroke:none}"
)
