#!/usr/bin/env bash
# `make starve`: memory runs out at every allocation of the walks and of logins over https, and at
# STARVE_TIMES (8) allocations of each spec that takes at most STARVE_LONGEST (2) seconds. Folder by
# folder, four beside each other, since they wait most of the time. What went well is not run again at
# the same commit, so that a run that was interrupted goes on where it was.
#   starve.sh [PIECE…]: only these: a folder of spec/, `top` for specs in none, `walks`, `https`
set -u
cd "$(dirname "$0")/../.." || exit
kept=build/starve/$(git rev-parse --short HEAD 2>/dev/null || echo here)
mkdir -p "$kept"
export STARVE_TIMES=${STARVE_TIMES:-8} STARVE_LONGEST=${STARVE_LONGEST:-2} MWLOGIN_SAMPLE=50
export LOGINS_EVERY=1 TLS_EVERY=1

files() {
  find spec -name node_modules -prune -o -name '*_spec.lua' -print | sort |
    lua5.4 spec/sanitize/specs.lua sanitized
}

files_of() { # PIECE
  if [ "$1" = top ]; then files | grep '^spec/[^/]*$'; else files | grep "^spec/$1/"; fi
}

words() { # PIECE: what lua5.4 is called with
  case $1 in
    walks) echo spec/sanitize/starve.lua ;;
    https) echo spec/sanitize/starve_tls.lua ;;
    *)
      echo /usr/bin/busted --helper=spec/sanitize/starved.lua -o spec/tools/report.lua
      files_of "$1"
      ;;
  esac
}

# One piece: its counts are kept, and what went wrong is shown. One that went well has `.well`.
piece() {
  local name=$1 began=$SECONDS status
  rm -f "$kept/$name".*
  case $name in # once, as in make test: what browsers without memory leave is what the next spec counts
    redirect | respond) export STARVE_TIMES=1 STARVE_LONGEST=0.3 ;;
  esac
  # shellcheck disable=SC2046
  MWLOGIN_COUNTS=$kept/$name.specs MWLOGIN_CASES=$kept/$name.cases STARVE_CASES=$kept/$name.cases \
    spec/sanitize/with.sh lua5.4 $(words "$name") </dev/null >"$kept/$name.log" 2>&1
  status=$?
  echo "$name: $((SECONDS - began)) s"
  grep -q "^STARVED" "$kept/$name.log" && status=1
  if [ "$status" = 0 ]; then
    touch "$kept/$name.well"
  else
    grep -vE '^ .* refused  spec/|: not enough memory$' "$kept/$name.log" | sed 's/^/    /'
  fi
  return "$status"
}

if [ "${STARVE_PIECE:-}" ]; then
  [ -e "$kept/$1.well" ] || piece "$1"
  exit
fi

pieces=("$@")
if [ $# = 0 ]; then
  mapfile -t pieces < <(files | sed -E 's|^spec/||; s|/.*||; s|.*_spec\.lua$|top|' | sort -u)
  pieces+=(walks https)
fi
printf '%s\n' "${pieces[@]}" | STARVE_PIECE=1 xargs -n 1 -P 4 "$0"
status=$?
cd "$kept" || exit
cat "${pieces[@]/%/.cases}" 2>/dev/null | awk -F'\t' '
  /without memory|memory that runs out/ { cases[$1] += $2; findings[$1] += $3; all += $2; wrong += $3 }
  END {
    for (row in cases) printf "%8d  %8d  %s\n", cases[row], findings[row], row
    printf "%d allocations refused, %d findings\n", all, wrong
    exit (wrong > 0)
  }' || status=1
cat "${pieces[@]/%/.specs}" 2>/dev/null |
  awk '{ p += $1; f += $2; s += $3 } END { printf "%d passed, %d failed, %d skipped\n", p, f, s }'
exit $status
