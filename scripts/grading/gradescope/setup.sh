#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image; it is the only part that needs the
# network. It installs Go and bubblewrap, and grades the reference, so that everything is compiled
# as the grader will want it.
set -euo pipefail

# ---- Put your own here. ----
go_version=1.26.8
go_sha256= # of the archive for Linux on amd64, from https://go.dev/dl; checked if it is not empty
# ----------------------------

root="${AUTOGRADER:-/autograder}"
source="$root/source"
cache="$source/cache"

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -qy --no-install-recommends bubblewrap ca-certificates curl jq procps util-linux

export PATH="/usr/local/go/bin:$PATH"
if ! go version 2>/dev/null | grep -q ' go1\.26'; then
  archive="$(mktemp)"
  curl -fsSL --retry 3 -o "$archive" "https://go.dev/dl/go$go_version.linux-amd64.tar.gz"
  if [ -n "$go_sha256" ]; then
    echo "$go_sha256  $archive" | sha256sum --check --quiet
  fi
  rm -rf /usr/local/go
  tar -C /usr/local -xzf "$archive"
  rm "$archive"
fi

# The grader is not root: what isolation does not hold back, the user's rights do.
id grader >/dev/null 2>&1 || useradd --create-home grader
chmod a+rx "$root" "$source"
chmod -R a+rX "$source/workshop"
mkdir -p "$cache"
chown grader: "$cache"

as_grader() {
  setpriv --reuid grader --regid grader --init-groups \
    env HOME=/home/grader GOPATH="$cache/path" GOCACHE="$cache/build" GOTOOLCHAIN=local GOFLAGS=-buildvcs=false "$@"
}
as_grader GOWORK="$source/workshop/solutions/go.work" go -C "$source/workshop/solutions" mod download
# If the reference does not pass here, no submission could: the build of the image must fail.
as_grader go -C "$source/workshop/scripts" tool workshop grade -jobs 1 -fresh -must-pass "$source/workshop/solutions"
