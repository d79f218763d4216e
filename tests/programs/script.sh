# SPDX-License-Identifier: MIT
# How a test of several programs begins: `. script.sh PROGRAM...` skips it if one is missing, and moves to a scratch
# folder.
for program; do
  if [ ! -x "$VSCG_PROGRAMS_DIR/$program" ]; then
    echo "skipped: there is no $VSCG_PROGRAMS_DIR/$program"
    exit 77
  fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The value of a number in one of our JSON files, which have one line per field.
field() { sed -n "s/^ *\"$2\": \([-0-9.e]*\),*$/\1/p" "$1" | head -n 1; }
fail() {
  echo "$*" >&2
  exit 1
}
