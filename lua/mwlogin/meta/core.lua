---@meta mwlogin.core
-- Written by spec/tools/meta.lua out of the comments in csrc/.

---The C module: one exchange with a wiki at a time, no policy, no retry.
---@class mwlogin.core
local core = { crypto = {}, private_file = {} }

---What all sessions of a program share: connections and name look-ups
---@class mwlogin.core.Pool: userdata
local Pool = {}

---One conversation with one wiki
---@class mwlogin.core.Session: userdata
local Session = {}

---A text in locked memory that prints as `secret: ***`
---@class mwlogin.core.Secret: userdata
local Secret = {}

---A program that was started
---@class mwlogin.core.Process: userdata
local Process = {}

---The terminal of this process
---@class mwlogin.core.Terminal: userdata
local Terminal = {}

---A lock that is held
---@class mwlogin.core.Lock: userdata
local Lock = {}

---A file in memory
---@class mwlogin.core.UnnamedFile: userdata
local UnnamedFile = {}

---A file to be uploaded
---@class mwlogin.core.File: userdata
local File = {}

---An address taken apart.
---@param url string http or https
---@return table|nil `{ scheme, host, port, path, query, fragment, origin, loopback, userinfo }`
---@return mwlogin.Error|nil err (kind answer)
function core.address(url) end

---Base32 with padding.
---@param bytes string|mwlogin.core.Secret
---@return string|mwlogin.core.Secret a secret when a secret was given
function core.crypto.base32(bytes) end

---Base64 with padding.
---@param bytes string|mwlogin.core.Secret
---@return string|mwlogin.core.Secret a secret when a secret was given
function core.crypto.base64(bytes) end

---Base64 for addresses (`-` and `_`), without padding.
---@param bytes string|mwlogin.core.Secret
---@return string|mwlogin.core.Secret a secret when a secret was given
function core.crypto.base64url(bytes) end

---Whether two texts are the same, in a time that depends on their lengths only.
---@param a string|mwlogin.core.Secret
---@param b string|mwlogin.core.Secret
---@return boolean
function core.crypto.equal(a, b) end

---Hexadecimal digits, in small letters: what digests are mostly shown as.
---@param bytes string|mwlogin.core.Secret
---@return string|mwlogin.core.Secret a secret when a secret was given
function core.crypto.hex(bytes) end

---HMAC (RFC 2104).
---@param algorithm string `"sha1"`, `"sha256"` or `"sha512"`; anything else raises
---@param key string|mwlogin.core.Secret
---@param message string|mwlogin.core.Secret
---@return string 20, 32 or 64 raw bytes
function core.crypto.hmac(algorithm, key, message) end

---Bytes nobody can guess.
---@param count integer 0 to 65536
---@return string raw bytes
function core.crypto.random(count) end

---Signs by RSA and SHA-1 (RFC 8017, RSASSA-PKCS1-v1_5).
---@param path string of the private key: PEM, readable by its owner alone
---@param text string|mwlogin.core.Secret
---@return string|nil raw bytes
---@return mwlogin.Error|nil err kind `answer`, code `rsa_key`
function core.crypto.rsa_sha1(path, text) end

---SHA-1.
---@param text string|mwlogin.core.Secret
---@return string 20 raw bytes
function core.crypto.sha1(text) end

---SHA-256.
---@param text string|mwlogin.core.Secret
---@return string 32 raw bytes
function core.crypto.sha256(text) end

---Reads base32 as people copy it: case, spaces, dashes and missing padding do not matter.
---@param text string|mwlogin.core.Secret
---@return mwlogin.core.Secret|nil always a secret: base32 is how keys are written down
---@return mwlogin.Error|nil err kind `answer`, code `encoding`
function core.crypto.unbase32(text) end

---Reads base64; padding may be left out.
---@param text string|mwlogin.core.Secret
---@return string|mwlogin.core.Secret|nil a secret when a secret was given
---@return mwlogin.Error|nil err kind `answer`, code `encoding`
function core.crypto.unbase64(text) end

---Reads base64 for addresses; padding may be left out.
---@param text string|mwlogin.core.Secret
---@return string|mwlogin.core.Secret|nil a secret when a secret was given
---@return mwlogin.Error|nil err kind `answer`, code `encoding`
function core.crypto.unbase64url(text) end

---Percent-encoding undone, once; a `%` without two digits stays.
---@param text mwlogin.core.Secret
---@return mwlogin.core.Secret
function core.crypto.unpercent(text) end

---Lets others of this user read this process's memory, attach a debugger and find its cores, or,
---with false, forbids it. It never stops root.
---@param dumpable boolean
---@return boolean whether the system did it
function core.dumpable(dumpable) end

---A text percent-encoded by RFC 3986: only `A-Za-z0-9-._~` stay.
---@param text string|mwlogin.core.Secret
---@return string|mwlogin.core.Secret a secret when a secret was given
function core.encode(text) end

---A file to be uploaded: as a parameter's value it makes the request a streamed multipart one.
---@param path string read when the request is sent
---@param options? table `name`: the file name to tell the wiki (default: the path's last part);
---`type`: its media type
---@return mwlogin.core.File
function core.file(path, options) end

---Runs a command and puts the first line of its output, without the line's end, straight into a
---secret. It may ask on the terminal; its words on stderr go where ours go.
---@param argv string[] the program and its arguments; there is no shell
---@param options? table `timeout`: seconds (60); `env`: as for `process`
---@return mwlogin.core.Secret|nil
---@return mwlogin.Error|nil err kind `answer`, code `not_found`, `denied`, `start`, `timeout`,
---`exit` (with `exit` or `signal`), `empty` or `large`; no output is quoted in it
function core.first_line(argv, options) end

---Puts something that cannot be read, or written, where a standard stream is closed: using one
---fails as it would have, and no socket or file gets its number.
---@return integer how many were closed
function core.hold_standard_streams() end

---Whether a value is a pool, closed or not.
---@param value any anything
---@return boolean
function core.is_pool(value) end

---Whether a value is a secret.
---@param value any anything
---@return boolean
function core.is_secret(value) end

---Whether a descriptor is a terminal.
---@param fd integer 0, 1 or 2
---@return boolean
function core.isatty(fd) end

---Takes strings out of the outermost object of a JSON text that is a secret, each into a secret of
---its own. A value with an escape or anything but visible ASCII in it is left where it is.
---@param text mwlogin.core.Secret
---@param names string[] of the members that are taken
---@return table `rest`: the text with an empty string in the place of each; and the secrets by name
function core.json_secrets(text, names) end

---Gives the lock back; twice is fine.
function Lock:release() end

---Whether a name and password have the shape of a bot password: the name holds an `@` and the
---password is 32 or more of `0-9a-w`, or the password is `app@` and such a string.
---@param username string
---@param password string|mwlogin.core.Secret
---@return boolean
function core.looks_like_botpassword(username, password) end

---A clock that only goes forward, for bounds.
---@return number seconds since some fixed moment
function core.now() end

---Whether all of a table has known names and the plain types they allow, each number is above 0 and
---has an end, and no text is empty: then it needs no closer look.
---@param given any
---@param known table name to types, as "string|secret"
---@return boolean false: there may be something wrong
function core.options_fit(given, known) end

---The parameters of a request as they would be sent, for signing them.
---@param params table names and values; files raise
---@return string[][]|nil ordered pairs; a secret stays one
---@return mwlogin.Error|nil err when a value cannot be sent
function core.parameters(params) end

---A pool: what all sessions of a program share (connections, name look-ups), and nothing else.
---@param options? table `per_host` (8) and `in_flight` (128): how many requests at once;
---`connections` (64, or `in_flight` where that is more): how many are kept; `wait`: a foreign
---loop's function, called with the pool by a call that must wait
---@return mwlogin.core.Pool
function core.pool(options) end

---Ends what is in flight or waits, and closes the connections. Twice is fine.
function Pool:close() end

---Whether the pool was closed.
---@return boolean
function Pool:closed() end

---Whether the pool wants to be stepped now, readable or not.
---@return boolean
function Pool:dirty() end

---What to wait for on `pollfd`.
---@return string "r"
function Pool:events() end

---The same for LuaSocket's `select`, with `dirty`.
---@return integer
function Pool:getfd() end

---The descriptor that is readable when the pool has something to do: cqueues' protocol, with
---`events` and `timeout`.
---@return integer
function Pool:pollfd() end

---A session: one conversation with one wiki, with cookies of its own.
---@param api string address of the wiki's api.php, http or https, without user name or password
---@param options? table `user_agent`, `timeout` and `connect_timeout` (seconds), `max_response`
---(bytes), `proxy`, `ca_file`, `client_cert`, `client_key`, `http_auth = { username, password }`,
---`insecure_http`, `transport`, `observe` (called with the request and response of each exchange)
---@param among_others? boolean the table holds options of others, too, which are passed over
---@return mwlogin.core.Session|nil
---@return mwlogin.Error|nil err (kind answer) when the address, or the proxy's, is none
function Pool:session(api, options, among_others) end

---Waits, while what is in flight goes on; in a task it yields the seconds.
---@param seconds number
---@return boolean true; nil, err (kind cancelled) when Ctrl-C ended it
function Pool:sleep(seconds) end

---Moves everything in flight on.
---@param seconds? number how long to wait for something to happen at most (0)
---@return thread[]|nil the tasks that waited for what is done now
---@return mwlogin.Error|nil err (kind cancelled) when Ctrl-C ended the wait
function Pool:step(seconds) end

---Makes a coroutine a task of this pool: a session's calls yield in it, for the loop that resumes
---it.
---@param coroutine thread
function Pool:task(coroutine) end

---When the pool wants to be stepped in any case.
---@return number|nil seconds; nil: never
function Pool:timeout() end

---Whether a file would be read by `private_file.read`.
---@param path string
---@return boolean|nil true
---@return mwlogin.Error|nil err as of `private_file.read`
function core.private_file.check(path) end

---Makes a folder that only its owner can enter (0700), and the missing ones above it.
---@param path string
---@return boolean|nil true, also when it was there and is private
---@return mwlogin.Error|nil err kind `store`, code `unsafe`, `exists` (not a folder), `full`,
---`denied`, …
function core.private_file.folder(path) end

---The names in a folder, in no particular order; hidden ones and locks are left out.
---@param path string
---@return string[]|nil
---@return mwlogin.Error|nil err kind `store`, code `missing`, `unsafe`, `denied`, …
function core.private_file.list(path) end

---Holds the lock of a file, `PATH.lock` beside it, so that no other process (nor this one) takes
---it.
---@param path string the file that the lock is about; its folder must be there
---@param timeout? number seconds to wait for another holder
---@return mwlogin.core.Lock|nil `lock:release()`; also released when closed, collected, or when the
---process ends
---@return mwlogin.Error|nil err kind `store`, code `timeout` (still held), `missing`, `unsafe`,
---`denied`, …
function core.private_file.lock(path, timeout) end

---Whether only its owner (this user or root) can change a file, who may read it notwithstanding. A
---symbolic link is looked through: what counts is the file at its end, and that nobody else can put
---another in its place.
---@param path string
---@return boolean|nil true
---@return mwlogin.Error|nil err kind `store`, code `missing`, `unsafe`, `denied` or `io`
function core.private_file.owned(path) end

---Reads a file that only its owner can: a symbolic link, a file of another user, one that others
---can read or that has a second name, and one in a folder others can change are refused.
---@param path string
---@return string|nil its bytes
---@return mwlogin.Error|nil err kind `store`, code `missing`, `unsafe`, `denied`, `large` or `io`
function core.private_file.read(path) end

---Removes a file. One that is not there is removed already.
---@param path string
---@return boolean|nil true
---@return mwlogin.Error|nil err kind `store`
function core.private_file.remove(path) end

---Writes a file that only its owner can read (0600): all of it or nothing, on disk when it returns.
---What `private_file.read` would refuse is not overwritten.
---@param path string its folder must be there
---@param bytes string|mwlogin.core.Secret
---@return boolean|nil true
---@return mwlogin.Error|nil err kind `store`, code `unsafe`, `missing` (the folder), `full`,
---`denied`, …
function core.private_file.write(path, bytes) end

---Starts a program. Its arguments are handed over as they are: there is no shell. It gets the
---descriptors named here and no others, and a process group of its own unless it may use our
---terminal.
---@param argv string[] the program, looked up in PATH, and its arguments
---@param options? table `stdin`, `stdout`, `stderr`: `"null"` (default), `"inherit"` or `"pipe"`;
---`pipes`: `{ [3] = "write", [4] = "read" }`, more pipes as seen from us, on descriptors 3 to 63;
---`env`: `{ NAME = value }`, `false` takes a variable away; `timeout`: seconds for each read, write
---and wait (30); `terminal`: true when it may ask on our terminal, as `stdin = "inherit"` implies
---@return mwlogin.core.Process|nil
---@return mwlogin.Error|nil err kind `answer`, code `not_found`, `denied` or `start`
function core.process(argv, options) end

---Ends the program if it still runs (TERM, after two seconds KILL), reaps it and closes the pipes.
---Happens by itself when the process is closed or collected; twice is fine.
function Process:close() end

---Closes one of our pipe ends: the program reads its end of file.
---@param fd integer the program's number of the pipe
function Process:close_pipe(fd) end

---Sends a signal to the program, and to all of its process group when it has its own.
---@param signal? string|integer `"TERM"`, `"KILL"`, `"INT"`, `"HUP"`, `"QUIT"`, or a number
---@return boolean false when it has ended already
function Process:kill(signal) end

---Closes the pipes and lets the program run on; this process object is closed.
function Process:leave() end

---The process id.
---@return integer|nil nil once it has ended and was waited for
function Process:pid() end

---Reads from a pipe: up to a stop byte, which is taken away, or all there is until the program
---closes it. What comes after the stop byte stays for the next read, and what came before a
---timeout, too.
---@param fd integer the program's number of the pipe: 1, 2, or as in `pipes`
---@param options? table `stop`: one byte (`"\n"`, `"\0"`); `max`: bytes (1 MiB); `timeout`:
---seconds; `secret`: true for a secret instead of a string
---@return string|mwlogin.core.Secret|nil the last piece may lack its stop byte
---@return mwlogin.Error|nil err kind `answer`, code `eof`, `timeout`, `large` (more than `max`) or
---`io`
function Process:read(fd, options) end

---Waits for the program to end. Its pipes are not read meanwhile.
---@param timeout? number seconds
---@return table|nil `{ exit = code }` or `{ signal = number }`; the same again when asked again
---@return mwlogin.Error|nil err kind `answer`, code `timeout`, or `lost` (reaped by other code)
function Process:wait(timeout) end

---Writes to a pipe, all of it, reading meanwhile what the program writes to the others.
---@param fd integer the program's number of the pipe: 0, or as in `pipes`
---@param bytes string|mwlogin.core.Secret
---@param timeout? number seconds
---@return boolean|nil true
---@return mwlogin.Error|nil err kind `answer`, code `eof` (the program reads no more), `timeout` or
---`io`
function Process:write(fd, bytes, timeout) end

---A text with every given secret replaced by `***`, in its raw, percent-encoded, form-encoded and
---JSON-escaped forms. Secrets of fewer than four bytes are left out: they would hide the text
---itself.
---@param text string
---@param list (string|mwlogin.core.Secret)[] what must not be seen
---@return string
function core.redact(text, list) end

---An address as seen from another.
---@param base string
---@param relative string
---@return string|nil the absolute address
---@return mwlogin.Error|nil err (kind answer)
function core.resolve(base, relative) end

---Puts texts, joined, into locked memory. The Lua strings they came from stay where they were.
---@param text string|mwlogin.core.Secret any bytes
---@param ...? string|mwlogin.core.Secret more of them
---@return mwlogin.core.Secret prints as `secret: ***`; only `reveal` gives the text back
function core.secret(text, ...) end

---The text of a secret as a Lua string, which cannot be wiped: the only way out.
---@return string
function Secret:reveal() end

---Takes a secret apart without showing it: `a=b` split at `=` are the secrets `a` and `b`.
---@param separator string found as it is; not empty
---@param most? integer no more pieces than this: the last one keeps the rest
---@return mwlogin.core.Secret[] at least one
function Secret:split(separator, most) end

---Wipes a secret now; later uses raise. Twice is fine.
function Secret:wipe() end

---The first line of a file that only its owner can read (as of `private_file.read`), straight into
---a secret.
---@param path string
---@return mwlogin.core.Secret|nil empty when the line is
---@return mwlogin.Error|nil err kind `store`, code as of `private_file.read`; kind `answer`, code
---`large`
function core.secret_file(path) end

---The next line of standard input, straight into a secret; no byte after it is read.
---@return mwlogin.core.Secret|nil empty when the line is, and at the end of the input
---@return mwlogin.Error|nil err kind `store`, code `io`; kind `answer`, code `large`
function core.secret_stdin() end

---The value of an environment variable, straight into a secret.
---@param name string
---@return mwlogin.core.Secret|nil
---@return mwlogin.Error|nil err
function core.secret_variable(name) end

---One call of clientlogin, createaccount or linkaccount, by POST; messages are asked for as html.
---@param action string "clientlogin", "createaccount" or "linkaccount"
---@param params table token, return url or continue, and the fields
---@return table|nil the whole reply; `reply[action].status` is a string
---@return mwlogin.Error|nil err
function Session:auth_step(action, params) end

---The login of a bot password, proved: three calls in a row as long as nothing hinders them.
---@param username string
---@param password mwlogin.core.Secret
---@param language? string for the wiki's messages
---@return table|nil `{ name, id, anonymous = false }`
---@return mwlogin.Error|nil err , stage, reply, token, name: what went wrong at stage "token",
---"login" or "proof" (none: nothing was sent, or it was interrupted), or the reply that is not the
---plain one; the login token and the name the wiki gave, if they were had by then
function Session:bot_login(username, password, language) end

---One call of the API. Adds `format=json`, `formatversion=2` and, where none is given,
---`errorformat=plaintext`.
---@param method string "GET" or "POST"
---@param params table values: string, number, boolean, list, secret, file
---@param options? table `timeout` (seconds), `max_response` (bytes), `authorization`, `cookies =
---false`
---@return table|nil the decoded reply, warnings included
---@return mwlogin.Error|nil err `api` or `throttled` with the API's code, else network, tls, http,
---protocol, answer
function Session:call(method, params, options) end

---Forgets cookies and tokens and closes. Twice is fine; a later call raises.
function Session:close() end

---The session's cookies as Netscape lines: without argument all of them; with a list of lines or a
---text, adds those that belong to the wiki's host; with `false`, empties the jar.
---@param lines? string[]
---@return any a list of lines; how many lines were taken; or true
function Session:cookies(lines) end

---Forgets the tokens: they die on every change of user.
function Session:drop_tokens() end

---Fetches a page of the wiki's own origin, with its cookies; one exchange.
---@param path string an address, or a path that resolves against api.php's
---@param options? table `method`, `params`, `json`, `content` and `content_type`, `headers`,
---`cookies = false`, `timeout`, `max_response`, `authorization`, `secret` (may travel over https
---and to loopback only), `secret_body` (the reply's body is a secret), `foreign` (another origin:
---no cookies, no credentials)
---@return table|nil `{ status, headers, body, location, url, retry_after }`
---@return mwlogin.Error|nil err answer, network, tls
function Session:fetch(path, options) end

---Whether a request of this session waits in its queue or is under way.
---@return boolean
function Session:is_busy() end

---Whether nobody on the way can read what is sent: https, or an address of this machine.
---@return boolean
function Session:is_private() end

---What the last exchange was, for a trace.
---@return table `{ method, url (no query), status, sent, received (bytes), seconds }`; nil before
---the first
function Session:last() end

---One call of action=login, by POST and with `errorformat=raw`.
---@param params table `lgname`, `lgpassword`, `lgtoken`, …
---@return table|nil the whole reply; `reply.login.result` is a string: Success, NeedToken,
---WrongToken, Failed, Aborted, or an old wiki's own
---@return mwlogin.Error|nil err
function Session:login(params) end

---A token of a type ("csrf", "login", "createaccount", …), kept until `drop_tokens`.
---@param type string
---@return string|nil
---@return mwlogin.Error|nil err kind protocol, code no_token, when the wiki gave none
function Session:token(type) end

---Opens the terminal this process belongs to, whatever stdin and stdout are.
---@return mwlogin.core.Terminal|nil
---@return mwlogin.Error|nil err kind `interaction`, code `no_terminal`
function core.terminal() end

---Asks one question on the terminal. Without echo the answer goes from the keyboard straight into a
---secret. Whatever happens, Ctrl-Z and signals included, the terminal is left as it was.
---@param prompt string shown as it is
---@param options? table `echo`: false for a secret (true); `max`: bytes (4096); `timeout`: seconds
---(one hour)
---@return string|mwlogin.core.Secret|nil the line without its end
---@return mwlogin.Error|nil err kind `cancelled`, code `interrupted` (Ctrl-C), `eof` (Ctrl-D, or
---the terminal is gone) or `timeout`; kind `answer`, code `large`; kind `interaction`, code `busy`
function Terminal:ask(prompt, options) end

---Closes the terminal; twice is fine.
function Terminal:close() end

---How large the terminal is; 80 by 24 where it does not say.
---@return table `{ columns, rows }`
function Terminal:size() end

---Writes to the terminal, as it is: what comes from a wiki has to be cleaned before.
---@param text string
---@return boolean|nil true
---@return mwlogin.Error|nil err kind `cancelled`, code `eof` (the terminal is gone) or `timeout`
function Terminal:write(text) end

---A file that lives in memory and ends with this process.
---@param bytes string|mwlogin.core.Secret
---@return mwlogin.core.UnnamedFile|nil also for `<close>`
---@return mwlogin.Error|nil err (kind store)
function core.unnamed_file(bytes) end

---Ends the file: nobody can open it any more. Twice is fine.
function UnnamedFile:close() end

---The path under which other programs of this user can open it, while this process is `dumpable`
---(the command is not, but while `exec` runs a program).
---@return string
function UnnamedFile:path() end

---Keeps an environment variable, which holds a secret, from every program that `process` and
---`first_line` start from now on; `env` may give it all the same.
---@param name string
function core.withhold(name) end

return core
