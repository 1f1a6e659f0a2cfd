#!/bin/sh
# Makes the two templates that wikis are copied from, unless they are there already:
#   BASE      a MediaWiki installed by its own installer, with every extension's tables and messages
#   ACCOUNTS  its database with the accounts of LIST (lines of name TAB password TAB groups), and
#             a bot password for the first of them (BOT = app TAB secret)
# template.sh BASE ACCOUNTS LIST BOT MEDIAWIKI
set -eu
umask 077
base=$1 accounts=$2 list=$3 bot=$4 mediawiki=$5
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$base")
tab=$(printf '\t')

mkdir -p "$root/opcache"
exec 9>"$root/lock"
flock 9
new=$(mktemp -d "$root/new.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 1' INT TERM HUP

run() {
  script=$1
  shift
  php -d memory_limit=512M "$mediawiki/maintenance/$script" "$@" \
    </dev/null >>"$new/log" 2>&1 9>&- || { tail -n 20 "$new/log" >&2; exit 1; }
}

settings() {
  export MW_CONFIG_FILE="$here/LocalSettings.php" MWLOGIN_WIKI_FOLDER="$new"
  printf '{"host":"127.0.0.1","private":false,"base":"%s","extensions":[%s]}\n' "$1" "$2" >"$new/wiki.json"
}

if [ ! -d "$base" ]; then
  mkdir "$new/data" "$new/cache" "$new/written"
  # The installer refuses to work where it finds settings: point it to none.
  MW_CONFIG_FILE="$new/none.php" run install.php --dbtype sqlite --dbname wiki --dbpath "$new/data" \
    --scriptpath "" --server http://127.0.0.1 --lang en --confpath "$new/written" --skins Vector \
    --pass "Keeper-of-the-wiki-7" "mwlogin test wiki" Keeper
  settings "$new" '"ConfirmEdit","OATHAuth","MwloginTest"'
  # Two captchas cannot be loaded at once; their messages can.
  for captcha in QuestyCaptcha FancyCaptcha; do
    echo "\$wgMessagesDirs['$captcha'] = \"\$IP/extensions/ConfirmEdit/$captcha/i18n\";"
  done >"$new/settings.php"
  run update.php --quick --skip-external-dependencies
  run rebuildLocalisationCache.php --lang en,de,ar
  mkdir "$new/captchas"
  php "$here/captchas.php" "$new/captchas" mwlogin-captcha
  rm -rf "$new/written" "$new/wiki.json" "$new/settings.php" "$new/log"
  mv "$new" "$base"
  mkdir "$new"
fi

if [ ! -d "$accounts" ]; then
  cp -R "$base/data" "$new/data"
  settings "$base" ""
  first=
  while IFS=$tab read -r name password groups; do
    run createAndPromote.php ${groups:+--custom-groups "$groups"} -- "$name" "$password"
    first=${first:-$name}
  done <"$list"
  IFS=$tab read -r app secret <"$bot"
  run createBotPassword.php --appid "$app" \
    --grants basic,highvolume,editpage,createeditmovepage,uploadfile,uploadeditmovefile -- "$first" "$secret"
  rm -f "$new/wiki.json" "$new/log"
  mv "$new" "$accounts"
fi
