#!/usr/bin/env bash
# Builds the image of what is committed, with podman, buildah or docker.
#   scripts/grading/container/build.sh NAME [more arguments for the build]
set -euo pipefail

name="${1:?name the image, as in: $0 token-auth-grader}"
shift
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
top="$(git -C "$here" rev-parse --show-toplevel)"
for engine in podman buildah docker ''; do
  if [ -z "$engine" ]; then
    echo "There is neither podman nor buildah nor docker here. Install one of them." >&2
    exit 2
  fi
  command -v "$engine" >/dev/null && break
done
context="$(mktemp -d)"
trap 'rm -rf "$context"' EXIT
git -C "$top" archive HEAD | tar -x -C "$context"
"$engine" build -t "$name" -f "$context/scripts/grading/container/Containerfile" "$@" "$context"
