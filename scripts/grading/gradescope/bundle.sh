#!/usr/bin/env bash
# Makes autograder.zip of what is committed, for Gradescope's "Configure Autograder".
#   scripts/grading/gradescope/bundle.sh [FILE]
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
top="$(git -C "$here" rev-parse --show-toplevel)"
out="${1:-autograder.zip}"
case "$out" in
/*) ;;
*) out="$PWD/$out" ;;
esac

if [ -n "$(git -C "$top" status --porcelain)" ]; then
  echo "There are changes that are not committed, and would not be in the archive. Commit them, or put them away: git stash -u" >&2
  exit 2
fi
chmod +x "$here/run_autograder" "$here/setup.sh"
git -C "$top" archive --format=zip -o "$out" \
  --prefix= --add-file="$here/setup.sh" --add-file="$here/run_autograder" --prefix=workshop/ HEAD
echo "$out is made of $(git -C "$top" rev-parse --short HEAD). Upload it, choose the newest Ubuntu, and give the container 1 CPU and 1.5 GB, or more."
