-- `make mutants`: each mutant of spec/mutants/all.lua is put into a copy of the tree, and its spec
-- must fail there. `lua5.4 spec/mutants/run.lua WORD…` takes only those whose file or promise holds
-- one of the words. Ends with 1 when one survived, could not be tried, ended
-- otherwise than by a spec, or when an id of spec/mutants/ids.lua leads no promise.
package.path = "./?.lua;" .. package.path

local ids = require("spec.mutants.ids")

local mutants = require("spec.mutants.all")

local TIMEOUT = 120
local PROVIDER = "spec/wiki/provider/node_modules"

-- What a spec run's exit status means when it is no number of failed specs: `timeout` gives 124, a
-- shell 128 and the signal's number.
local ENDED_OTHERWISE = {
  [124] = "it did not end in time",
  [132] = "crashed (SIGILL)",
  [134] = "crashed (SIGABRT)",
  [135] = "crashed (SIGBUS)",
  [136] = "crashed (SIGFPE)",
  [137] = "it was killed from outside",
  [139] = "crashed (SIGSEGV)",
}

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function wanted(mutant)
  for _, word in ipairs(arg) do
    if (mutant.file .. " " .. mutant.promise):find(word, 1, true) then
      return true
    end
  end
  return #arg == 0
end

local pipe = assert(io.popen("mktemp -d -t mwlogin-mutants.XXXXXX"))
local copy = assert(pipe:read("l"))
pipe:close()

---@return integer status as a shell gives it
local function shell(command)
  local line = ("exec </dev/null >%s/log 2>&1; cd %s && %s"):format(copy, copy, command)
  local _, how, number = os.execute(line)
  return how == "signal" and 128 + number or number
end

-- `filter` is plain text of the spec's title, `pattern` a Lua pattern where a title is made up.
local function run_spec(mutant)
  local pattern = mutant.pattern or mutant.filter and mutant.filter:gsub("%p", "%%%0")
  local filter = pattern and " --filter=" .. quote(pattern) or ""
  local words = "timeout %d lua5.4 /usr/bin/busted %s%s && grep -q '[1-9][0-9]* success' log"
  return shell(words:format(TIMEOUT, mutant.spec, filter))
end

local function is_built(mutant)
  if mutant and mutant.file:find("%.lua$") then
    return loadfile(copy .. "/" .. mutant.file) ~= nil
  end
  return shell("make -s build") == 0
end

-- Puts the mutant in; false when its line is not there exactly once.
local function put_in(mutant, original)
  local from, to = original:find(mutant.find, 1, true)
  if not from or original:find(mutant.find, to + 1, true) then
    return false
  end
  write(
    copy .. "/" .. mutant.file,
    original:sub(1, from - 1) .. mutant.replace .. original:sub(to + 1)
  )
  return true
end

-- killed, survived, or a word that says why it could not be tried
local function try(mutant)
  local original = read(copy .. "/" .. mutant.file)
  if not put_in(mutant, original) then
    return "its line is not there once"
  end
  local verdict
  if not is_built(mutant) then
    verdict = "it does not compile"
  else
    local status = run_spec(mutant)
    verdict = ENDED_OTHERWISE[status] or (status == 0 and "survived" or "killed")
  end
  write(copy .. "/" .. mutant.file, original)
  if mutant.file:find("%.[ch]$") then
    assert(is_built(), "the tree does not build any more")
  end
  return verdict
end

local function run()
  local tree = "git ls-files -coz --exclude-standard | tar --null -T - -c --ignore-failed-read "
    .. "2>/dev/null | tar -x -C "
  assert(os.execute(tree .. quote(copy)))
  -- no part of the tree, and some specs want it
  assert(os.execute(('ln -s "$PWD/%s" %s/%s'):format(PROVIDER, copy, PROVIDER)))
  assert(is_built(), "the tree does not build")
  local counts, passes = { killed = 0, survived = 0, untried = 0 }, {}
  for _, mutant in ipairs(mutants) do
    if wanted(mutant) then
      local key = mutant.spec .. "\0" .. (mutant.filter or mutant.pattern or "")
      if passes[key] == nil then
        passes[key] = run_spec(mutant) == 0
      end
      local verdict = passes[key] and try(mutant) or "its spec fails, or is none, without it"
      counts[counts[verdict] and verdict or "untried"] = (counts[verdict] or counts.untried) + 1
      print(("%-8s %s: %s"):format(verdict, mutant.file, mutant.promise))
      io.stdout:flush()
    end
  end
  local missing = #arg == 0 and ids.missing(mutants) or {}
  if #missing > 0 then
    print("no mutant of: " .. table.concat(missing, " "))
  end
  print(
    ("%d killed, %d survived, %d could not be tried"):format(
      counts.killed,
      counts.survived,
      counts.untried
    )
  )
  return counts.killed > 0 and counts.survived == 0 and counts.untried == 0 and #missing == 0
end

local finished, good = xpcall(run, debug.traceback)
os.execute("rm -rf " .. quote(copy))
if not finished then
  io.stderr:write(tostring(good), "\n")
end
os.exit(finished and good and 0 or 1)
