---mwlogin run SCRIPT.lua [ARG…]
local exit = require "mwlogin.cli.exit"
local output = require "mwlogin.cli.output"

local run = {}

run.summary = "a login script, with mwlogin loaded"
run.usage = "SCRIPT.lua [ARG…]"

run.examples = [[
  mwlogin run scripts/botpassword.lua wiki.example.org Alice@tool Sandbox
What the script returns, a whole number from 0 to 255, is the exit code; without
one it is 0. `nil, err` is told as an error, as if it had been raised.]]

---What follows the script is the script's, options too.
---@param argv string[]
---@param place? integer which of the words is the script, 1 unless given
---@return string[]
function run.arrange(argv, place)
  local arranged, seen = {}, 0
  for _, word in ipairs(argv) do
    if seen < (place or 1) and not word:find "^%-" then
      seen = seen + 1
      if seen == (place or 1) then
        arranged[#arranged + 1] = "--"
      end
    end
    arranged[#arranged + 1] = word
  end
  return arranged
end

function run.configure(command)
  command:argument("SCRIPT.lua"):target("script"):description("the script")
  command
    :argument("ARG")
    :target("arguments")
    :args("*")
    :description("its arguments, as `arg` and `...`")
end

run.bare = true

---Errors of the library keep their kind; any other is told with the place it came from.
local function judge(out, script, err)
  local known = type(err) == "table" and err.kind
  if known then
    out:failure(script, err)
    return exit.code(err)
  end
  if tostring(err):find("interrupted!", 1, true) then
    out:say("cancelled")
    return exit.CANCELLED
  end
  local words = tostring(err)
  if type(err) == "table" and words:find "^table: " then
    words = "it raised a table, which is no text"
  end
  out:say(words:find(script, 1, true) == 1 and words or ("%s: %s"):format(script, words))
  return exit.USAGE
end

---What was raised, with the way there but for our own part of it: nothing where the script itself
---raised it, whose place stands before the words.
local function traced(words, trace)
  local ours = trace:find("\n\t[C]: in function 'xpcall'", 1, true)
  trace = trace:sub(1, (ours or 0) - 1)
  local deeper = trace:gsub("\n\t%[C%]: in [^\n]*", ""):gsub("\n\t[^\n]*: in main chunk", "")
  return deeper:find "\n\t" and words .. trace or words
end

---The system keeps the last eight bits only: 256 would be a success.
local function code_of(out, script, result)
  if math.type(result) ~= "integer" then
    return exit.DONE
  elseif result < 0 or result > 255 then
    out:say(("%s: it returned %d, and exit codes go from 0 to 255"):format(script, result))
    return exit.USAGE
  end
  return result
end

function run.run(args)
  local out = output.new {}
  -- the script has the name without a `require`, as under `lua -l mwlogin`; _G stays as it is
  local seen = setmetatable({ mwlogin = require "mwlogin" }, { __index = _G, __newindex = _G })
  local chunk, err = loadfile(args.script, "t", seen)
  if not chunk then
    out:say(tostring(err))
    return exit.USAGE
  end
  -- a script finds modules beside it as it does under `lua`; the command itself does not look there
  package.path, package.cpath = package.path .. ";./?.lua;./?/init.lua", package.cpath .. ";./?.so"
  local script_arg = { [0] = args.script, table.unpack(args.arguments) }
  _G.arg = script_arg
  local ok, result, why = xpcall(chunk, function(raised)
    if type(raised) == "table" or tostring(raised):find("interrupted!", 1, true) then
      return raised
    end
    return traced(tostring(raised), debug.traceback("", 2))
  end, table.unpack(args.arguments))
  if not ok then
    return judge(out, args.script, result)
  elseif result == nil and why ~= nil then
    return judge(out, args.script, why)
  end
  return code_of(out, args.script, result)
end

return run
