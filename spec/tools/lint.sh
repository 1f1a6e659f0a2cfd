#!/bin/bash
# Everything that needs no run: each fault is printed, and the end is 1 if there was any.
set -uo pipefail
cd "$(dirname "$0")/../.."
bad=0
fault() {
  bad=1
  printf 'lint: %s\n' "$*"
}

luacheck -q --no-color --formatter plain . .busted .luacheckrc scripts/mwlogin || fault "luacheck"
spec/tools/node_modules/.bin/stylua --check lua scripts spec || fault "StyLua: run make format"
clang-format --dry-run -Werror csrc/*.[ch] spec/*/*.c || fault "clang-format: run make format"

grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|system|popen)[[:space:]]*\(' csrc/*.[ch] &&
  fault "a function that C here does without"

awk 'length > 100 { print FILENAME ":" FNR ": longer than 100 columns"; bad = 1 } END { exit bad }' \
  csrc/*.[ch] || fault "columns"

# The names are in pieces, so that this file holds none.
git grep -nIE "regist""ry\.(npm|yarn)|npm""js\.(org|com)|deb\.deb""ian\.org|security\.deb""ian\.org|luarocks\.o""rg|py""pi\.org" &&
  fault "a registry's host name"

luarocks --lua-version 5.4 lint rockspec/mwlogin-scm-1.rockspec || fault "rockspec"
lua5.4 spec/tools/rockspec.lua || fault "rockspec"

exported=$(nm -D --defined-only build/mwlogin/core.so | awk '{ print $3 }')
[ "$exported" = luaopen_mwlogin_core ] || fault "the C module exports more than luaopen_mwlogin_core: $exported"

exit $bad
