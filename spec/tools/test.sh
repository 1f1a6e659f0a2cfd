#!/bin/bash
# spec/tools/test.sh [[VARIANT:]SPEC…]: every spec file in a process of its own, two at a time, those that
# reach the C module once more under the sanitizers and valgrind, then every other check. Ends with
# `N passed, N failed, N skipped` (or writes that line to the file that MWLOGIN_SUMMARY names).
# Environment: JOBS (cores), SPEC_TIMEOUT (seconds for each file), ONLY=specs leaves out the rest.
set -uo pipefail
cd "$(dirname "$0")/../.."

export RESULTS=${RESULTS:-$PWD/build/test} SPEC_TIMEOUT=${SPEC_TIMEOUT:-400}
rm -rf "$RESULTS"
mkdir -p "$RESULTS"

# run_spec VARIANT FILE: its words to .log, `passed failed skipped` to .counts, seconds to .seconds
run_spec() {
  local variant=$1 file=$2 name interpreter=lua5.4 status passed failed skipped start
  local cpath="./build/?.so" runner=()
  name=$RESULTS/$variant.${file//\//.}
  case $variant in
    sanitized)
      cpath="./build/asan/?.so"
      export PATH="$PWD/build/asan/bin:$PATH"
      export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=97
      export LSAN_OPTIONS=suppressions=$PWD/spec/sanitize/leaks.supp:print_suppressions=0
      export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
      ;;
    valgrind)
      runner=(valgrind -q --error-exitcode=98 --leak-check=full --errors-for-leak-kinds=definite
        --suppressions=spec/sanitize/valgrind.supp --child-silent-after-fork=yes)
      ;;
  esac
  start=$EPOCHREALTIME
  MWLOGIN_COUNTS=$name.counts timeout -k 10 "$SPEC_TIMEOUT" "${runner[@]}" "$interpreter" \
    spec/tools/busted.lua --cpath="$cpath" -o spec/tools/output.lua "$file" \
    >"$name.log" 2>&1 </dev/null
  status=$?
  awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f\n", b - a }' >"$name.seconds"
  if ! read -r passed failed skipped 2>/dev/null <"$name.counts"; then
    passed=0 failed=1 skipped=0
    echo "the run ended with status $status before its summary" >>"$name.log"
  elif [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
    failed=1
    echo "the specs passed, but the process ended with status $status" >>"$name.log"
  fi
  echo "$passed $failed $skipped" >"$name.counts"
  printf '%s %-9s %s: %s passed%s%s, %s s\n' "$([ "$failed" -eq 0 ] && echo ok || echo FAIL)" \
    "$variant" "$file" "$passed" "$([ "$failed" -eq 0 ] || echo ", $failed failed")" \
    "$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")" "$(cat "$name.seconds")"
  [ "$failed" -eq 0 ] || sed 's/^/    /' "$name.log" | tail -n 120
}
export -f run_spec

# check NAME COMMAND…: counts one
check() {
  local name=$1 start=$EPOCHREALTIME verdict=ok
  shift
  if timeout -k 10 900 "$@" >"$RESULTS/check.$name.log" 2>&1 </dev/null; then
    echo "1 0 0" >"$RESULTS/check.$name.counts"
  else
    echo "0 1 0" >"$RESULTS/check.$name.counts"
    verdict=FAIL
  fi
  awk -v v="$verdict" -v n="$name" -v a="$start" -v b="$EPOCHREALTIME" \
    'BEGIN { printf "%s check     %s, %.1f s\n", v, n, b - a }'
  [ $verdict = ok ] || sed 's/^/    /' "$RESULTS/check.$name.log" | tail -n 120
}

specs=("$@")
[ ${#specs[@]} -gt 0 ] || mapfile -t specs < <(find spec -name '*_spec.lua' -not -path '*/node_modules/*' | sort)
{
  for spec in "${specs[@]}"; do
    case $spec in
      *:*) echo "${spec/:/ }" ;;
      *) echo "plain $spec" ;;
    esac
  done
  if [ $# -eq 0 ] && [ "${ONLY:-}" != specs ]; then
    sed '/^#/d; /^$/d' spec/sanitize/specs
  fi
} | xargs -P "${JOBS:-$(nproc)}" -L 1 bash -c 'run_spec "$1" "$2"' run_spec

if [ $# -eq 0 ] && [ "${ONLY:-}" != specs ]; then
  check gc-stress spec/sanitize/gc_stress.sh
  check fuzz spec/fuzz/run.sh
  check docs make --no-print-directory docs
  check lint spec/tools/lint.sh
fi

if [ $# -eq 0 ]; then
  echo
  echo "The ten slowest spec files:"
  for file in "$RESULTS"/*.seconds; do
    base=$(basename "$file" .seconds)
    printf '%8s s  %s\n' "$(cat "$file")" "${base/./ }"
  done | sort -rn | sed 10q
fi
echo
summary=$(cat "$RESULTS"/*.counts |
  awk '{ p += $1; f += $2; s += $3 } END { printf "%d passed, %d failed, %d skipped", p, f, s }')
if [ -n "${MWLOGIN_SUMMARY:-}" ]; then
  echo "$summary" >"$MWLOGIN_SUMMARY"
else
  echo "$summary"
fi
! grep -qE '^[0-9]+ [1-9]' "$RESULTS"/*.counts && grep -qE '^[1-9]' "$RESULTS"/*.counts
