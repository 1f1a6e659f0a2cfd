---@meta _

---A handler: what knows the questions of one extension. A plain table, usually a file of its own;
---doc/handlers.md is its contract.
---@class mwlogin.Handler
---@field name string errors and the trace name it by this
---@field version? string for people
---@field kinds? string[] kinds of requests that are its own; any of them
---@field fields? string[] names of fields that its request has; all of them
---@field match? fun(request: mwlogin.Request, step: mwlogin.Step): boolean no network, no asking
---@field schema? table<string, mwlogin.HandlerOption> what configuration it takes
---@field secret_fields? string[] fields that must not be shown, logged or traced
---@field priority? number higher is asked earlier; 0
---@field alone? boolean when its request is answered, no other of the step is
local Handler = {}

---Answers a request that is its own.
---@param request mwlogin.Request
---@param context mwlogin.Context
---@return table<string, any>|nil values `field` or `Kind.field` → value; nil: not mine after all
---@return any err a text or an error: stop
function Handler:answer(request, context) end

---Goes where the wiki sends the browser.
---@param step mwlogin.Step
---@param context mwlogin.Context
---@return string|nil address the whole address that came back; nil: not mine after all
---@return any err a text or an error: stop
function Handler:redirect(step, context) end

---Decides what to do with somebody whom a third party knows and the wiki does not.
---@param step mwlogin.Step
---@param context mwlogin.Context
---@return mwlogin.Decision|nil decision nil: somebody else may decide
---@return any err a text or an error: stop
function Handler:restart(step, context) end

---One option of a handler's configuration.
---@class mwlogin.HandlerOption
---@field type string string, number, integer, boolean, list, table, function, secret, any
---@field help? string
---@field default? any
---@field required? boolean
---@field one_of? any[]

---What `restart` decides.
---@class mwlogin.Decision
---@field continue? table<string, any> values for the step's requests: go on with this login
---@field createaccount? table<string, any> answers: create an account, then log in again
---@field login? table<string, any> answers: begin again, keeping what the third party said

---What a handler, a responder or a function among the answers can see and do.
---@class mwlogin.Context
---@field session mwlogin.Session to look at the wiki with this login's cookies
---@field step mwlogin.Step
---@field request? mwlogin.Request the one asked about
---@field previous? mwlogin.Step the step before, without answers
---@field attempt integer 1, or more when the wiki refused the last answer
---@field state table this handler's own in this login, empty at first
---@field config table the configuration, checked
---@field given table<string, true> fields answered already in this step
---@field remember? boolean whether the login shall last
---@field can_ask boolean whether somebody can be asked
---@field shown? mwlogin.Step responders only: the step with what is still to be answered
local Context = {}

---Asks a person.
---@param field table|string of the request, or { name, label, type, secret, options }, or a label
---@return any value
---@return mwlogin.Error|nil err
function Context.ask(field) end

---Fetches a picture with this login's cookies and shows it where somebody looks.
---@param address string
---@return string|nil path of a private file, removed after the login
---@return mwlogin.Error|nil err
function Context.show_image(address) end

---The one-time code of a key; waits for the next one rather than give the same twice.
---@param key any text, secret or source: base32 or an otpauth:// address
---@return mwlogin.core.Secret|nil code
---@return mwlogin.Error|nil err
function Context.totp(key) end

---Sleeps; 15 minutes in one login at most.
---@param seconds number
---@return true|nil done
---@return mwlogin.Error|nil err
function Context.wait(seconds) end

---Opens the step's address in a browser: for a person, or without one, driven by a function.
---@param step mwlogin.Step
---@param drive? fun(page: mwlogin.redirect.Page)
---@return string|nil address that came back
---@return mwlogin.Error|nil err
function Context.browse(step, drive) end

---Writes a line into the trace; it must not hold a secret.
---@param text string
function Context.log(text) end
