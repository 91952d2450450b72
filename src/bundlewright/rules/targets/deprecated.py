"""Settings that have a successor and will go away.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings
"""

from bundlewright.bundle.access import is_true, maps_of, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import WARNING, Fix
from bundlewright.rules import Problem, rule
from bundlewright.rules.targets.deploying import needs_of_direct_engine


@rule("BW755", WARNING, on="bundle", cli=WARNING)
def compute_id(bundle):
    """`compute_id` is now called `cluster_id`.

    Fails:
        bundle:
          name: sales
          compute_id: 0923-164208-meows279
    Passes:
        bundle:
          name: sales
          cluster_id: 0923-164208-meows279
    """
    for document in bundle.documents:
        data = document.data if isinstance(document.data, Map) else {}
        holders = [(("bundle",), data["bundle"])] if isinstance(data.get("bundle"), Map) else []
        for section in ("targets", "environments"):
            holders += [((section, name), target) for name, target in maps_of(data.get(section))]
        for path, holder in holders:
            if "compute_id" in holder:
                key, place = holder.places["compute_id"]
                fix = Fix("cluster_id" not in holder, ("rename", key, "cluster_id"))
                message = "compute_id is deprecated"
                path = (*path, "compute_id")
                yield Problem(message, path, "call it cluster_id", place=place, fix=fix)


@rule("BW756", WARNING, on="target", cli=WARNING)
def terraform_engine(target):
    """A bundle is deployed with Terraform, which the CLI is about to drop.

    Fails:
        bundle:
          name: sales
          engine: terraform
    Passes:
        bundle:
          name: sales
          engine: direct
    """
    engine = target.section("bundle").get("engine")
    if engine == "terraform" and not needs_of_direct_engine(target):
        message = "the engine terraform is deprecated"
        yield Problem(message, ("bundle", "engine"), "leave it out: direct is the default")


@rule("BW757", WARNING, on="target", cli=WARNING, having=("experimental",))
def legacy_run_as(target):
    """A bundle uses the old way of `run_as`.

    It makes the identity the owner of all pipelines, for which an administrator has to deploy.

    Fails:
        experimental:
          use_legacy_run_as: true
        run_as:
          user_name: ada@example.com
    Passes:
        run_as:
          user_name: ada@example.com
    """
    if uses_legacy_run_as(target) and isinstance(target.config.get("run_as"), Map):
        path = ("experimental", "use_legacy_run_as")
        yield Problem("use_legacy_run_as is deprecated", path, "remove it")


def uses_legacy_run_as(target):
    """Whether a target asks for the old way of `run_as`, which takes all kinds of resources."""
    return is_true(value_at(target.config, ("experimental", "use_legacy_run_as")))
