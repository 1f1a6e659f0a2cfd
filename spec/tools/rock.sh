#!/bin/bash
# A binary rock of the tracked files, in build/. Debian's lua-cjson and argparse count as there.
set -euo pipefail
cd "$(dirname "$0")/../.."
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p build
git ls-files -z | tar --null -T - -c | tar -x -C "$tree"
echo 'rocks_provided = { ["lua-cjson"] = "2.1.0-1", argparse = "0.7.1-1" }' >"$tree/luarocks.lua"
cd "$tree"
LUAROCKS_CONFIG=$tree/luarocks.lua luarocks --lua-version 5.4 make --pack-binary-rock \
  rockspec/mwlogin-scm-1.rockspec
mv ./*.rock "$OLDPWD/build/"
ls "$OLDPWD"/build/*.rock
