-- `make mutants`: each mutant of spec/mutants/mutants.lua is put into a copy of the tree, and its
-- spec must fail there. `lua5.4 spec/mutants/run.lua WORD…` takes only those whose file or promise
-- holds one of the words. Ends with 1 when one survived, or could not be tried.
package.path = "./?.lua;" .. package.path

local mutants = require("spec.mutants.mutants")
table.move(require("spec.mutants.traps"), 1, #require("spec.mutants.traps"), #mutants + 1, mutants)

local TIMEOUT = 120

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

local function shell(command)
  local line = ("exec </dev/null >%s/log 2>&1; cd %s && %s"):format(copy, copy, command)
  return (os.execute(line))
end

local function spec_passes(mutant)
  local filter = mutant.filter and " --filter=" .. quote(mutant.filter) or ""
  local words = "timeout %d lua5.4 /usr/bin/busted %s%s"
  return shell(words:format(TIMEOUT, mutant.spec, filter))
end

local function is_built()
  return shell("make -s build")
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
  if not is_built() then
    verdict = "it does not compile"
  else
    verdict = spec_passes(mutant) and "survived" or "killed"
  end
  write(copy .. "/" .. mutant.file, original)
  return verdict
end

local function run()
  local tree = "git ls-files -coz --exclude-standard | tar --null -T - -c --ignore-failed-read "
    .. "2>/dev/null | tar -x -C "
  assert(os.execute(tree .. quote(copy)))
  assert(is_built(), "the tree does not build")
  local counts, passes = { killed = 0, survived = 0, untried = 0 }, {}
  for _, mutant in ipairs(mutants) do
    if wanted(mutant) then
      local key = mutant.spec .. "\0" .. (mutant.filter or "")
      if passes[key] == nil then
        passes[key] = is_built() and spec_passes(mutant)
      end
      local verdict = passes[key] and try(mutant) or "its spec fails without it"
      counts[counts[verdict] and verdict or "untried"] = (counts[verdict] or counts.untried) + 1
      print(("%-8s %s: %s"):format(verdict, mutant.file, mutant.promise))
      io.stdout:flush()
    end
  end
  print(
    ("%d killed, %d survived, %d could not be tried"):format(
      counts.killed,
      counts.survived,
      counts.untried
    )
  )
  return counts.killed > 0 and counts.survived == 0 and counts.untried == 0
end

local finished, good = xpcall(run, debug.traceback)
os.execute("rm -rf " .. quote(copy))
if not finished then
  io.stderr:write(tostring(good), "\n")
end
os.exit(finished and good and 0 or 1)
