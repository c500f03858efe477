#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What every file of the project has: its licence line, and for C the project's formatting. TAP.
cd "$(dirname "$0")/.." || exit 1

files=$(git ls-files '*.c' '*.h' '*.py' '*.sh' '*meson.build' 'tools/*' 'clients/examples/*' 2>/dev/null)
[ -n "$files" ] || files=$(find daemon clients sandbox protocol tests tools -name '*.[ch]')
bare=$(echo "$files" | xargs grep -L 'SPDX-License-Identifier: LGPL-2.1-or-later')
crooked=$(echo "$files" | grep '\.[ch]$' | xargs clang-format --dry-run 2>&1 | sed -n 's/^\([^:]*\):.*/\1/p' | sort -u)

echo 1..2
if [ -z "$bare" ]; then echo "ok 1 /style/licence"; else echo "not ok 1 /style/licence"; echo "$bare" | sed 's/^/# /'; fi
if [ -z "$crooked" ]; then echo "ok 2 /style/format"; else echo "not ok 2 /style/format"; echo "$crooked" | sed 's/^/# /'; fi
