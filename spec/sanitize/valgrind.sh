#!/usr/bin/env bash
# The core under valgrind: a subset that is quick, since valgrind is slow.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec valgrind -q --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
  --keep-debuginfo=yes --error-exitcode=9 --suppressions=spec/sanitize/valgrind.supp \
  lua5.4 spec/sanitize/walk.lua
