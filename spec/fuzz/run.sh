#!/usr/bin/env bash
# The Lua-free C files, the whole path of a reply and that of cookie lines, under libFuzzer with ASan and
# UBSan, FUZZ_SECONDS (60) each; the captures are the corpus. What it finds stays in build/fuzz and
# becomes a spec in spec/regress.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-60}
mkdir -p build/fuzz
# what does not include lua.h, by the compiler's own account of what each file includes
free=()
for source in csrc/*.c; do
  case $source in
    csrc/pool.c) continue ;; # needs the exchange, which is bound to Lua
  esac
  if ! clang -MM $(pkg-config --cflags lua5.4 libcurl) "$source" | grep -q 'lua\.h'; then
    free+=("$source")
  fi
done
free+=(csrc/json_value.c) # needs Lua, and nothing of ours that does
for target in spec/fuzz/fuzz_*.c; do
  name=$(basename "$target" .c)
  sources=("${free[@]}")
  if grep -q core_in_lua.h "$target"; then sources=(csrc/*.c); fi
  clang -g -O1 -std=gnu11 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    $(pkg-config --cflags lua5.4 libcurl) "$target" "${sources[@]}" -o "build/fuzz/$name" \
    $(pkg-config --libs lua5.4) -lcurl -lcrypto
  mkdir -p "build/fuzz/corpus-$name"
  seeds=(../../spec/captures)
  if [ -d "spec/fuzz/seeds/$name" ]; then seeds+=("../../spec/fuzz/seeds/$name"); fi
  if ! (cd build/fuzz && "./$name" -max_total_time="$seconds" -max_len=8192 -print_final_stats=1 \
    "corpus-$name" "${seeds[@]}" >"$name.log" 2>&1); then
    tail -n 40 "build/fuzz/$name.log"
    exit 1
  fi
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log")
  echo "$name: $executions executions"
  if [ -n "${MWLOGIN_CASES:-}" ]; then # as spec/security/counts.lua does
    printf 'fuzzing of the C files that read bytes\t%d\t0\n' "$executions" >>"$MWLOGIN_CASES"
  fi
done
