"""What is wrong in CI files, and what is none of our business in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import findings, write_bundle

from bundlewright.checking import check
from bundlewright.finding import Finding

BUNDLE = """\
bundle: {name: b}
variables: {catalog: {default: x}}
resources: {jobs: {etl: {name: etl}}}
targets:
  dev: {mode: development}
  prod: {mode: production, workspace: {root_path: /Workspace/b}}
"""
OURS = "BW82", "BW83"


def in_ci(folder: Path, text: str) -> list[Finding]:
    """The findings in CI files."""
    return [one for one in findings(folder, text) if one.code.startswith(OURS)]


def found(folder: Path, files: str) -> list[tuple[str, int]]:
    """The codes and lines of findings in CI files beside the bundle."""
    return [(one.code, one.line) for one in in_ci(folder, BUNDLE + files)]


def github(*lines: str, on: str = "push", job: str = "") -> str:
    """A GitHub workflow that runs some lines of a script, the first one in its line 9."""
    script = "".join(f"          {line}\n" for line in lines)
    job = job or "runs-on: ubuntu-latest"
    return f"""\
@ .github/workflows/ci.yml
on: {on}
jobs:
  one:
    {job}
    steps:
      - uses: actions/checkout@v4
      - uses: databricks/setup-cli@main
      - run: |
{script}"""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("databricks bundle validate -t dev", None),
        ("databricks bundle -t dev validate --strict", None),
        ("databricks bundle validat -t dev", "BW822"),
        ("databricks bundle check", "BW822"),
        ("databricks bundle publish", "BW822"),
        ("databricks bundles deploy -t dev", "BW822"),
        ("databricks bundle --help", None),
        ("databricks bundle", None),
        ("databricks jobs list", None),
        ("databricks bundle $COMMAND", None),
        ("echo databricks bundle validat", None),
        ("# databricks bundle validat", None),
        ("databricks bundle deploy -t develop", "BW823"),
        ("databricks bundle deploy --target=develop", "BW823"),
        ("databricks bundle deploy -t $TARGET", None),
        ("databricks bundle deploy -t ${{ inputs.target }}", None),
        ("databricks bundle deploy", "BW826"),
        ("databricks bundle validate", "BW826"),
        ("databricks bundle init", None),
        ("databricks bundle deploy -t dev --auto-aprove", "BW822"),
        ("databricks bundle validate --taget dev -t dev", "BW822"),
        ("databricks bundle deploy -t dev --some-new-thing", "BW822"),
        ("databricks bundle deploy -t dev --yes", "BW822"),
        ("databricks bundle deploy -t dev --$OPTION", None),
        ("databricks bundle run -t dev etl --some-new-thing", None),
        ("databricks bundle schema > x.json", None),
        ("cd elsewhere && databricks bundle deploy", "BW826"),
        ("cd other && databricks bundle deploy -t develop", None),
        ("cd $X && databricks bundle deploy -t develop", None),
        ("(cd $X; ls); databricks bundle deploy -t develop", None),
        ("cd other; cd ..; databricks bundle deploy -t develop", "BW823"),
        ("cd $GITHUB_WORKSPACE/src && databricks bundle deploy -t develop", "BW823"),
        ("databricks bundle deploy -t dev --var=catalog=a", None),
        ("databricks bundle deploy -t dev --var 'catalogue=a'", "BW827"),
        ('databricks bundle deploy -t dev --var="schema=$SCHEMA"', "BW827"),
        ('databricks bundle deploy -t dev --var="$NAME=x"', None),
        ("databricks bundle destroy -t dev", "BW828"),
        ("databricks bundle destroy -t dev --auto-approve", None),
        ("databricks bundle deploy -t dev --force-lock", "BW829"),
        ("databricks bundle run etl -t dev", None),
        ("databricks bundle run -t dev elt", "BW830"),
        ("databricks bundle run -t dev --no-wait elt", "BW830"),
        ("databricks bundle run --target=dev --params=a=b elt", "BW830"),
        ("databricks bundle run -t dev --params a=b", None),
        ("databricks bundle run -t dev --refresh elt", None),
        ("databricks bundle run elt -t dev", "BW830"),
        ("databricks bundle run jobs.etl -t dev", None),
        ("databricks bundle run $JOB -t dev", None),
        ("pip install databricks-cli", "BW821"),
        ("python -m pip install -U 'databricks-cli==0.18.0' requests", "BW821"),
        ("pip install databricks-sdk databricks-connect", None),
        ("export DATABRICKS_TOKEN=${{ secrets.TOKEN }}", "BW824"),
        ("export DATABRICKS_TOKEN=$(az account get-access-token)", None),
    ],
)
def test_lines_of_a_script(tmp_path: Path, line: str, code: str | None) -> None:
    text = github(line) + "@ other/databricks.yml\nbundle: {name: c}\n"
    assert found(tmp_path, text) == ([(code, 9)] if code else [])


def test_a_command_that_is_like_no_other_is_an_error_too(tmp_path: Path) -> None:
    text = "@ .gitlab-ci.yml\ndeploy:\n  script:\n    - databricks bundle publish -t dev\n"
    found = findings(tmp_path, "bundle: {name: b}\ntargets: {dev: {}}\n" + text)
    assert [one.severity for one in found if one.code == "BW822"] == ["error"]


def test_a_finding_stands_at_the_word(tmp_path: Path) -> None:
    text = github("set -e", "databricks bundle deploy \\", "  -t develop")
    [finding] = in_ci(tmp_path, BUNDLE + text)
    assert (finding.file, finding.line, finding.column) == (".github/workflows/ci.yml", 11, 16)
    assert finding.hint == "did you mean 'dev'?"


def test_a_bundle_with_a_default_target_needs_none(tmp_path: Path) -> None:
    text = github("databricks bundle deploy")
    with_default = BUNDLE.replace("dev: {mode", "dev: {default: true, mode")
    assert in_ci(tmp_path / "default", with_default + text) == []
    with_one = "".join(BUNDLE.splitlines(keepends=True)[:5])
    assert in_ci(tmp_path / "one", with_one + text) == []
    in_environment = text.replace(
        "      - run", "      - env: {DATABRICKS_BUNDLE_ENV: dev}\n        run"
    )
    assert found(tmp_path / "environment", in_environment) == []


@pytest.mark.parametrize(
    ("environment", "line", "expected"),
    [
        ("DATABRICKS_BUNDLE_ENV: prod", "", [("BW825", 10)]),
        ("DATABRICKS_BUNDLE_TARGET: prod", "", [("BW825", 10)]),
        ("{DATABRICKS_BUNDLE_TARGET: dev, DATABRICKS_BUNDLE_ENV: prod}", "", []),
        ("DATABRICKS_BUNDLE_TARGET: prod", " -t dev", []),
        ("DATABRICKS_BUNDLE_TARGET: develop", "", [("BW823", 8)]),
        ("DATABRICKS_BUNDLE_TARGET: '${{ inputs.target }}'", "", []),
        ("DATABRICKS_BUNDLE_TARGET: prod", "; export DATABRICKS_BUNDLE_TARGET=dev", []),
    ],
)
def test_the_environment_names_the_target(
    tmp_path: Path, environment: str, line: str, expected: list[tuple[str, int]]
) -> None:
    environment = environment if environment[0] == "{" else f"{{{environment}}}"
    text = github(f"databricks bundle deploy{line}", on="pull_request")
    text = text.replace("      - run", f"      - env: {environment}\n        run")
    assert found(tmp_path, text) == expected


def test_the_repository_may_hold_several_bundles(tmp_path: Path) -> None:
    files = "@ a/databricks.yml\n" + BUNDLE + "@ b/databricks.yml\nbundle: {name: c}\n"
    files += github("databricks bundle deploy -t develop")
    files += github("cd a", "databricks bundle deploy -t develop").replace("ci.yml", "a.yml")
    steps = "      - working-directory: a\n        run: |"
    files += (
        github("databricks bundle validate")
        .replace("ci.yml", "w.yml")
        .replace("      - run: |", steps)
    )
    files += "@ .git/HEAD\nref\n"
    root = write_bundle(tmp_path, "x: 1\n" + files)
    (root / "databricks.yml").unlink()
    ours = [one for one in check(root / "a").findings if one.code.startswith(OURS)]
    assert [(one.file, one.line, one.code) for one in ours] == [
        ("../.github/workflows/a.yml", 10, "BW823"),
        ("../.github/workflows/w.yml", 10, "BW826"),
    ]
    assert [one for one in check(root / "b").findings if one.code.startswith(OURS)] == []


def test_without_a_repository_only_the_bundle_is_looked_into(tmp_path: Path) -> None:
    root = write_bundle(tmp_path, "x: 1\n" + github("databricks bundle validat"))
    (root / "databricks.yml").unlink()
    write_bundle(root / "a", BUNDLE)
    assert [one for one in check(root / "a").findings if one.code.startswith(OURS)] == []


@pytest.mark.parametrize(
    ("on", "job", "severity"),
    [
        ("pull_request", "", "error"),
        ("[push, pull_request]", "", "error"),
        ("{pull_request: {branches: [main]}}", "", "error"),
        ("{pull_request_target: {types: [opened, synchronize]}}", "", "error"),
        ("pull_request", "environment: prod", "warning"),
        ("pull_request", "if: always()", "error"),
        ("pull_request", "if: github.event_name == 'push'", None),
        ("pull_request", "if: ${{ inputs.deploy }}", None),
        ("pull_request", "needs: two", None),
        ("{pull_request: {types: [closed]}}", "", None),
        ("push", "", None),
        ("{push: {branches: [main]}}", "", None),
        ("{workflow_call: {}}", "", None),
    ],
)
def test_production_from_a_pull_request(
    tmp_path: Path, on: str, job: str, severity: str | None
) -> None:
    text = github("databricks bundle deploy -t prod", on=on, job=job)
    text += "  two: {if: github.ref == 'refs/heads/main', steps: [{run: ls}]}\n"
    report = [one for one in findings(tmp_path, BUNDLE + text) if one.code == "BW825"]
    assert [one.severity for one in report] == ([severity] if severity else [])
    assert found(tmp_path / "dev", text.replace("-t prod", "-t dev")) == []
    guarded = text.replace("databricks bundle", "[ $X = y ] || if z; then databricks bundle")
    assert found(tmp_path / "guarded", guarded) == []


GITLAB = """\
@ .gitlab-ci.yml
variables:
  DATABRICKS_TOKEN: $TOKEN
.cli:
  before_script: [curl -fsSL https://example.com/install.sh | sh]
deploy:
  extends: .cli
  script:
    - !reference [.cli, before_script]
    - databricks bundle validate -t develop
    - >
      databricks bundle
      deploy -t prod
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
"""


def test_gitlab(tmp_path: Path) -> None:
    assert found(tmp_path, GITLAB) == [("BW824", 2), ("BW823", 9), ("BW825", 11)]
    for other in ("$CI_COMMIT_BRANCH == 'main'", "$CI_PIPELINE_SOURCE == 'push'"):
        text = GITLAB.replace('$CI_PIPELINE_SOURCE == "merge_request_event"', other)
        assert ("BW825", 11) not in found(tmp_path / other[5:9], text)
    manual = GITLAB + "      when: manual\n"
    assert ("BW825", 11) not in found(tmp_path / "manual", manual)
    only = GITLAB.partition("  rules:")[0] + "  only: [merge_requests]\n"
    assert ("BW825", 11) in found(tmp_path / "only", only)
    elsewhere = GITLAB.replace("curl -fsSL", "cd bundles &&")
    assert found(tmp_path / "elsewhere", elsewhere) == [("BW824", 2)]


AZURE = """\
@ azure-pipelines.yml
pr: [main]
variables:
  - name: DATABRICKS_TOKEN
    value: $(databricks-token)
stages:
  - stage: deploy
    jobs:
      - job: deploy
        steps:
          - checkout: self
          - script: databricks bundle validate -t develop
          - bash: |
              cd $(System.DefaultWorkingDirectory)
              databricks bundle deploy -t prod
          - task: AzureCLI@2
            inputs:
              workingDirectory: $(System.DefaultWorkingDirectory)/src
              inlineScript: databricks bundle validat
          - pwsh: databricks bundle deploy -t develop
            workingDirectory: other
"""


def test_azure_devops(tmp_path: Path) -> None:
    expected = [("BW824", 3), ("BW823", 11), ("BW825", 14), ("BW822", 18)]
    text = AZURE + "@ other/databricks.yml\nbundle: {name: c}\n"
    assert found(tmp_path, text) == expected
    guarded = text.replace("    jobs:", "    condition: eq(variables.x, 'y')\n    jobs:")
    assert "BW825" not in dict(found(tmp_path / "guarded", guarded))
    assert "BW825" not in dict(found(tmp_path / "none", text.replace("[main]", "none")))


def test_bitbucket(tmp_path: Path) -> None:
    text = """\
@ bitbucket-pipelines.yml
pipelines:
  pull-requests:
    '**':
      - step:
          script:
            - pip install databricks-cli
            - databricks bundle deploy -t prod
  branches:
    main:
      - step:
          script:
            - databricks bundle deploy -t prod
"""
    assert found(tmp_path, text) == [("BW821", 6), ("BW825", 7)]


@pytest.mark.parametrize(
    "text",
    [
        "databricks",
        "[databricks]",
        "databricks: [",
        "on: [databricks]\njobs: {a: {steps: {run: [1, null]}}, b: [], c: {steps: [x, {run: }]}}",
        "jobs: {a: {env: [], variables: [x, {name: 1}], defaults: 1, run: databricks}}",
        "on: {pull_request: 1}\njobs: {a: {needs: [1], steps: [{run: databricks bundle deploy}]}}",
        "run: databricks bundle deploy -t",
        "jobs: {a: {steps: 3, run: databricks bundle deploy, working-directory: 4, env: x}}",
        "script: 'databricks bundle deploy --var'",
    ],
)
def test_no_ci_file_makes_the_rules_fail(tmp_path: Path, text: str) -> None:
    for name in (".github/workflows/a.yml", ".gitlab-ci.yml", "azure-pipelines.yml"):
        report = findings(tmp_path / name[:4], f"{BUNDLE}@ {name}\n{text}\n")
        assert [one for one in report if "failed" in one.message] == []


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (".github/workflows/a.yml", "on: push\njobs: {a: [\n# databricks", 4),
        (".gitlab-ci.yml", "a:\n  script:\n   - databricks\n  b", 5),
        ("azure-pipelines.yml", "steps:\n- script: 'databricks\n", 4),
        ("azure-pipelines.yml", "a: 1\n\tb: databricks", 2),
        (".github/workflows/a.yml", "on: push\njobs: {a: [", None),  # has nothing to do with us
        (".gitlab-ci.yml", "a:\n  script:\n    - !reference [.x, script]\n    - databricks", None),
        (".gitlab-ci.yml", "a: !custom databricks\nb: !x {c: !y [d]}", None),
        (".gitlab-ci.yml", "spec: {inputs: {a: }}\n---\na: {script: databricks}", None),
        ("azure-pipelines.yml", "a: {{ cookiecutter.name }}\n b: databricks", None),
        ("azure-pipelines.yml", "{% if x %}\na: databricks\n{% endif %}", None),
        (".gitlab/a.yml", "a: {{.project_name}}: databricks", None),
        (".github/workflows/a.yml", "a: ${{ github.x }}\nc: [databricks", 3),
        (".github/workflows/a.yml", "a: databricks\na: 1", None),
        (".gitlab/notes.yml", "'databricks", 2),
    ],
)
def test_a_ci_file_is_yaml(tmp_path: Path, name: str, text: str, line: int | None) -> None:
    found = [one for one in in_ci(tmp_path, f"{BUNDLE}@ {name}\n{text}\n") if one.code == "BW831"]
    assert [(one.file, one.line) for one in found] == ([(name, line)] if line else [])
