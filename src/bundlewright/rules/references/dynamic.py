"""How `{{...}}` references are spelled.

What is not of a kind that jobs know, such as the Jinja of another tool, is none of our business.

Source: https://docs.databricks.com/aws/en/jobs/dynamic-value-references
"""

from bundlewright.bundle.access import items_of, place_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.dynamic import (
    FORMER,
    KNOWN,
    NAME,
    DynamicReference,
    follow,
    is_plain,
    is_right,
    parts_of,
    references_in,
    references_of,
    spell,
    texts_of,
)
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import DYNAMIC, Problem, nearest, replacement, rule


def _fix(resource, place, reference, parts, safe):
    """The fix that puts other parts in the place of a reference's."""
    text = reference.replaced_by(parts)
    return replacement(resource.bundle, place, reference.text, text, safe)


@rule("BW220", ERROR, on="job", having=(DYNAMIC,))
def unknown_dynamic_reference(job, resource):
    """A `{{...}}` reference names something that no run knows.

    It is refused, or the text is passed on as it stands.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      date: "{{job.start_time.isodate}}"
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      date: "{{job.start_time.iso_date}}"
    """
    for reference in references_of(job):
        parts = reference.parts
        if len(parts) == 1:
            continue  # `{{input}}`, a former one, or another tool's
        right, options = follow(parts)
        if right == len(parts):
            if options:
                hint = f"continue it, such as {spell((*parts, *_rest(options)))}"
                yield Problem(f"{reference.said} is not complete", reference.path, hint)
            continue
        near = nearest(parts[right], options, 0.6 if right else 0.75) if options else None
        mended = (*parts[:right], near, *parts[right + 1 :]) if near else ()
        if right == 0 and not is_right(mended):
            continue  # a template of another tool
        if near is None and parts[:2] == ("job", "trigger"):
            continue  # new kinds of triggers come with fields of their own
        message = f"{reference.said}: there is no {'.'.join(parts[: right + 1])}"
        hint = f"use one of {', '.join(options)}" if options else "nothing can follow here"
        fix = None
        if mended:
            hint = f"did you mean {spell(mended)}?"
            if is_right(mended):
                place = place_at(job, reference.path)
                fix = _fix(resource, place, reference, mended, False)
        yield Problem(message, reference.path, hint, fix=fix)


def _rest(options):
    """A way to go on where a reference is not complete."""
    rest = []
    while options:
        part = "iso_date" if "iso_date" in options else next(iter(options))
        rest.append("name" if part == "*" else part)
        options = options[part]
    return rest


@rule("BW225", INFO, on="job", having=(DYNAMIC,))
def former_dynamic_reference(job, resource):
    """A `{{...}}` reference is spelled as it was before references had dots.

    It still works, but is deprecated.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      run: "{{run_id}}"
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      run: "{{task.run_id}}"
    """
    for reference in references_of(job, *FORMER):
        if len(reference.parts) == 1:
            today, is_same = FORMER[reference.parts[0]]
            place = place_at(job, reference.path)
            fix = _fix(resource, place, reference, today.split("."), is_same)
            message = f"{reference.said} is deprecated"
            yield Problem(message, reference.path, f"use {{{{{today}}}}}", fix=fix)


# Braces around a name; what has more than a name between them is another tool's.
_BRACES = Pattern(rf"(\$\{{|\{{\{{)\s*({NAME})\s*(\}}*)")
_DOLLAR = Pattern(r"\$\{\s*(?:job|tasks?|backfill|input)\.")


@rule("BW226", ERROR, on="job")
def broken_dynamic_reference(job, resource):
    """The braces of a dynamic reference are not two and two.

    Without `{{` and `}}` it is text like any other, and so passed on as it stands.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      job: "{{job.id}"
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      job: "{{job.id}}"
    """
    texts = []
    if job.has_dynamic:
        texts += [(place_at(job, path), path, text) for path, text in texts_of(job)]
    for path, text in resource.references.texts:
        if path[:1] == ("tasks",) and _DOLLAR.search(text):
            texts.append((place_at(resource.merged, path), path, text))
    for place, path, text in texts:
        for match in _BRACES.finditer(text):
            opened, name, closed = match.groups()
            parts = parts_of(name)
            if parts[0] not in KNOWN or len(parts) == 1 or not is_right(parts):
                continue
            if opened == "{{" and (closed.startswith("}}") or _closes_later(match)):
                continue
            if opened == "${" and (parts[0] == "workspace" or not closed):
                continue  # another rule says that this field does not exist
            reference = DynamicReference(path, text, *match.span(), parts)
            message = f"{reference.said.strip()} is no reference, it is passed on as it stands"
            is_started = opened == "{{"
            fix = _fix(resource, place, reference, parts, is_started)
            severity = None if is_started else WARNING
            yield Problem(message, path, f"write {spell(parts)}", severity=severity, fix=fix)


def _closes_later(match):
    """Whether more than a name stands between the braces, as in the expressions of other tools."""
    rest = match.string[match.end() :].partition("{{")[0]
    return not match.group(3) and "}}" in rest


@rule("BW227", WARNING, on="job", having=(DYNAMIC,))
def unquoted_name(job, resource):
    """A name in a `{{...}}` reference has other characters than letters, digits and `_`.

    Such a name needs backticks around it, or the reference is text like any other.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: extract-orders
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: load
                  depends_on:
                    - task_key: extract-orders
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      rows: "{{tasks.extract-orders.values.rows}}"
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: extract-orders
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: load
                  depends_on:
                    - task_key: extract-orders
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      rows: "{{tasks.`extract-orders`.values.rows}}"
    """
    if not job.has_dynamic:
        return
    names = {str(item.get("name")) for _, item in items_of(job, "parameters")}
    for reference in references_of(job, "job", "tasks", "input"):
        said, parts = reference.said, reference.parts
        dotted = ".".join(parts[2:])
        if parts[:2] == ("job", "parameters") and dotted in names:
            parts = (*parts[:2], dotted)
        quoted = [part for part in parts if f"`{part}`" in said or f"[{part}]" in said]
        bare = [part for part in parts if not is_plain(part) and part not in quoted]
        if bare and is_right(parts):
            fix = _fix(resource, place_at(job, reference.path), reference, parts, True)
            message = f"{said}: {bare[0]!r} needs backticks around it"
            yield Problem(message, reference.path, f"write {spell(parts)}", fix=fix)


@rule("BW228", WARNING, on="job", having=(DYNAMIC,))
def dynamic_reference_taken_literally(job, resource):
    """A `{{...}}` reference stands where no run looks for one.

    A job's name, its tags and what starts it are fixed when it is deployed. What differs between
    targets is a variable of the bundle: `${var.name}`.

    Fails:
        resources:
          jobs:
            etl:
              name: etl {{job.start_time.iso_date}}
    Passes:
        resources:
          jobs:
            etl:
              name: etl ${bundle.target}
    """
    if not job.has_dynamic:
        return
    for field in ("name", "tags", "schedule", "trigger"):
        value = job.get(field)
        texts = [((field,), value)]
        if isinstance(value, Map):
            texts = [((field, key), text) for key, text in value.items()]
        for path, text in texts:
            for reference in references_in(text) if isinstance(text, str) else ():
                if is_right(reference.parts) or ".".join(reference.parts) in FORMER:
                    message = f"{reference.said} is taken literally in the job's {field}"
                    yield Problem(message, path, "use ${...} for what is known when it is deployed")
