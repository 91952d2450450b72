"""The folder that files arrive in, which each target names in ``databricks.yml``."""

PLACEHOLDER = "/Volumes/0000000/placeholder/"


def check_source(source: str) -> None:
    """Stop where nobody has said yet in which folder the files of this target arrive.

    Raises:
        ValueError: the folder is the placeholder that the template has written.
    """
    if source.startswith(PLACEHOLDER):
        answer = source.removeprefix(PLACEHOLDER)
        raise ValueError(
            f"The answer {answer} is missing: in which folder do the files arrive? Give it by "
            f"`uvx copier update --trust --defaults --data {answer}=/Volumes/...`, and deploy."
        )
