"""What is wrong in the text of a file.

Source: https://pkg.go.dev/gopkg.in/yaml.v3
"""

from bundlewright.bundle.document import Map, Seq
from bundlewright.bundle.merge import kind_of
from bundlewright.finding import ERROR, WARNING, Fix
from bundlewright.rules import Problem, rule


@rule("BW001", ERROR, on="bundle", cli=ERROR)
def invalid_yaml(bundle):
    """A file of the bundle is not YAML that can be read.

    Nothing in the file counts, and the CLI stops.

    Fails:
        bundle:
          name: [sales
    Passes:
        bundle:
          name: sales
    """
    for document in bundle.documents:
        for kind, message, place in document.problems:
            if kind == "syntax":
                yield Problem(f"not valid YAML: {message}", place=place)
            elif kind in ("unreadable", "refused"):
                yield Problem(message, place=place)
        data = document.data
        if data is not None and not isinstance(data, Map):
            message = f"expected a map at the top of the file, found a {kind_of(data)}"
            yield Problem(message, place=(document.name, 1, 1))


@rule("BW002", WARNING, on="bundle")
def duplicate_key(bundle):
    """A key stands twice in one mapping.

    The last one wins without a word, and what stood under the first is gone. Where that was a map
    or a list, such as a second `resources:`, it is an error: nothing that was in it is deployed.

    Fails:
        bundle:
          name: sales
          name: orders
    Passes:
        bundle:
          name: sales
    """
    for document in bundle.documents:
        for kind, message, place in document.problems:
            if kind == "duplicate_key":
                earlier, value = document.earlier[place]
                # The last one is what counts, but a whole map was hardly meant to be lost.
                is_lost = isinstance(value, (Map, Seq)) and len(value) > 0
                fix = Fix(not is_lost, ("remove", earlier, ""))
                hint = "bring the two together" if is_lost else "remove one of the two"
                severity = ERROR if is_lost else None
                yield Problem(message, place=place, hint=hint, severity=severity, fix=fix)


@rule("BW003", ERROR, on="bundle")
def second_document(bundle):
    """A file holds more than one YAML document.

    Only the first is read: all that stands after the `---` is ignored.

    Fails:
        bundle:
          name: sales
        ---
        variables: {}
    Passes:
        bundle:
          name: sales
        variables: {}
    """
    for document in bundle.documents:
        for kind, message, place in document.problems:
            if kind == "second_document":
                hint = "remove the '---', or move what follows to a file of its own"
                yield Problem(f"{message}; it is ignored", place=place, hint=hint)
