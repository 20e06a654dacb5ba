"""The page that shows what the cloud received: one document, no scripts, no other hosts."""

import json
from html import escape
from typing import Any

from sandbox.answers import HTML, Answer, bytes_answer

SHOWN = 100  # newest uploads and logs
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2f7d32; }
@media (prefers-color-scheme: dark) { :root { --accent: #7cc77f; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 70rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h1 + p { margin-top: .2rem; } a { color: var(--accent); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; background: var(--soft); white-space: nowrap; }
td { overflow-wrap: anywhere; min-width: 4rem; } td.number { text-align: right; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; overflow-y: auto; font-size: .8rem; }
summary { cursor: pointer; color: var(--accent); } .empty { opacity: .7; }
"""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def page(state: dict[str, Any]) -> Answer:
    """`state` (as the control endpoint gives it) as a page."""
    totals = state["totals"]
    sections = [
        _section("Accounts", ["Login", "Dialect", "Aircraft", "Calls"], _accounts(state)),
        _section(
            "Uploaded jobs", ["When", "Job", "Areas", "Account, aircraft", "Flight", "Form"], _uploads(state), totals["uploads"]
        ),
        _section("Logs", ["When", "File", "Aircraft", "Bytes", "Downloads"], _logs(state), totals["logs"]),
        _section("Faults", ["Operation", "Account", "Kind", "Fired", "Options"], _faults(state)),
    ]
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SatLoc sandbox</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>SatLoc sandbox</h1>"
        '<p>A simulated cloud: nothing here was flown. <a href="/">Reload</a> · '
        f'<a href="/control/state">State as JSON</a></p><main>{"".join(sections)}</main></body></html>\n'
    )
    headers = (("Content-Security-Policy", POLICY), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
    return bytes_answer(document.encode(errors="replace"), HTML, headers=headers)


def _section(title: str, heads: list[str], rows: list[list[Any]], total: int = 0) -> str:
    note = f" (newest {len(rows)} of {total})" if total > len(rows) else ""
    if not rows:
        return f'<h2>{title}</h2><p class="empty">None.</p>'
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<h2>{title}{note}</h2><div class="scroll" tabindex="0">{table}</div>'


def _cell(value: Any) -> str:
    if isinstance(value, Markup):
        return f"<td>{value}</td>"
    if isinstance(value, int):
        return f'<td class="number">{value}</td>'
    return f"<td>{escape('' if value is None else str(value))}</td>"


def _accounts(state: dict[str, Any]) -> list[list[Any]]:
    return [
        [
            account["login"],
            account["dialect"] or state["settings"]["dialect"],
            ", ".join(aircraft["tailNumber"] for aircraft in account["aircraft"]),
            sum(state["callsByAccount"].get(account["login"], {}).values()),
        ]
        for account in state["accounts"]
    ]


def _tail_numbers(state: dict[str, Any]) -> dict[str, str]:
    return {aircraft["id"]: aircraft["tailNumber"] for account in state["accounts"] for aircraft in account["aircraft"]}


def _uploads(state: dict[str, Any]) -> list[list[Any]]:
    tail_numbers = _tail_numbers(state)
    logs = {log["id"]: log["name"] for log in state["logs"]}
    return [
        [
            upload["receivedAt"],
            f"{upload['jobName']} ({upload['jobNumber']}) {upload['jobId']}",
            upload["areas"],
            f"{upload['account']}, {tail_numbers.get(upload['aircraftId'], upload['aircraftId'])}",
            upload["note"] or logs.get(upload["logId"]) or f"due {upload['fliesAt']}",
            Markup("".join(_form_part(part) for part in upload["parts"])),
        ]
        for upload in reversed(state["uploads"])
    ]


def _form_part(part: dict[str, Any]) -> str:
    text = part["text"]
    try:
        shown = json.dumps(json.loads(text), indent=2, ensure_ascii=False) if part["filename"] else text
    except (TypeError, ValueError):
        shown = text if text is not None else f"{part['size']} bytes that are no text"
    name = escape(f"{part['name']} {part['filename'] or ''}")
    return f"<details><summary>{name}</summary><pre>{escape(shown)}</pre></details>"


def _logs(state: dict[str, Any]) -> list[list[Any]]:
    tail_numbers = _tail_numbers(state)
    return [
        [log["listedDate"], log["name"], tail_numbers.get(log["aircraftId"]), log["size"], log["downloads"]]
        for log in reversed(state["logs"])
    ]


def _faults(state: dict[str, Any]) -> list[list[Any]]:
    return [
        [
            fault["operation"],
            fault["account"],
            fault["kind"],
            f"{fault['fired']} of {fault['times'] or '∞'}",
            json.dumps(fault["options"]),
        ]
        for fault in state["faults"]
        if fault["active"]
    ]
