--- What makes a login harder: second factors, passwords that must be changed, pictures to read.
--
-- Methods of a test wiki.

local json = require("cjson.safe")
local template = require("spec.wiki.template")

local credentials = {}

-- A Lua string as a PHP one.
local function php(text)
  return "'" .. text:gsub("[\\']", "\\%0") .. "'"
end

--- Gives a user a second factor (extension OATHAuth).
---@param name string
---@return string secret base32
---@return string[] scratch_codes (Debian's 1.39 does not accept them: its own fault)
function credentials:two_factor(name)
  local key = self:php([[
    $services = MediaWiki\MediaWikiServices::getInstance();
    $user = $services->getUserFactory()->newFromName( ]] .. php(name) .. [[ );
    $key = MediaWiki\Extension\OATHAuth\Key\TOTPKey::newFromRandom();
    $module = $services->getService( 'OATHAuth' )->getModuleByKey( 'totp' );
    $repository = $services->getService( 'OATHUserRepository' );
    $owner = $repository->findByUser( $user );
    $owner->setModule( $module );
    $owner->addKey( $key );
    $repository->persist( $owner, '127.0.0.1' );
    return [ 'secret' => $key->getSecret(), 'codes' => $key->getScratchTokens() ];
  ]])
  return key.secret, key.codes
end

--- What an authenticator app shows for a secret.
---@param secret string base32
---@param later? integer number of 30-second windows from now (default 0)
---@return string code six digits
function credentials.app_code(_, secret, later)
  local script = [[
    [ , $secret, $later ] = $argv;
    $bits = "";
    foreach ( str_split( $secret ) as $letter ) {
      $bits .= sprintf( "%05b", strpos( "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", $letter ) );
    }
    $key = "";
    foreach ( str_split( $bits, 8 ) as $byte ) {
      $key .= strlen( $byte ) === 8 ? chr( bindec( $byte ) ) : "";
    }
    $mac = hash_hmac( "sha1", pack( "J", intdiv( time(), 30 ) + $later ), $key, true );
    $at = ord( $mac[19] ) & 15;
    printf( "%06d", ( unpack( "N", substr( $mac, $at, 4 ) )[1] & 0x7fffffff ) % 1000000 );
  ]]
  return template.run("php", "-r", script, "--", secret, tostring(later or 0))
end

--- Takes the second factor's memory of used codes away, so that a spec need not wait for new ones.
function credentials:forget_used_codes()
  self:sql("DELETE FROM objectcache WHERE keyname LIKE '%oathauth-totp%'", "wiki")
  self:sql("DELETE FROM objectcache WHERE keyname LIKE '%oathauth-totp%'", "wikicache")
end

--- Lets a user's password run out.
---@param name string
---@param how "soft"|"hard"|"never" soft: may be skipped
function credentials:expire_password(name, how)
  local days = { soft = "'-1 day'", hard = "'-1 year'" }
  local when = days[how] and ("strftime('%Y%m%d%H%M%S', 'now', " .. days[how] .. ")") or "NULL"
  local user = "'" .. name:gsub("'", "''") .. "'"
  self:sql(("UPDATE user SET user_password_expires = %s WHERE user_name = %s"):format(when, user))
end

--- Mails a user a temporary password, as "forgot your password?" does.
---@param name string
---@return string password
function credentials:temporary_password(name)
  return self:php([[
    $services = MediaWiki\MediaWikiServices::getInstance();
    $request = MediaWiki\Auth\TemporaryPasswordAuthenticationRequest::newRandom();
    $request->username = ]] .. php(name) .. [[;
    $request->mailpassword = false;
    $services->getAuthManager()->changeAuthenticationData( $request );
    return $request->password;
  ]])
end

--- Sets a user's main password.
---@param name string
---@param password string
function credentials:set_password(name, password)
  self:php(([[
    $user = MediaWiki\MediaWikiServices::getInstance()->getUserFactory()->newFromName( %s );
    $data = [ 'username' => %s, 'password' => %s, 'retype' => %s ];
    $status = $user->changeAuthenticationData( $data );
    if ( !$status->isGood() ) {
      throw new Exception( $status->getWikiText() );
    }
  ]]):format(php(name), php(name), php(password), php(password)))
end

--- Reads a FancyCaptcha picture as a person would.
---@param png string bytes of the picture
---@return string? word
function credentials:read_image(png)
  local name = os.tmpname()
  local file = assert(io.open(name, "wb"))
  file:write(png)
  file:close()
  local pipe = assert(io.popen("md5sum <" .. name))
  local sum = pipe:read("a"):match("^%x+")
  pipe:close()
  os.remove(name)
  local words = assert(io.open(self.base_folder .. "/words.json"))
  local list = json.decode(words:read("a"))
  words:close()
  return list[sum]
end

return credentials
