"""Schemathesis sends whatever the OpenAPI document allows and forbids to the running portal, and finds nothing."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.settings.models import Settings
from tests.portal.caller import DONE, STEP, UNIT, program_caller, unit_caller
from tests.portal.conftest import NOW, Portal
from tests.quick import FULL

EXAMPLES = 4 if FULL else 2
SEED = 20260315
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "412", "422"]
"""What may come of a request that has the declared shape. The default lacks 412 and 422: no document can say which
version is the step's newest or which day is in the future; that no shape is refused is looked at below."""


def config(portal: Portal) -> dict[str, Any]:
    """Let requests meet something that is there: one campaign, unit and run, and mostly the same steps and days."""
    always = {"path.campaign_id": "bau-cu-2026", "path.code": "04924", "path.run_id": "r1"}
    mostly = {
        "path.step_id": [STEP],
        "path.number": [1],
        "header.If-Match": [""],
        "query.from": ["", "r0"],
        "query.to": ["", "r1"],
        "query.run": ["", "r1"],
        "body.step": [STEP, "thanh-lap-ubbc-xa"],
        "body.completed_on": ["2026-01-29", "2026-02-01"],
        "body.document.date": ["2026-01-29"],
        "body.progress.of": [12],
    }
    return {
        "seed": SEED,
        "continue-on-failure": True,
        "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
        "dictionaries": {name.replace(".", "-"): {"values": values} for name, values in mostly.items()},
        "parameters": always | {n: {"dictionary": n.replace(".", "-"), "probability": 0.9} for n in mostly},
        "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
        "auth": {
            "openapi": {
                "unitCode": {"bearer": portal.codes["04924"]},
                "programToken": {"bearer": program_caller(portal).token},
            }
        },
    }


@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_schemathesis_finds_nothing(portal: Portal) -> None:
    import schemathesis
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine import events, from_schema

    unit_caller(portal).submit(f"{UNIT}/confirmations", DONE)
    settings = Settings()
    campaign = open_campaign_of_files(settings, "bau-cu-2026")
    for name, at in (("r0", NOW - timedelta(days=1)), ("r1", NOW)):
        conclude(portal.store, settings, campaign, begin_run(portal.store, campaign, at, at, {}, name), at)

    address = f"{portal.client.base_url}/api/openapi.json"
    schema = schemathesis.openapi.from_url(address, config=SchemathesisConfig.from_dict(config(portal)))
    answers: dict[str, Counter[int]] = {}
    refused_shapes: list[str] = []

    @schema.hook
    def after_call(_: Any, case: Any, response: Any) -> None:
        portal.store.throttle.clear("bearer/127.0.0.1")  # one address stands for a thousand
        answers.setdefault(case.operation.label, Counter())[response.status_code] += 1
        if response.status_code == 422 and case.meta and case.meta.generation.mode.is_positive:
            problem = json.loads(response.content)
            if problem["type"].endswith("malformed"):
                refused_shapes.append(f"{case.operation.label}: {problem}")

    found, tested = [], set()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(getattr(event, "value", None) or getattr(event, "exception", event)))
        if isinstance(event, events.ScenarioFinished):
            tested.add(event.recorder.label)
            found += [
                f"{event.recorder.label}: {node.name}: {node.failure_info.failure} {node.failure_info.code_sample}"
                for nodes in event.recorder.checks.values()
                for node in nodes
                if node.failure_info
            ]
    assert not found, "\n".join(found)
    assert refused_shapes == []
    reading = {label: counts for label, counts in answers.items() if label.startswith("GET")}
    assert len(tested & set(answers)) == len(answers) >= 30
    assert [label for label, counts in reading.items() if not counts[200]] == []
    assert sum(answers.values(), Counter()).keys() >= {200, 201, 401, 404, 405, 409, 415, 422}
