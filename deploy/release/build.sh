#!/usr/bin/env bash
# Build sdist and wheel twice into a folder and a neighbour, and compare: what is attested can be made again by anybody.
#   PYTHON=.venv/bin/python deploy/release/build.sh dist [TAG]
# PYTHON has what requirements/build.txt names. A tag must be that of the version which is built.
set -euo pipefail

out="$1" tag="${2:-}"
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
export SOURCE_DATE_EPOCH
for folder in "$out" "$out.again"; do
  "${PYTHON:-python3}" -m build --no-isolation --outdir "$folder" . > /dev/null # the wheel is built from the sdist
done
diff -r "$out" "$out.again"
rm -r "$out.again"

version="$(basename "$out"/mlposture-*.tar.gz .tar.gz)"
if [ -n "$tag" ] && [ "$tag" != "v${version#mlposture-}" ]; then
  echo "the tag is $tag, and the version is ${version#mlposture-}" >&2
  exit 2
fi
cd "$out"
sha256sum ./*.tar.gz ./*.whl | tee SHA256SUMS
