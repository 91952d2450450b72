"""The CI files of the repository that holds a bundle, and the scripts in them.

Sources: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax,
https://docs.gitlab.com/ci/yaml/, https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/
and https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/
"""

import functools
import os
import re

from bundlewright.bundle.access import items_of
from bundlewright.bundle.document import Document, Map, Seq, parse
from bundlewright.bundle.files import ROOT_NAMES, expand_glob

GITHUB, GITLAB, AZURE, OTHER = "GitHub", "GitLab", "Azure DevOps", "other"
_FILES = (
    (".github/workflows/*.y*ml", GITHUB),
    (".github/actions/*/action.y*ml", GITHUB),
    (".gitlab-ci.y*ml", GITLAB),
    (".gitlab/*.y*ml", GITLAB),
    (".gitlab/*/*.y*ml", GITLAB),
    ("azure-pipelines*.y*ml", AZURE),
    ("azure-pipelines/*.y*ml", AZURE),
    (".azure-pipelines/*.y*ml", AZURE),
    (".azuredevops/*.y*ml", AZURE),
    (".azuredevops/*/*.y*ml", AZURE),
    ("bitbucket-pipelines.yml", OTHER),
    (".circleci/config.yml", OTHER),
)
_SCRIPTS = ("run", "script", "bash", "pwsh", "powershell", "inlineScript", "command")
_BEFORE_SCRIPT = "before_script"


class Workflow:
    """A CI file that has to do with Databricks.

    Attributes:
        system: the CI system.
        folder: the absolute folder in which its scripts start.
        text, lines: its text.
        data: its content, a `Map`.
        steps: its `Step`s.
    """

    __slots__ = ("data", "folder", "lines", "steps", "system", "text")


class Step:
    """A script in a CI file.

    Attributes:
        workflow: the `Workflow`.
        path: where it stands in the file.
        around: the maps around it, the outermost first.
        environment: the variables that are set for it, as name -> (value, place).
        commands: its commands, as (words, snippet) pairs; see `bundlewright.rules.sources.shell`.
        calls: its calls of the Databricks CLI, as `Site`s.
    """

    __slots__ = ("around", "calls", "commands", "environment", "path", "workflow")


class Site:
    """A call of the CLI and where it stands.

    Attributes:
        call: the `bundlewright.rules.sources.shell.Call`.
        step: the `Step`.
        snippet: the script.
        folder: the absolute folder in which it runs, or None where that cannot be told.
    """

    __slots__ = ("call", "folder", "snippet", "step")

    def __init__(self, call, step, snippet, folder):
        self.call = call
        self.step = step
        self.snippet = snippet
        self.folder = folder


@functools.lru_cache(maxsize=1)  # several rules ask this of one bundle
def files_of(bundle):
    """The CI files that mention Databricks, of the repository that holds a bundle.

    Returns:
        A list of (system, folder in which scripts start, text, `Document`).
    """
    found = []
    for folder in _folders(bundle):
        for pattern, system in _FILES:
            for name in sorted(expand_glob(folder, pattern)):
                file = os.path.join(folder, name)
                text = bundle.text_of(file)
                if text is not None and "databricks" in text.lower():
                    # GitLab's only tag stands before a list, which is all that matters here.
                    untagged = text.replace("!reference", " " * 10)
                    document = parse(untagged, Document(bundle.relative(file)))
                    found.append((system, folder, text, document))
    return found


@functools.lru_cache(maxsize=1)
def workflows_of(bundle):
    """The `Workflow`s that the CI files of a bundle hold."""
    files = files_of(bundle)
    return [_workflow(*file) for file in files if isinstance(file[-1].data, Map)]


def steps_of(bundle):
    """The `Step`s of all CI files."""
    for workflow in workflows_of(bundle):
        yield from workflow.steps


def _folders(bundle):
    """The bundle's folder and those above it, up to that of the git repository."""
    folders = [bundle.root]
    while not bundle.exists(os.path.join(folders[-1], ".git")):
        parent = os.path.dirname(folders[-1])
        if parent == folders[-1]:
            return [bundle.root]  # no repository: what is above is none of ours
        folders.append(parent)
    return folders


def _workflow(system, folder, text, document):
    workflow = Workflow()
    workflow.system, workflow.folder, workflow.text = system, folder, text
    workflow.data = document.data
    workflow.lines = text.splitlines()
    workflow.steps = [_step(workflow, path, around) for path, around in _scripts(document.data)]
    return workflow


def _scripts(data):
    """The maps that hold scripts, as (path, maps around with that map itself) pairs."""
    stack = [((), data, ())]
    while stack:
        path, value, around = stack.pop()
        if isinstance(value, Map):
            around = (*around, value)
            if any(_is_script(value.get(field)) for field in (*_SCRIPTS, _BEFORE_SCRIPT)):
                yield path, around
            items = value.items()
        else:
            items = enumerate(value)
        stack += [
            ((*path, key), inner, around)
            for key, inner in reversed(list(items))
            if isinstance(inner, (Map, Seq))
        ]


def _is_script(value):
    return isinstance(value, str) or (
        isinstance(value, Seq) and any(isinstance(line, str) for line in value)
    )


def _step(workflow, path, around):
    from bundlewright.rules.sources.shell import call_of, commands_in  # only with CI files to read

    step = Step()
    step.workflow, step.path, step.around = workflow, path, around
    step.environment = {}
    for holder in around:
        for field in ("env", "variables"):
            for name, value, place in _variables(holder.get(field)):
                step.environment[name] = (value, place)
    step.commands, step.calls = [], []
    folder = _start_of(workflow, around)
    for snippet in _snippets(workflow, around[-1]):
        for words in commands_in(snippet.text):
            step.commands.append((words, snippet))
            if words[0].text in ("cd", "pushd", "Set-Location", "popd"):
                in_subshell = snippet.text[: words[0].at].rstrip().endswith("(")
                target = words[1].text if len(words) == 2 and not in_subshell else "$"
                folder = _below(folder, target, workflow)
            call = call_of(words)
            if call:
                step.calls.append(Site(call, step, snippet, folder))
    return step


def _variables(section):
    """The variables in a section, as (name, value, place); Azure DevOps also lists them."""
    if isinstance(section, Map):
        for name, value in section.items():
            yield name, value, section.places[name][0]
    for item in section if isinstance(section, Seq) else ():
        if isinstance(item, Map) and isinstance(item.get("name"), str):
            yield item["name"], item.get("value"), item.at


def _snippets(workflow, holder):
    """The scripts of a map in the order in which they run in one shell."""
    from bundlewright.rules.sources.snippets import of_scalar

    for field in (_BEFORE_SCRIPT, *_SCRIPTS):
        value = holder.get(field)
        if isinstance(value, str):
            yield of_scalar(value, holder.places[field][1], workflow.lines)
        elif isinstance(value, Seq):
            for line, place in zip(value, value.places, strict=True):
                if isinstance(line, str):
                    yield of_scalar(line, place, workflow.lines)


def _start_of(workflow, around):
    """The folder in which a script starts; None where it cannot be told."""
    folder = "."
    for holder in around:
        defaults = holder.get("defaults")
        run = defaults.get("run") if isinstance(defaults, Map) else None
        for one, field in (
            (run, "working-directory"),
            (holder, "working-directory"),
            (holder, "workingDirectory"),
            (holder, "working_directory"),
        ):
            if isinstance(one, Map) and one.get(field) is not None:
                folder = one[field]
        if any(_moves(step) for _, step in items_of(holder, "steps")):
            return None
    if workflow.system == GITLAB and _BEFORE_SCRIPT not in around[-1] and "cd " in workflow.text:
        return None  # a script that is inherited may change the folder
    return _below(workflow.folder, folder, workflow) if isinstance(folder, str) else None


def _moves(step):
    """Whether a step checks out another repository, or to another folder."""
    options = step.get("with")
    uses = step.get("uses", step.get("checkout"))
    if isinstance(uses, str) and isinstance(options, Map) and "checkout" in uses:
        return "path" in options or "repository" in options
    return isinstance(step.get("checkout"), str) and ("path" in step or step["checkout"] != "self")


# What CI systems call the folder into which they check out.
_CHECKOUTS = (
    r"\$\{\{ *github\.workspace *\}\}|\$\{?GITHUB_WORKSPACE\}?|\$\{?CI_PROJECT_DIR\}?"
    r"|\$\((?:System\.DefaultWorkingDirectory|Build\.SourcesDirectory)\)"
    r"|\$\{?BITBUCKET_CLONE_DIR\}?"
)


def _below(folder, target, workflow):
    """What a folder given in a CI file means; None where that cannot be told."""
    checkout = re.match(_CHECKOUTS, target)
    if checkout:
        folder, target = workflow.folder, target[checkout.end() :].lstrip("/\\") or "."
    if folder is None or target.startswith(("~", "-")) or re.search(r"[$%`]", target):
        return None
    return os.path.normpath(os.path.join(folder, target))


def is_for(bundle, folder):
    """Whether the CLI finds this bundle when it is called in a folder."""
    while folder:
        if any(bundle.is_file(os.path.join(folder, name)) for name in ROOT_NAMES):
            return folder == bundle.root
        parent = os.path.dirname(folder)
        folder = parent if parent != folder else None
    return False
