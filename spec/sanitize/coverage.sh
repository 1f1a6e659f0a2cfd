#!/usr/bin/env bash
# Lines of csrc/ that the specs of the core run, file by file; fails below COVERAGE_LEAST (90) %.
set -euo pipefail
cd "$(dirname "$0")/../.."
least=${COVERAGE_LEAST:-90}
find build/coverage -name '*.gcda' -delete
env -u MWLOGIN_CASES MWLOGIN_SAMPLE=50 \
  lua5.4 /usr/bin/busted --cpath './build/coverage/?.so' -o spec/tools/report.lua \
  spec/core spec/session spec/hostile/{types,cut}_spec.lua spec/captures_spec.lua spec/gather_spec.lua \
  spec/session_spec.lua spec/secret_spec.lua </dev/null
for source in csrc/*.c; do
  gcov -n -o "build/coverage/obj/$(basename "$source" .c)" "$source" 2>/dev/null </dev/null |
    awk -v want="$source" '
      /^File/ { file = $2; gsub("\047", "", file) }
      /^Lines executed/ && file == want && !shown++ {
        sub("Lines executed:", "", $0); split($0, part, "% of "); print want, part[1], part[2]
      }'
done | awk -v least="$least" '
  { run = $2 / 100 * $3; all += $3; executed += run; printf "%6.1f %%  %s\n", $2, $1 }
  END {
    printf "%6.1f %% of %d lines of csrc/\n", 100 * executed / all, all
    exit 100 * executed / all < least
  }'
