"""docs/operations.md, the alert rules and the dashboard: they name what exists, and every alarm says what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from prometheus_client.process_collector import ProcessCollector

from app.metrics.families import FAMILIES
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
RULES = DOCS / "operations" / "alerts.yaml"
NAME = re.compile(r"\b(?:accord|http_server|process)_[a-z_]+")

EXPORTED = {
    "up",
    *(name for name, family in FAMILIES.items() if family.kind != "histogram"),
    *(
        f"{name}_{part}"
        for name, family in FAMILIES.items()
        if family.kind == "histogram"
        for part in ("bucket", "count", "sum")
    ),
    *(sample.name for metric in ProcessCollector(registry=None).collect() for sample in metric.samples),
}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def queries(node: Any) -> list[str]:
    """Every query of the dashboard."""
    if isinstance(node, dict):
        return [value for key, value in node.items() if key == "expr"] + [
            text for value in node.values() for text in queries(value)
        ]
    return [text for value in node for text in queries(value)] if isinstance(node, list) else []


def dashboard() -> dict[str, Any]:
    return json.loads((DOCS / "operations" / "grafana-dashboard.json").read_text())


def labels_of(query: str) -> set[str]:
    grouped = re.findall(r"\b(?:by|on) \(([^)]*)\)", query)
    compared = re.findall(r"([a-z_]+)=~?\"|([a-z_]+)!~?\"", query)
    return {label.strip() for group in grouped for label in group.split(",")} | {one or other for one, other in compared}


def test_alerts_and_dashboard_ask_for_metrics_and_labels_that_exist():
    asked = [rule["expr"] for rule in rules()] + queries(dashboard())
    labels = {"job", "instance", "le", "worker", *(label for family in FAMILIES.values() for label in family.labels)}

    assert len(asked) > 40
    assert {name for query in asked for name in NAME.findall(query)} - EXPORTED == set()
    assert {label for query in asked for label in labels_of(query)} - labels == set()


def test_every_metric_of_the_page_exists():
    names = set(NAME.findall((DOCS / "operations.md").read_text()))

    assert {name for name in names if not name.endswith("_")} - EXPORTED - set(FAMILIES) == set()


def test_every_alarm_has_a_row_that_says_what_to_do():
    rows = re.findall(r"^\| `(Accord\w+)` \| .+ \| .+ \|$", (DOCS / "operations.md").read_text(), re.MULTILINE)

    assert rows == sorted(rows, key=rows.index)
    assert set(rows) == {rule["alert"] for rule in rules()}


def test_operations_that_hash_are_left_out_by_names_that_exist():
    [slow] = [rule["expr"] for rule in rules() if rule["alert"] == "AccordSlow"]
    [pattern] = re.findall(r'operation!~"([^"]*)"', slow)
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    operations = [
        method["operationId"] for path in document["paths"].values() for method in path.values() if "operationId" in method
    ]

    matched = {name for name in operations if re.fullmatch(pattern, name)}
    assert matched == {
        *("createSession", "createUser", "createReauthentication", "changePassword"),
        *("confirmPasswordReset", "exportUserData"),
    }


def test_panels_do_not_overlap():
    places: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        own = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not own & places, panel["title"]
        assert max(x for x, _ in own) < 24
        places |= own


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_the_rules_are_valid_for_prometheus():
    checked = subprocess.run(["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr
