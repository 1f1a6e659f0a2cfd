#!/usr/bin/env bash
# with.sh COMMAND…: runs it so that every lua5.4, also of what it starts, is the one under build/asan.
# What the sanitizers report of any of these programs is printed at the end, and fails the whole.
set -u
cd "$(dirname "$0")/../.."
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
log=log_path=$reports/report
# specs of clocks and of full disks preload a library of their own, which comes before ASan's
env PATH="$PWD/build/asan:$PATH" ASAN_OPTIONS="detect_leaks=1:verify_asan_link_order=0:$log" \
  LSAN_OPTIONS="print_suppressions=0" \
  UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:$log" "$@"
status=$?
for report in "$reports"/*; do
  [ -e "$report" ] || continue
  cat "$report"
  status=1
done
exit $status
