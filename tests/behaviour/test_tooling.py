"""The docs, forms and tools of a generated repo agree with what is there."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import rendering
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rendering import Answers, Renderer, Tree

import bundlewright

READER = "6f1a2b3c-0d4e-4f5a-8b6c-7d8e9f0a1b2c"
TOOLS = Path(sys.executable).parent
# What decides how a repo is delivered, all in all combinations.
DELIVERY = [
    {
        "ci": ci,
        "promotion": promotion,
        "ci_auth": ci_auth,
        "include_staging": staging,
        "reader_service_principal": reader,
        "cloud": cloud,
    }
    for ci, promotion, ci_auth, staging, reader, cloud in product(
        rendering.choices("ci"),
        rendering.choices("promotion"),
        rendering.choices("ci_auth"),
        [True, False],
        ["", READER],
        ["aws", "azure"],
    )
    if ci != "none" or (promotion, ci_auth, reader) == ("branches", "federation", "")
]


def tree_of(renderer: Renderer, **given: Any) -> Tree:
    """Returns the files for the named answers and the defaults of the others."""
    # A default that is not the first choice, such as that of `schedule`, is of no matter here.
    return renderer.tree(Answers(renderer, lambda _, options: options[0], given))


@pytest.fixture(scope="module")
def repos(renderer: Renderer) -> list[tuple[Answers, Tree]]:
    """Repos for every way of delivery; all other answers are left to chance."""
    chance = random.Random(1)
    found = []
    for delivery in DELIVERY:
        free = {"codeowners": chance.choice(["", "@org/data-platform"])}
        answers = Answers(renderer, lambda _, options: chance.choice(options), delivery | free)
        found.append((answers, renderer.tree(answers)))
    return found


def markdown(tree: Tree) -> Iterator[tuple[PurePosixPath, str]]:
    for path, content in tree.items():
        if path.endswith(".md"):
            yield PurePosixPath(path), content.decode()


def blocks(tree: Tree, language: str) -> Iterator[str]:
    """Yields the fenced blocks of a language; what people have to fill in is `x`."""
    for _, text in markdown(tree):
        for token in MarkdownIt().parse(text):
            if token.type == "fence" and token.info == language:
                yield re.sub(r"(?<!<)<[a-z][^<>]*(<[^<>]*>[^<>]*)*>", "x", token.content)


def commands(tree: Tree) -> str:
    """Returns all that the docs have as code, in blocks and in lines."""
    code = []
    for _, text in markdown(tree):
        for token in MarkdownIt().parse(text):
            code += [token.content] if token.type == "fence" else []
            inline = token.children or []
            code += [child.content for child in inline if child.type == "code_inline"]
    return "\n".join(code)


def headings(tree: Tree, path: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", tree[path].decode(), re.MULTILINE)


# WHICH FILES THERE ARE


@pytest.mark.parametrize(
    ("ci", "forms"),
    [
        (
            "github",
            {
                ".github/ISSUE_TEMPLATE/change.yml",
                ".github/ISSUE_TEMPLATE/problem.yml",
                ".github/pull_request_template.md",
            },
        ),
        (
            "gitlab",
            {
                ".gitlab/issue_templates/Change.md",
                ".gitlab/issue_templates/Problem.md",
                ".gitlab/merge_request_templates/Default.md",
            },
        ),
        ("azure_devops", {".azuredevops/pull_request_template.md"}),
        ("none", set()),
    ],
)
def test_forms_are_those_of_the_ci_system(ci: str, forms: set[str], renderer: Renderer) -> None:
    folders = (".github/", ".gitlab/", ".azuredevops/")
    found = {path for path in tree_of(renderer, ci=ci) if path.startswith(folders)}
    assert {path for path in found if "workflows/" not in path} == forms


def test_every_repo_has_docs_and_hooks(repos: list[tuple[Answers, Tree]]) -> None:
    wanted = {"AGENTS.md", "docs/setup.md", "docs/runbook.md", ".pre-commit-config.yaml"}
    wanted |= {"CLAUDE.md", ".vscode/settings.json", ".vscode/extensions.json"}
    assert all(wanted <= tree.keys() for _, tree in repos)


@pytest.mark.parametrize(
    ("answers", "files"),
    [
        ({"ci": "github", "codeowners": "@org/team"}, {".github/CODEOWNERS"}),
        ({"ci": "gitlab", "codeowners": "@org/team"}, {".gitlab/CODEOWNERS"}),
        ({"renovate": True}, {"renovate.json"}),
        ({"devcontainer": True}, {".devcontainer/Dockerfile", ".devcontainer/devcontainer.json"}),
    ],
)
def test_what_is_asked_for_is_there_and_only_then(
    answers: dict[str, Any], files: set[str], renderer: Renderer
) -> None:
    plain = tree_of(renderer, ci=answers.get("ci", "github"), renovate=False, devcontainer=False)
    chosen = {"ci": "github", "renovate": False, "devcontainer": False} | answers
    assert tree_of(renderer, **chosen).keys() - plain.keys() == files


# DOCS


def test_every_link_leads_somewhere(repos: list[tuple[Answers, Tree]]) -> None:
    broken: dict[str, PurePosixPath] = {}
    for _, tree in repos:
        for path, text in markdown(tree):
            for link in re.findall(r"\]\(([^)\s]+)\)", text):
                if link.startswith("https://"):
                    continue
                file, _, anchor = link.partition("#")
                parts: list[str] = []
                for part in (path.parent / file).parts if file else path.parts:
                    parts = parts[:-1] if part == ".." else [*parts, part]
                target = "/".join(parts)
                anchors = {
                    re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
                    for title in (headings(tree, target) if target in tree else [])
                }
                if target not in tree or (anchor and anchor not in anchors):
                    broken[link] = path
    assert not broken


def test_every_file_that_the_docs_name_is_there(repos: list[tuple[Answers, Tree]]) -> None:
    """A path below a folder of the repo; a folder, or a pattern, that something matches."""
    made = ("dbt/target",)
    lost: dict[str, Any] = {}
    for answers, tree in repos:
        code = commands(tree)
        tops = {path.partition("/")[0] for path in tree if "/" in path}
        named = re.findall(rf"(?<![\w/.:-])(?:{'|'.join(map(re.escape, tops))})/[\w./*-]*", code)
        named += re.findall(r"(?<![\w/.])(?:azure-pipelines|\.gitlab-ci|databricks)\.yml", code)
        for name in named:
            pattern = re.escape(name.rstrip("/.")).replace(r"\*", "[^/]*")
            if not name.startswith(made) and not any(
                re.match(rf"{pattern}(/|$)", path) for path in tree
            ):
                lost[name] = answers.given
    assert not lost


def test_every_job_and_target_in_a_command_exists(repos: list[tuple[Answers, Tree]]) -> None:
    unknown: set[str] = set()
    for _, tree in repos:
        keys = {PurePosixPath(path).name.split(".")[0] for path in tree if path[:4] == "reso"}
        targets = yaml.safe_load(tree["databricks.yml"])["targets"].keys() | {"<target>"}
        for line in re.findall(r"databricks bundle [^\n`]*", commands(tree)):
            words = line.split("#")[0].split()
            for option, value in pairwise(words):
                if option in ("-t", "--target") and value not in targets:
                    unknown.add(line)
            if words[2] in ("run", "open"):
                # Its options have values, but for those that start with --full and --no.
                rest = re.sub(r"(-t|--target|--only|--params|--var) \S+|--\S+", "", line)
                key = rest.split("#")[0].split()[3:4]
                unknown |= {line} if not key or key[0] not in keys else set()
        for tasks in re.findall(r"--only (\S+)", commands(tree)):
            jobs = "".join(
                text.decode() for path, text in tree.items() if path.startswith("resources/jobs/")
            )
            unknown |= {task for task in tasks.split(",") if f"task_key: {task}\n" not in jobs}
    assert not unknown


def test_every_table_of_the_runbook_is_written_by_the_code(
    repos: list[tuple[Answers, Tree]],
) -> None:
    for answers, tree in repos:
        schema = f"{answers.read('prod_catalog')}.{answers.read('prod_schema')}."
        named = set(re.findall(rf"{re.escape(schema)}(\w+)", tree["docs/runbook.md"].decode()))
        code = [text.decode() for path, text in tree.items() if path.startswith("src/")]
        assert all(any(f'"{name}"' in text for text in code) for name in named), named


def test_the_shell_reads_every_block_of_commands(
    repos: list[tuple[Answers, Tree]], tmp_path: Path
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not on PATH")
    texts = sorted({block for _, tree in repos for block in blocks(tree, "sh")})
    assert texts
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.sh").write_text(text, encoding="utf-8")
    check = f'for file in "{tmp_path}"/*.sh; do {bash} -n "$file" || exit 1; done'
    process = subprocess.run([bash, "-c", check], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    # What a function puts in, between '" and "', is x, too.
    filled = [re.sub(r"'\"[^\"]*\"'", "x", text) for text in texts]
    bodies = [
        body for text in filled for body in re.findall(r"(?:--json|<<<) '(\{.*?\})'", text, re.S)
    ]
    assert bodies
    for body in bodies:
        json.loads(re.sub(r'("id"|"group_id"): x', r"\1: 0", body))


def test_setup_gives_each_environment_of_ci_its_identity(
    repos: list[tuple[Answers, Tree]],
) -> None:
    """And no other: the names in the docs are those in the files of the CI system."""
    for answers, tree in repos:
        text = tree["docs/setup.md"].decode()
        named = set(re.findall(r"^(?:hand_over|trust).* <id of sales-pipeline-(\w+)>", text, re.M))
        named |= set(re.findall(r"^\| `databricks-(\w+)` \|", text, re.M))
        assert named == environments(answers.read("ci"), tree), answers.given


def environments(ci: str, tree: Tree) -> set[str]:
    """Returns where the jobs of CI take their identity from."""
    if ci == "github":
        jobs = yaml.safe_load(tree[".github/workflows/ci.yml"])["jobs"].values()
        used = [job["environment"] for job in jobs if "environment" in job]
        return {each["name"] if isinstance(each, dict) else each for each in used}
    if ci == "gitlab":
        jobs = yaml.safe_load(tree[".gitlab-ci.yml"]).values()
        return {job["environment"]["name"] for job in jobs if "extends" in job}
    if ci == "azure_devops":
        text = tree["azure-pipelines.yml"].decode()
        groups = re.findall(r"(?:group|azureSubscription): databricks-(\w+)", text)
        bare = "DATABRICKS_AUTH_TYPE: azure-devops-oidc" in text
        return set(groups) or {
            {"1": "dev", "2": "staging", "3": "prod"}.get(principal[-1], "plan")
            for principal in re.findall(r"DATABRICKS_CLIENT_ID: (\S+)", text)
            if bare
        }
    return set()


def test_setup_names_the_audience_of_the_tokens(renderer: Renderer) -> None:
    github = tree_of(renderer, ci="github")
    assert "DATABRICKS_TOKEN_AUDIENCE: https://github.com/$" in tree_text(github)
    assert '"audiences": ["https://github.com/<organization>"]' in tree_text(github)
    gitlab = tree_of(renderer, ci="gitlab")
    assert "aud: $CI_SERVER_URL" in tree_text(gitlab)
    assert '"audiences": ["https://gitlab.com"]' in tree_text(gitlab)


def test_setup_hands_over_what_ci_reads(repos: list[tuple[Answers, Tree]]) -> None:
    """Tokens and variables of the CI system; its own names apart."""
    for answers, tree in repos:
        ci = [text.decode() for path, text in tree.items() if path.startswith(CI_FILES)]
        read = set(re.findall(r"\b(?:vars|secrets)\.(\w+)", "\n".join(ci)))
        read |= set(re.findall(r"\b(?:COMMENT|UPDATE)_TOKEN\b", "\n".join(ci)))
        read |= set(re.findall(r"\$\((DATABRICKS_CLIENT_SECRET)\)", "\n".join(ci)))
        given = "\n".join(blocks({"setup.md": tree["docs/setup.md"]}, "sh"))
        missing = [name for name in read if name not in given]
        assert not missing, answers.given


CI_FILES = (".github/workflows/", ".gitlab-ci.yml", "azure-pipelines.yml")


def tree_text(tree: Tree) -> str:
    return "\n".join(content.decode() for content in tree.values())


# Heading of the runbook, and when it is there.
SECTIONS = {
    "STALE or CircuitOpen: the source is left alone": "ingest and circuit_breaker",
    "PoorQuality: the load was not used": "gate",
    "Escalated: an incident is open": "pattern == 'workflow'",
    "Alert: not fresh": ("monitoring and schedule not in ('none', 'file_arrival', 'table_update')"),
    "Alert: unusual volume": "monitoring",
    "Pause the job": "schedule != 'none'",
    "Replay dead letters": "etl and dead_letters",
    "A copy of a": "ci != 'none' and try_out",
    "Drift was found": "ci != 'none' and reader_service_principal",
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_runbook_has_a_section_where_there_is_such_a_thing(
    heading: str, repos: list[tuple[Answers, Tree]]
) -> None:
    seen = set()
    for answers, tree in repos:
        names = {name: answers.read(name) for name in answers.renderer.questions}
        expected = bool(eval(SECTIONS[heading], {}, names))
        found = any(each.startswith(heading) for each in headings(tree, "docs/runbook.md"))
        assert found == expected, answers.given
        seen.add(expected)
    assert seen == {True, False}


def test_docs_speak_of_no_other_system_and_no_other_target(
    repos: list[tuple[Answers, Tree]],
) -> None:
    words = {"github": r"GitHub|\bgh ", "gitlab": "GitLab|glab", "azure_devops": "Azure DevOps"}
    for answers, tree in repos:
        pages = [tree[path].decode() for path in ("docs/setup.md", "docs/runbook.md", "AGENTS.md")]
        text = "\n".join(pages)
        for ci, word in words.items():
            assert ci == answers.read("ci") or not re.search(word, text), answers.given
        assert answers.read("include_staging") or not re.search("staging", text, re.I)
        assert "personal access token" not in text.replace("Nobody uses a personal access", "")


# TOOLS


OWNER = st.from_regex(
    r"@[A-Za-z0-9]([A-Za-z0-9_.-]{0,20}[A-Za-z0-9_])?(/[A-Za-z0-9_]{1,10}){0,3}", fullmatch=True
) | st.sampled_from(["a.b@example.com", "data+platform@example.org"])


@given(owners=st.lists(OWNER, min_size=1, max_size=5), ci=st.sampled_from(["github", "gitlab"]))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_owners_are_written_as_they_were_named(
    owners: list[str], ci: str, renderer: Renderer
) -> None:
    text = " ".join(owners)
    answers = Answers(renderer, lambda _, options: options[0], {"ci": ci, "codeowners": text})
    assert renderer.accepts(renderer.question("codeowners", answers), text)
    source = renderer.root / f".{ci}/CODEOWNERS.jinja"
    known, renderer.known = renderer.known, {}
    (content,) = renderer.tree(answers, sources=[source]).values()
    renderer.known = known
    assert content.decode().splitlines()[1:] == [f"* {text}"]


@given(text=st.text(max_size=40) | st.from_regex(r"[@ a-z/.,#*!]{1,20}", fullmatch=True))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_accepted_names_owners_only(text: str, renderer: Renderer) -> None:
    """No comment, pattern or second line comes in by an answer."""
    answers = Answers(renderer, lambda _, options: options[0], {"codeowners": text})
    if text and renderer.accepts(renderer.question("codeowners", answers), text):
        assert all("@" in owner for owner in text.split(" "))
        assert not re.search(r"[\s#*!,\\]", text.replace(" ", ""))


def test_hooks_are_those_that_there_are(repos: list[tuple[Answers, Tree]]) -> None:
    offered = yaml.safe_load((rendering.ROOT / ".pre-commit-hooks.yaml").read_text())
    for _, tree in repos:
        local, remote = yaml.safe_load(tree[".pre-commit-config.yaml"])["repos"]
        assert remote["rev"] == f"v{bundlewright.__version__}"
        assert {hook["id"] for hook in remote["hooks"]} <= {hook["id"] for hook in offered}
        tools = {hook["entry"].split()[2] for hook in local["hooks"]}
        assert all(f'"{tool}=='.encode() in tree["pyproject.toml"] for tool in tools)
        (types,) = (hook for hook in local["hooks"] if hook["id"] == "mypy")
        assert any(re.search(types["files"], path) for path in tree)


def test_renovate_leaves_alone_what_the_template_pins(repos: list[tuple[Answers, Tree]]) -> None:
    pinned = (*CI_FILES, ".devcontainer/", "jar/pom.xml")
    seen = 0
    for _, tree in repos:
        if "renovate.json" in tree:
            seen += 1
            ignored = json.loads(tree["renovate.json"])["ignorePaths"]
            for path in (path for path in tree if path.startswith(pinned)):
                assert any(PurePosixPath(path).match(each.replace("**", "*")) for each in ignored)
            tops = {each.removesuffix("/**") for each in ignored}
            assert all(any(path.startswith(top) for path in tree) for top in tops)
    assert seen


@pytest.mark.parametrize("ci", ["github", "gitlab", "azure_devops"])
def test_renovate_and_forms_are_valid(ci: str, renderer: Renderer, tmp_path: Path) -> None:
    tree = tree_of(renderer, ci=ci, renovate=True, devcontainer=True)
    rendering.write_tree(tmp_path, tree)
    forms = sorted(tmp_path.glob(".github/ISSUE_TEMPLATE/*"))
    checks = {"vendor.renovate": [tmp_path / "renovate.json"], "vendor.github-issue-forms": forms}
    for schema, files in checks.items():
        if files:
            command = [TOOLS / "check-jsonschema", "--builtin-schema", schema, *files]
            process = subprocess.run(command, capture_output=True, text=True, check=False)
            assert process.returncode == 0, process.stdout + process.stderr


def test_the_container_has_what_ci_has(renderer: Renderer) -> None:
    tree = tree_of(renderer, ci="gitlab", devcontainer=True)
    container, ci = tree[".devcontainer/Dockerfile"].decode(), tree[".gitlab-ci.yml"].decode()
    for pin in (r"python:\S+@sha256:\w+", r"uv==\S+", r"setup-cli/\w+/install\.sh"):
        (there,) = set(re.findall(pin, container))
        assert set(re.findall(pin, ci)) == {there}
    assert "maven" not in container
    assert "maven" in tree_text(tree_of(renderer, workloads=["jar"], devcontainer=True))


def test_claude_reads_what_assistants_have_to_know(repos: list[tuple[Answers, Tree]]) -> None:
    for _, tree in repos:
        imported = re.findall(rb"^@(\S+)$", tree["CLAUDE.md"], re.MULTILINE)
        assert imported == [b"AGENTS.md"]


def test_vscode_runs_the_tests_and_knows_what_notebooks_have(
    repos: list[tuple[Answers, Tree]],
) -> None:
    for answers, tree in repos:
        settings_ = json.loads(tree[".vscode/settings.json"])
        (tests,) = settings_["python.testing.pytestArgs"]
        paths = [tests, *settings_["python.analysis.extraPaths"]]
        assert all(any(path.startswith(f"{each}/") for path in tree) for each in paths)
        typed = ".vscode/__builtins__.pyi" in tree
        assert typed == answers.read("notebooks")
        assert typed == ("python.analysis.stubPath" in settings_)


@pytest.mark.parametrize(
    ("answers", "job", "key"),
    [
        ({"schedule": "0 0 2 * * ?"}, "sales_pipeline", "schedule"),
        ({"schedule": "periodic"}, "sales_pipeline", "trigger"),
        ({"schedule": "file_arrival"}, "sales_pipeline", "trigger"),
        ({"schedule": "table_update"}, "sales_pipeline", "trigger"),
        ({"schedule": "continuous"}, "sales_pipeline_loop", "continuous"),
    ],
)
def test_pausing_keeps_the_rest_of_what_starts_a_job(
    answers: dict[str, Any], job: str, key: str, renderer: Renderer, tmp_path: Path
) -> None:
    """The commands of the runbook, on a workspace that has the job as the bundle declares it."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not on PATH")
    tree = tree_of(renderer, ci="none", **answers)
    declared = yaml.safe_load(tree[f"resources/jobs/{job}.job.yml"])["resources"]["jobs"][job]
    state = {"job_id": 11, "settings": declared}
    summary = {"resources": {"jobs": {job: {"id": "11"}}}}
    (tmp_path / "job.json").write_text(json.dumps(state))
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    section = tree["docs/runbook.md"].decode().partition("## Pause the job")[2]
    commands = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[0]
    stub = """databricks() {
      case "$1 $2 $3" in
        "bundle summary -t") cat summary.json ;;
        "jobs get 11") cat job.json ;;
        "jobs update -t") cat "${6#@}" >sent.json ;;
        *) echo "databricks $*" >&2; return 1 ;;
      esac
    }
    """
    subprocess.run(["bash", "-euo", "pipefail", "-c", stub + commands], cwd=tmp_path, check=True)
    sent = json.loads((tmp_path / "sent.json").read_text())
    # A field that is sent takes the place of the whole one: it has to be complete.
    expected = declared[key] | {"pause_status": "PAUSED"}
    assert sent == {"job_id": 11, "new_settings": {key: expected}}


def test_default_tests_leave_out_those_that_need_a_workspace(
    renderer: Renderer, tmp_path: Path
) -> None:
    rendering.write_tree(tmp_path, tree_of(renderer))
    command = [sys.executable, "-m", "pytest", "-q", "--noconftest", "tests/workspace"]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert re.search(r"^\d+ deselected", process.stdout, re.MULTILINE), process.stdout
    assert not process.stderr


CLI = """#!{python}
import json, sys
words = [word for word in sys.argv[1:] if not word.startswith("-") and word != "json"]
state = json.load(open({state!r}))
answer = state.get(" ".join(words))
if answer is None:
    sys.exit("Error: not signed in")
print(json.dumps(answer))
"""


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ({}, "6 skipped"),
        ({"current-user me": {}, "bundle summary": {"held": ["USE_SCHEMA"]}}, "1 passed"),
        ({"current-user me": {}, "bundle summary": {"held": []}}, "1 failed"),
    ],
)
def test_tests_on_a_workspace_say_why_they_are_skipped_and_see_privileges(
    state: dict[str, Any], outcome: str, renderer: Renderer, tmp_path: Path
) -> None:
    """Without databricks-connect and Spark: what the CLI alone tells."""
    rendering.write_tree(tmp_path / "repo", tree_of(renderer, workloads=["python"]))
    if "bundle summary" in state:
        held = state["bundle summary"]["held"]
        schema = {"catalog_name": "c", "name": "s"}
        schema |= {"grants": [{"principal": "readers", "privileges": ["USE_SCHEMA"]}]}
        resources = {"jobs": {"sales_pipeline": {}}, "schemas": {"s": schema}}
        workspace = {"bundle": {"target": "dev"}, "workspace": {"host": "https://x"}}
        assignments = {"privilege_assignments": [{"principal": "readers", "privileges": held}]}
        state = state | {
            "bundle summary": workspace | {"resources": resources},
            "grants get schema c.s": assignments,
        }
    (tmp_path / "state.json").write_text(json.dumps(state))
    tool = tmp_path / "bin/databricks"
    tool.parent.mkdir()
    tool.write_text(CLI.format(python=sys.executable, state=str(tmp_path / "state.json")))
    tool.chmod(0o755)
    process = subprocess.run(
        [sys.executable, "tests/workspace/test_workspace.py"],
        cwd=tmp_path / "repo",
        env={"PATH": f"{tool.parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in process.stdout, process.stdout
    assert "No workspace: `databricks current-user me` says" in process.stdout or state
