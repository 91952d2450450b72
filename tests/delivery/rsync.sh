#!/usr/bin/env bash
# Copies what gitlab-ci-local asks rsync for: the repo into the folder of a job, artifacts out of it
# and into that of the next job. The repo is committed, so nothing has to be left out by git's word.
set -euo pipefail
shopt -s dotglob nullglob
parents=no
paths=()
while (($#)); do
  case $1 in
  --exclude) shift ;;
  --exclude=* | --exclude-from=* | --delete | --delete-excluded | -a) ;;
  -Ra) parents=yes ;;
  -*)
    echo "rsync: what does $1 mean?" >&2
    exit 2
    ;;
  *) paths+=("$1") ;;
  esac
  shift
done
to=${paths[-1]}
unset 'paths[-1]'
[[ $to == */.docker/ ]] && exit # for containers, of which there are none
mkdir -p "$to"
for path in "${paths[@]}"; do
  if [[ $parents == yes ]]; then
    cp -a --parents "$path" "$to"
  elif [[ $path == ./ ]]; then
    for entry in *; do
      [[ $entry == .gitlab-ci-local ]] || cp -a "$entry" "$to"
    done
  else
    cp -a "$path" "$to"
  fi
done
