"""Who hears of what becomes of a run.

Sources: https://docs.databricks.com/aws/en/jobs/notifications and
https://docs.databricks.com/api/workspace/jobs/create
"""

import functools
import re

from bundlewright.bundle.access import is_true, items_of, known, maps_of, tasks_of, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.rules import Problem, rule

_MOST_WEBHOOKS = 3  # for each event
_ADDRESS = r"[^\s@,;<>()]+@([^\s@,;<>()]+)"
_NOTIFYING = ("email_notifications", "webhook_notifications")


@functools.lru_cache(maxsize=1)  # several rules ask this of one resource after another
def _notifying(resource):
    """A job and those of its tasks that say something of notifications, as (path, map) pairs."""
    holders = [((), resource.config), *tasks_of(resource.config)]
    fields = (*_NOTIFYING, "health", "notification_settings")
    return [(path, holder) for path, holder in holders if any(one in holder for one in fields)]


def _lists(holder, field):
    """The lists in a map of notifications, as (path, list) pairs; one for each event."""
    notifications = holder.get(field)
    for event, items in notifications.items() if isinstance(notifications, Map) else ():
        if isinstance(items, list):
            yield (field, event), items


def _addresses(resource):
    """Every e-mail address of a resource, as (path, value) pairs."""
    lists = []
    if resource.kind in ("jobs", "model_serving_endpoints"):
        for path, holder in _notifying(resource):
            found = _lists(holder, "email_notifications")
            lists += [((*path, *where), items) for where, items in found]
    elif resource.kind == "pipelines":
        for index, notification in items_of(resource.config, "notifications"):
            recipients = notification.get("email_recipients")
            lists.append((("notifications", index, "email_recipients"), recipients))
    elif resource.kind == "quality_monitors":
        for event, destination in maps_of(resource.config.get("notifications")):
            recipients = destination.get("email_addresses")
            lists.append((("notifications", event, "email_addresses"), recipients))
    elif resource.kind == "alerts":
        path = ("evaluation", "notification")
        notification = value_at(resource.config, path)
        if isinstance(notification, Map):
            for index, subscription in items_of(notification, "subscriptions"):
                where = (*path, "subscriptions", index, "user_email")
                yield where, subscription.get("user_email")
    for path, items in lists:
        for index, address in enumerate(items if isinstance(items, list) else ()):
            yield (*path, index), address


_WITH_ADDRESSES = (
    "alerts",
    "jobs",
    "model_serving_endpoints",
    "pipelines",
    "quality_monitors",
)


@rule("BW511", ERROR, on="resource", kinds=_WITH_ADDRESSES)
def bad_email_address(resource):
    """A notification goes to something that is not an e-mail address.

    Each item of the list is one address, without a name. A domain without a dot is a warning.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              email_notifications:
                on_failure:
                  - team.example.com
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              email_notifications:
                on_failure:
                  - team@example.com
    """
    for path, address in _addresses(resource):
        if not isinstance(address, str) or not known(address):
            continue
        found = re.fullmatch(_ADDRESS, address)
        if not found:
            several = address.count("@") > 1
            hint = "make each address an item of the list" if several else "write name@domain"
            yield Problem(f"{address!r} is not an e-mail address", path, hint)
        elif "." not in found[1].strip("."):
            message = f"{address!r} has no complete domain"
            yield Problem(message, path, "write name@domain", severity=WARNING)


@rule("BW512", ERROR, on="resource", kinds=("jobs",))
def bad_webhook(resource):
    """A notification goes to a destination without an ID, or to too many.

    `id` is that of a notification destination that an administrator has made, not the address of
    the webhook. There are at most three for each event.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              webhook_notifications:
                on_failure:
                  - id: https://hooks.example.com/services/T00/B00
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              webhook_notifications:
                on_failure:
                  - id: 0481e838-0a59-4eff-9541-a4ca6f149574
    """
    for path, holder in _notifying(resource):
        for where, webhooks in _lists(holder, "webhook_notifications"):
            where = (*path, *where)
            if len(webhooks) > _MOST_WEBHOOKS:
                message = f"{where[-1]} has {len(webhooks)} webhooks"
                hint = f"there are at most {_MOST_WEBHOOKS} for each event"
                yield Problem(message, where, hint, of_key=True)
            for index, webhook in enumerate(webhooks):
                id = webhook.get("id") if isinstance(webhook, Map) else None
                if isinstance(id, str) and not id.strip():
                    yield Problem("a webhook has no ID", (*where, index, "id"), _WEBHOOK_ID)
                elif isinstance(id, str) and "://" in id:
                    message = f"{id!r} is an address, not the ID of a destination"
                    yield Problem(message, (*where, index, "id"), _WEBHOOK_ID)


_WEBHOOK_ID = "use the ID of a notification destination"

# An event of notifications, and what the names of the health metrics that it is about start with.
_HEALTH_EVENTS = {
    "on_duration_warning_threshold_exceeded": "RUN_DURATION_SECONDS",
    "on_streaming_backlog_exceeded": "STREAMING_BACKLOG_",
}


def _metrics(holder):
    """The metrics of the health rules of a job or a task; None where they cannot be told."""
    health = holder.get("health")
    if health is None:
        return []
    rules = health.get("rules") if isinstance(health, Map) else None
    if not isinstance(rules, list) or not all(isinstance(one, Map) for one in rules):
        return None
    metrics = [one.get("metric") for one in rules]
    return metrics if all(isinstance(one, str) and known(one) for one in metrics) else None


@rule("BW513", WARNING, on="resource", kinds=("jobs",))
def notification_without_health_rule(resource):
    """A notification is for a threshold that no health rule sets.

    It is never sent.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              email_notifications:
                on_duration_warning_threshold_exceeded:
                  - team@example.com
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              health:
                rules:
                  - metric: RUN_DURATION_SECONDS
                    op: GREATER_THAN
                    value: 3600
              email_notifications:
                on_duration_warning_threshold_exceeded:
                  - team@example.com
    """
    of_job = _metrics(resource.config)
    for path, holder in _notifying(resource):
        own = _metrics(holder)
        if own is None or of_job is None:
            continue
        for field in _NOTIFYING:
            for where, items in _lists(holder, field):
                metric = _HEALTH_EVENTS.get(where[-1])
                if metric and items and not any(one.startswith(metric) for one in own + of_job):
                    message = f"{where[-1]} is never sent: no health rule sets the threshold"
                    hint = f"add a rule for {metric}{'...' if metric.endswith('_') else ''}"
                    yield Problem(message, (*path, *where), hint, of_key=True)


@rule("BW514", INFO, on="resource", kinds=("jobs",), profile="strict")
def health_rule_without_notification(resource):
    """Nobody hears when a health rule's threshold is exceeded.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              health:
                rules:
                  - metric: RUN_DURATION_SECONDS
                    op: GREATER_THAN
                    value: 3600
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              health:
                rules:
                  - metric: RUN_DURATION_SECONDS
                    op: GREATER_THAN
                    value: 3600
              webhook_notifications:
                on_duration_warning_threshold_exceeded:
                  - id: 0481e838-0a59-4eff-9541-a4ca6f149574
    """
    told = set()
    for _, holder in _notifying(resource):
        for field in _NOTIFYING:
            if isinstance(holder.get(field), str):
                return  # a reference that only a deployment resolves
            told.update(where[-1] for where, items in _lists(holder, field) if items)
    for path, holder in _notifying(resource):
        for index, metric in enumerate(_metrics(holder) or ()):
            for event, start in _HEALTH_EVENTS.items():
                if metric.startswith(start) and event not in told:
                    message = f"nobody hears of {metric}"
                    where = (*path, "health", "rules", index, "metric")
                    yield Problem(message, where, f"add a notification {event}")


@rule("BW515", INFO, on="resource", kinds=("jobs",))
def settings_without_notifications(resource):
    """A job or a task says how it notifies, and notifies nobody.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              notification_settings:
                no_alert_for_canceled_runs: true
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              notification_settings:
                no_alert_for_canceled_runs: true
              email_notifications:
                on_failure:
                  - team@example.com
    """
    for path, holder in _notifying(resource):
        settings = holder.get("notification_settings")
        says = isinstance(settings, Map) and any(map(is_true, settings.values()))
        if says and not any(holder.get(field) for field in _NOTIFYING):
            message = "notification_settings have no effect without notifications"
            where = (*path, "notification_settings")
            hint = "add email_notifications or webhook_notifications"
            yield Problem(message, where, hint, of_key=True)
