#!/usr/bin/env bash
# Stands in for every command that CI calls and that leads out of the repo: writes down how it was
# called, to $RECORD, and answers as $FAILING, $PLAN and $UPDATE say. Linked under their names.
tool=${0##*/}

unset record
if [[ $tool != @(git|python|python3|sudo) || ($tool == git && " $* " =~ \ (push|clone.*https://.*)\ ) ]]; then
  branch=$([[ $tool == databricks ]] && "$GIT" branch --show-current 2>/dev/null)
  printf -v record '%s\x1f' "$tool" "$PWD" "${CI_JOB_NAME-}" "$branch" "$#" "$@"
  for name in "${!DATABRICKS_@}" "${!BUNDLE_VAR_@}" GH_TOKEN COMMENT_TOKEN SYSTEM_ACCESSTOKEN AZURE_CONNECTION; do
    [[ -v $name ]] && printf -v record '%s%s=%s\x1f' "$record" "$name" "${!name}"
  done
  printf '%s\x1e' "$record" >>"$RECORD"
  if [[ -n ${FAILING-} && "$tool $*" =~ $FAILING ]]; then
    echo "Error: $tool fails" >&2
    exit 1
  fi
fi

update() {
  case ${UPDATE-nothing} in
  changes) echo "of the new release" >>README.md ;;
  conflict) # as `copier update --conflict inline` leaves it, with status 0
    printf '<<<<<<< before updating\nmine\n=======\ntheirs\n>>>>>>> after updating\n' >README.md
    blob=$("$GIT" hash-object -w README.md)
    "$GIT" update-index --force-remove README.md
    for stage in 1 2 3; do printf '100644 %s %s\tREADME.md\n' "$blob" $stage; done |
      "$GIT" update-index --index-info
    ;;
  esac
}

case $tool in
git)
  if [[ -v record ]]; then # a push is good for everything, a clone of something else for nothing
    [[ " $* " == *" push "* ]] && exit 0
    echo "fatal: unable to access that" >&2
    exit 128
  fi
  exec "$GIT" "$@"
  ;;
python | python3) exec "$PYTHON" "$@" ;;
sudo) exec "$@" ;;
uv) # its own environment is not there, but Python's own library is
  if [[ $1 == run ]]; then
    shift
    while [[ ${1-} == -* ]]; do shift; done
    [[ ${1-} == python* ]] && shift
    if [[ ${1-} == scripts/*.py ]]; then exec "$PYTHON" "$@"; fi
  fi
  ;;
databricks)
  if [[ "$1 $2" == "bundle plan" ]]; then
    cat "$PLANS/${PLAN-changes}.json" || exit 1
  elif [[ "$1 $2" == "bundle summary" ]]; then
    echo '{"bundle": {"mode": "development"}, "resources": {}}'
  elif [[ "$1 $2" == "auth describe" ]]; then
    echo '{"details": {"host": "https://made-up.cloud.databricks.com"}}'
  elif [[ "$1 $2" == "warehouses list" ]]; then
    echo "${WAREHOUSES-[{\"id\": \"0123456789abcdef\"\}]}"
  fi
  ;;
copier | uvx | pipx)
  if [[ " $* " == *copier* || $tool == copier ]]; then
    case " $* " in
    *" check-update "*)
      available=$([[ ${UPDATE-nothing} == nothing ]] && echo false || echo true)
      printf '{"update_available": %s, "current_version": "1.0.0", "latest_version": "1.1.0"}\n' \
        "$available"
      ;;
    *" update "*) update ;;
    esac
  fi
  ;;
esac
exit 0
