#!/usr/bin/env bash
# The core under valgrind: the walk, and those of its specs that are quick, since valgrind is slow.
set -euo pipefail
cd "$(dirname "$0")/../.."
look() {
  env -u MWLOGIN_CASES valgrind -q --leak-check=full --show-leak-kinds=definite \
    --errors-for-leak-kinds=definite --keep-debuginfo=yes --error-exitcode=9 \
    --child-silent-after-fork=yes --suppressions=spec/sanitize/valgrind.supp "$@"
}
look lua5.4 spec/sanitize/walk.lua
look lua5.4 /usr/bin/busted -o spec/tools/report.lua spec/gather_spec.lua \
  spec/core/{address,cookies,crypto,login,parameters,redact,reply,session}_spec.lua </dev/null
