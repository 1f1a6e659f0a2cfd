---What to do about an error, by its code: MediaWiki's and our own; doc/errors.md tells them all.
local advice = {}

local BY_CODE <const> = {
  -- action=login
  wrongpassword = "Check user name and password; it is not tried again by itself, since a few "
    .. "tries lock the account. The wiki says the same when it wants a captcha.",
  wrongpasswordempty = "Give a password.",
  ["authmanager-authn-no-primary"] = "Give a user name and a password; if both were given, "
    .. "the wiki allows no such name, or asks for more than these (mwlogin doctor shows what).",
  ["login-throttled"] = "Wait as long as it says, at most; until then the right password is "
    .. "refused too.",
  sessionlost = "The session cookie did not come back: check proxies in between, and the address "
    .. "(https, host name).",
  ["botpasswords-needs-reset"] = "Renew this bot password at Special:BotPasswords.",
  ["botpasswords-locked"] = "The account is locked: ask the people who run the wiki.",
  ["botpasswords-not-exist"] = "Check the application's name after the @, at Special:BotPasswords.",
  ["api-login-fail-aborted"] = "This is the main password of an account that needs a second step; "
    .. 'create one at Special:BotPasswords, or use method = "clientlogin".',
  ["api-login-fail-aborted-nobotpw"] = "This account needs a second step: use "
    .. 'method = "clientlogin".',
  ["api-login-fail-badsessionprovider"] = "A bot password or OAuth session is in the way: call "
    .. "logout() first, or use a fresh Session.",
  ["api-login-fail-sameorigin"] = "Do not send origin or callback.",
  NeedToken = "The session cookie did not come back: check proxies in between, and the address.",
  WrongToken = "The session was lost in between: check proxies in between, and the address.",
  -- clientlogin
  ["authmanager-authn-not-in-progress"] = "The session was lost on the wiki: log in again.",
  ["authmanager-authn-no-local-user"] = "Link the account to a local one, or create one "
    .. "(a restart handler).",
  ["authmanager-authn-no-local-user-link"] = "Link the account to a local one, or create one "
    .. "(a restart handler).",
  ["authmanager-authn-autocreate-failed"] = "The wiki could not create a local account: ask the "
    .. "people who run it.",
  ["login-userblocked"] = "The account is blocked: ask the people who run the wiki.",
  ["userlogin-cannot-login"] = "A bot password or OAuth session is in the way: call "
    .. "logout() first, or use a fresh Session.",
  ["captcha-login-required"] = "Answer the captcha: answers.captchaWord, a handler, or respond.",
  fatalpassworderror = "This password is forbidden by the wiki: set another one in a browser.",
  badretype = "Give the same new password twice.",
  ["resetpass-validity"] = "Give a new password as answers.retype.",
  ["resetpass-validity-soft"] = "Give a new password as answers.retype, or press skipReset.",
  ["resetpass-expired"] = "Give a new password as answers.retype.",
  ["resetpass-expired-soft"] = "Give a new password as answers.retype, or press skipReset.",
  ["resetpass-temp-emailed"] = "Give a new password as answers.retype: the mailed one works once.",
  ["oathauth-auth-ui"] = "Give the second factor: answers.OATHToken (mwlogin.secret.totp), or "
    .. "respond.",
  ["emailauth-login-message"] = "Give the code of the mail: answers.token, or respond.",
  ["oathauth-login-failed"] = "Check the clock of this machine and the secret of the second "
    .. "factor.",
  ["oathauth-throttled"] = "Wait a minute, then try a fresh code.",
  ["oathauth-2fa-required-nologin"] = "Set up two-factor authentication in a browser first.",
  ["emailauth-login-failure"] = "Use the code of the newest mail: each login sends another.",
  ["emailauth-login-retry-limit"] = "Log in again: a new code is sent.",
  ["centralauth-login-error-locked"] = "The global account is locked: ask the people who run the "
    .. "wiki.",
  ["centralauth-rename-abortlogin"] = "The account is being renamed: wait an hour.",
  -- createaccount, linkaccount
  userexists = "Choose another user name.",
  invaliduser = "Check the user name: the wiki does not allow these characters.",
  passwordtooshort = "Choose a longer password.",
  passwordincommonlist = "Choose a password that is not among the most used ones.",
  ["captcha-createaccount-fail"] = "Start again and answer the new captcha.",
  ["acct_creation_throttle_hit"] = "Too many accounts were created from this address: wait a day.",
  ["antispoof-conflict"] = "Choose a user name less like an existing one.",
  -- the API
  badtoken = "The token belongs to another session: fetch a new one and try once more.",
  notoken = "Send the token that the module asks for: opts.token.",
  missingparam = "Give the parameter that is named; a token goes by opts.token.",
  mustbeposted = "Use post() instead of get().",
  mustpostparams = "Send secrets and tokens by post(), never in the address.",
  badvalue = "Check the parameter that is named: the wiki does not know this value.",
  unknown_action = "Check the module's spelling; if it is right, an extension is missing, or the "
    .. "wiki is old.",
  badurl_loginreturnurl = "Give return_url as a whole address: http://127.0.0.1:8000/return.",
  assertuserfailed = "The session has ended: log in again.",
  assertnameduserfailed = "The session belongs to another user: log in again.",
  assertbotfailed = "The account lacks the bot right, or the bot password lacks its grant: tick "
    .. '"High-volume (bot) access", or leave assert = "bot" out.',
  assertanonfailed = "Log out first, or leave assert out.",
  baduser = "Check the user name in assertuser.",
  readapidenied = "The wiki is private: log in first.",
  writeapidenied = "The account may not write by the API: ask the people who run the wiki.",
  permissiondenied = "The account, or the grants of its bot password or OAuth consumer, lack a "
    .. "right.",
  protectedpage = "The page is protected: use an account that may edit it.",
  blocked = "The account or address is blocked: ask the people who run the wiki.",
  notloggedin = "Log in first.",
  readonly = "The wiki takes no changes at the moment, logins included: try again later.",
  maxlag = "The wiki's database is behind: try again later, or raise maxlag.",
  ratelimited = "Wait a few minutes: the wiki limits how often this may be done.",
  reauthenticate = "Log in afresh: the wiki wants a recent login for this.",
  cannotreauthenticate = "Log in by password for this: a bot's or OAuth session cannot prove "
    .. "itself anew.",
  cannotlogout = "An OAuth session cannot be logged out: revoke it at Special:OAuthManageMyGrants.",
  badrequest = "Name exactly one request by its id.",
  invalidmethod = "Use GET or POST.",
  contenttoolarge = "Send less at once.",
  ["origin-mismatch"] = "Do not send origin.",
  no_status = "Something in between changed the reply, or the wiki is broken: look at the trace.",
  no_token = "Ask for csrf, which most changes take; some types need an extension or a login.",
  -- OAuth
  ["mwoauth-invalid-authorization"] = "The consumer, token or signature is refused: check all four "
    .. "values and this machine's clock, and whether the consumer is approved for this wiki.",
  ["mwoauth-invalid-authorization-wrong-wiki"] = "Use a consumer that is registered for this wiki.",
  ["mwoauth-invalid-authorization-not-approved"] = "The consumer is not approved yet: ask at "
    .. "Special:OAuthListConsumers.",
  ["mwoauth-invalid-authorization-invalid-user"] = "The user has not allowed this consumer here: "
    .. "log in again and allow it.",
  ["mwoauth-invalid-authorization-blocked-user"] = "The user is blocked: ask the people who run "
    .. "the wiki.",
  ["mwoauth-invalid-authorization-wrong-user"] = "The access belongs to another user: log in "
    .. "again.",
  ["mwoauth-oauth-exception"] = "Check the consumer's values at Special:OAuthConsumerRegistration.",
  ["mwoauth-callback-not-oob"] = "The consumer has one registered return address: give that one as "
    .. 'return_url, or return_url = "oob" to paste what the wiki shows.',
  ["mwoauth-callback-not-oob-or-prefix"] = "Give a return_url that begins with the consumer's "
    .. "registered one (its port 1 stands for any), or register http://127.0.0.1:1/ as prefix.",
  ["mwoauthserver-consumer-owner-only"] = "An owner-only consumer needs no browser: give "
    .. "access_key and access_secret too, as Special:OAuthConsumerRegistration showed them.",
  ["mwoauthserver-consumer-no-secret"] = "The wiki holds neither a secret nor an RSA key of this "
    .. "consumer: register another one.",
  ["mwoauthserver-bad-consumer"] = "The consumer is not approved, or was disabled: ask at "
    .. "Special:OAuthListConsumers.",
  ["mwoauthserver-bad-consumer-key"] = "The wiki does not know this consumer_key: check it.",
  ["mwoauthserver-insufficient-rights"] = "The account may not use OAuth: ask the people who run "
    .. "the wiki.",
  ["mwoauthserver-invalid-user"] = "The account must exist on all wikis of the farm: ask the "
    .. "people who run it.",
  ["mwoauthserver-invalid-request-token"] = "The login took longer than 10 minutes, or was used "
    .. "already: log in again.",
  ["mwoauthdatastore-bad-source-ip"] = "The consumer may only be used from some addresses: add "
    .. "this machine's to its usage restrictions.",
  ["mwoauthdatastore-bad-verifier"] = "The code is not that of this login: log in again, and paste "
    .. "what the wiki shows last.",
  ["mwoauthdatastore-bad-token"] = "It was not allowed on the wiki's page yet: log in again and "
    .. "allow it.",
  ["mwoauthdatastore-request-token-already-used"] = "This login was finished already: log in "
    .. "again.",
  ["mwoauthdatastore-request-token-not-found"] = "The login took longer than 10 minutes: log in "
    .. "again.",
  ["mwoauthdatastore-callback-not-found"] = "The page was opened twice, or after more than 10 "
    .. "minutes: log in again.",
  ["mwoauthdatastore-access-token-not-found"] = "The access was revoked, or belongs to another "
    .. "consumer: log in again.",
  ["mwoauth-db-readonly"] = "The wiki gives no access at the moment: try again in some minutes.",
  ["mwoauth-not-api"] = "Pages of index.php take no OAuth: ask the API or rest.php.",
  ["mwoauth-api-module-disabled"] = "Log in by another method: this wiki does not take this module "
    .. "with OAuth.",
  ["mwoauth-oauth-unsupported-version"] = "The consumer is one of OAuth 2: log in with client_id.",
  -- network, TLS, HTTP
  resolve = "Check the spelling of the host and this machine's name server.",
  proxy = "Check the proxy's address (http://host:port, or with one of the other schemes), and "
    .. "that it runs.",
  connect = "Check host and port, and that the server runs.",
  timeout = "Try again later, or give a longer timeout.",
  descriptors = "Raise the limit (ulimit -n), or do less at once (concurrency; in_flight of a "
    .. "pool).",
  memory = "This machine has no memory left: end what uses it up, then try again.",
  cut = "Try again; if it stays so, look at proxies in between, and whether the port wants https.",
  certificate = "Check the host's name and the machine's clock; a private authority goes into "
    .. "ca_file.",
  certificate_name = "Use the name that is in the certificate; if you did, somebody else answers "
    .. "in the wiki's place.",
  certificate_expired = "Check this machine's clock; if it is right, the wiki's administrators "
    .. "have to renew the certificate.",
  certificate_early = "Check this machine's clock.",
  certificate_self_signed = "Get the certificate from the wiki's administrators on a way you "
    .. "trust, and give it as ca_file.",
  certificate_authority = "Give that authority's certificate as ca_file, or install it on this "
    .. "machine.",
  client_cert_wanted = "Give your certificate and its key (PEM) as client_cert and client_key.",
  ca_file = "Give a readable file of PEM certificates as ca_file.",
  rsa_key = "Give the path of the consumer's private key as rsa_key: PEM, RSA, chmod 600.",
  client_cert = "Give a readable PEM certificate and key as client_cert and client_key.",
  handshake = "Check that the port speaks https.",
  not_http = "Check the port: something other than a web server answers there.",
  insecure_http = "Use the https address; only if the network is trusted, give "
    .. "insecure_http = true.",
  redirect = "Use the address it points to: api.php itself never redirects.",
  html = "Give the address of api.php or of a page of the wiki.",
  not_json = "Give the address of api.php or of a page of the wiki.",
  empty = "The server failed before the wiki could answer: try later, or tell its operators.",
  trailing = "The wiki broke down while finishing, so the reply is not believed: try later.",
  too_deep = "This is no reply of MediaWiki: look at what answers at this address.",
  too_large = "Ask for less, or raise max_response.",
  encoding = "A proxy in between damages replies: look at it.",
  no_module = "Check the address: this is JSON, but not from this module of MediaWiki.",
  ["401"] = "Something in front of the wiki wants a name and password: give http_auth.",
  ["403"] = "The server turns this client away: give a user_agent with a contact, and check "
    .. "firewalls.",
  ["404"] = "There is nothing at this address: give api.php or a page of the wiki.",
  ["429"] = "Too many requests: wait as long as it says.",
  ["500"] = "The server failed: try later, or tell its operators.",
  ["502"] = "The server behind the proxy does not answer: try later.",
  ["503"] = "The server is overloaded or in maintenance: try later.",
  ["504"] = "The server behind the proxy is too slow: try later.",
  file = "Check that the file is there and readable.",
  nul = "Remove the NUL byte.",
  header = "Its name is letters, digits and dashes; its value has no line break and no NUL byte.",
  interrupted = "Start again when you like.",
  closed = "Open the Session again.",
  origin = "Fetch pages of other hosts by another client: this one's cookies are the wiki's alone.",
}

local ELSEWHERE <const> = "keep sessions where you can write: set XDG_STATE_HOME, or give "
  .. "store.file { folder = … }."

---Of errors of kind `store`.
local BY_STORE_CODE <const> = {
  missing = "Make the folder above it, or " .. ELSEWHERE,
  unsafe = "Mend its owner and mode (ls -la shows them), or remove it if it is not yours.",
  exists = "Move away what is there, or " .. ELSEWHERE,
  full = "Make room on that disk (df -h, df -i), or " .. ELSEWHERE,
  read_only = "Make it writable, or " .. ELSEWHERE,
  denied = "Mend its owner and mode (ls -la shows them), or " .. ELSEWHERE,
  name = "Give the folder a shorter name, or " .. ELSEWHERE,
  large = "This is no kept session: look at it, and remove it by hand.",
  io = "Look at the disk (dmesg), or " .. ELSEWHERE,
  timeout = "Wait for the other process, or end it: its lock is free then.",
}

local BY_KIND <const> = {
  store = "Sessions are kept in a folder of yours that nobody else may read or change: look at it "
    .. "(ls -la), mend owner and mode, or remove what is kept there.",
  network = "Check the network, then try again.",
  tls = "Check the certificate and the address.",
  http = "Check the address, then try again later.",
  protocol = "Check that the address is that of a MediaWiki's api.php.",
  api = "Look the code up in the API's documentation of the wiki (api.php).",
  refused = "Look at what the wiki says; it is not tried again by itself.",
  throttled = "Wait a few minutes, then try again.",
}

---Of a refused login that had to do with a captcha: one was answered, or the wiki now wants one.
advice.CAPTCHA = {
  answered = "Password or captcha answer was wrong; the captcha is used up, log in again for "
    .. "another.",
  wanted = "The wiki now wants a captcha, whatever the password: log in again and answer it "
    .. "(answers.captchaWord, a handler, or respond).",
}

---@param err table with code and kind
---@return string|nil sentence
function advice.of(err)
  local code = tostring(err.code)
  local found = err.kind == "store" and BY_STORE_CODE[code] or BY_CODE[code]
  if found then
    return found
  end
  if code:find "^internal_api_error" then
    return "The wiki failed inside: try later, and tell the people who run it if it stays so."
  elseif code:find "^no%a+token$" then
    return BY_CODE.notoken
  elseif code:find "^mwoauth" then
    return BY_CODE["mwoauth-invalid-authorization"]
  end
  return BY_KIND[err.kind]
end

return advice
