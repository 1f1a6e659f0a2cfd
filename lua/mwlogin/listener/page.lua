---The pages a person sees on our listener: one frame, one style, no script, nothing from elsewhere.
local core = require("mwlogin.core")

local page = {}

local STYLE <const> = [[
:root { color-scheme: light dark;
  --ground: #f3f4f1; --paper: #ffffff; --ink: #1d2126; --soft: #565d66; --line: #868d96;
  --accent: #1f5fa8; --on-accent: #ffffff; --bad: #a3231c; --bad-ground: #fdeeec;
  --good: #1d6b3a; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #14171a; --paper: #1e2226; --ink: #e8eaed; --soft: #a9b1ba; --line: #7b838c;
  --accent: #8ab8f0; --on-accent: #10202f; --bad: #ffb4ab; --bad-ground: #3b1d1b;
  --good: #86d6a2; } }
* { box-sizing: border-box; }
html { font: 100%/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  background: var(--ground); color: var(--ink); }
body { margin: 0; padding: clamp(1rem, 6vh, 4rem) 1rem; }
main { max-width: 30rem; margin: 0 auto; padding: clamp(1.25rem, 5vw, 2.25rem);
  background: var(--paper); border-radius: .75rem; overflow-wrap: anywhere;
  box-shadow: 0 1px 2px #0002, 0 8px 30px #0001; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; font-weight: 650; }
h2, legend { font-size: 1rem; font-weight: 650; }
p { margin: .5rem 0; }
.where { margin: 0 0 .25rem; font-size: .875rem; color: var(--soft); }
.lead { margin-bottom: 1.25rem; white-space: pre-line; }
.help { font-size: .875rem; color: var(--soft); margin: .25rem 0 0; white-space: pre-line; }
.alert { margin: 1rem 0; padding: .75rem 1rem; border-left: .3rem solid var(--bad);
  border-radius: .25rem; background: var(--bad-ground); color: var(--bad); white-space: pre-line; }
.alert:focus { outline: 3px solid var(--accent); outline-offset: 2px; }
.good { color: var(--good); }
.field { margin: 1.1rem 0 0; }
label { font-weight: 550; }
.note { font-weight: 400; font-size: .875rem; color: var(--soft); }
input[type=text], input[type=password], select { display: block; width: 100%; margin-top: .3rem;
  padding: .6rem .7rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--line); border-radius: .4rem; min-height: 2.75rem; }
select { appearance: none; padding-right: 2.4rem; background-repeat: no-repeat;
  background-image: linear-gradient(45deg, #0000 50%, var(--soft) 50%),
    linear-gradient(-45deg, #0000 50%, var(--soft) 50%);
  background-position: right 1.25rem center, right .85rem center; background-size: .4rem .4rem; }
select option { background: var(--paper); color: var(--ink); }
:is(input, select)[aria-invalid=true] { border: 2px solid var(--bad); }
input.code { letter-spacing: .2em; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
:is(input, select, button):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.check { display: flex; gap: .6rem; align-items: flex-start; }
.check input { width: 1.25rem; height: 1.25rem; margin: .15rem 0 0; flex: none;
  accent-color: var(--accent); }
.check.field { margin-top: .5rem; }
.check label { font-weight: 400; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 1.5rem 0 0;
  padding: .25rem 1rem 1.1rem; min-width: 0; }
fieldset fieldset, fieldset.plain { border: 0; padding: 0; margin: 1.1rem 0 0; }
fieldset.plain legend { padding: 0; font-weight: 550; }
legend { padding: 0 .4rem; }
figure { margin: 1.1rem 0 -.35rem; }
figure img { display: block; max-width: 100%; height: auto; background: #fff; padding: .5rem;
  border: 1px solid var(--line); border-radius: .4rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.75rem; }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .55rem 1.3rem;
  border-radius: .4rem; border: 1px solid var(--accent); cursor: pointer;
  background: var(--accent); color: var(--on-accent); }
button.second { background: transparent; color: var(--accent); }
main > :last-child { margin-bottom: 0; }
p.odd { margin-top: 1.1rem; }
.field > button { margin-top: .2rem; }
footer { max-width: 30rem; margin: 1rem auto 0; text-align: center; font-size: .8125rem;
  color: var(--soft); }
@media (forced-colors: active) { main { border: 1px solid; } .alert { border: 2px solid; }
  select { appearance: auto; background-image: none; } }
]]

local POLICY <const> = table.concat({
  "default-src 'none'",
  "style-src 'sha256-%s'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
}, "; ")

local ESCAPES <const> = {
  ["&"] = "&amp;",
  ["<"] = "&lt;",
  [">"] = "&gt;",
  ['"'] = "&quot;",
  ["'"] = "&#39;",
}

---Text as it may stand in an element or a quoted attribute; control characters become blanks.
---@param text any
---@return string
function page.escape(text)
  local clean = tostring(text):gsub("[%z\1-\8\11-\31\127]", " ")
  return (clean:gsub("[&<>\"']", ESCAPES))
end

---A whole page.
---@param title string plain text
---@param body string HTML of what stands under the heading
---@param options? { language?: string, where?: string, tab?: string } language tag; the wiki's
---host; what the browser's tab says, where it is not the title
---@return string html
function page.html(title, body, options)
  options = options or {}
  local where = options.where and ('<p class="where">%s</p>\n'):format(page.escape(options.where))
    or ""
  return table.concat({
    "<!DOCTYPE html>\n",
    ('<html lang="%s">\n'):format(page.escape(options.language or "en")),
    '<head>\n<meta charset="utf-8">\n',
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    ("<title>%s</title>\n"):format(page.escape(options.tab or title)),
    "<style>" .. STYLE .. "</style>\n</head>\n<body>\n<main>\n",
    where,
    ("<h1>%s</h1>\n"):format(page.escape(title)),
    body,
    "\n</main>\n",
    "<footer>This page is shown by mwlogin, a program on this computer.</footer>\n",
    "</body>\n</html>\n",
  })
end

---A page that only says something.
---@param title string
---@param text string plain text
---@return string html
function page.say(title, text)
  return page.html(title, ('<p class="lead">%s</p>'):format(page.escape(text)))
end

local policy

---What goes with each page: no cache, no script, nothing from elsewhere.
---@return table<string, string> headers
function page.headers()
  policy = policy or POLICY:format(core.crypto.base64(core.crypto.sha256(STYLE)))
  return {
    ["Content-Type"] = "text/html; charset=utf-8",
    ["Cache-Control"] = "no-store",
    ["Content-Security-Policy"] = policy,
    ["X-Content-Type-Options"] = "nosniff",
    ["Referrer-Policy"] = "same-origin",
    ["Cross-Origin-Opener-Policy"] = "same-origin",
    ["Cross-Origin-Resource-Policy"] = "same-origin",
  }
end

return page
