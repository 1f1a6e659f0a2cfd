---lua5.4 spec/sanitize/specs.lua plain|sanitized <LIST: of a list of spec files, those that run
---with the module as it is installed, or those that run with ASan and UBSan, and again without
---memory: all but those named here. A name that no file of the list has is an error, so that
---nothing stays left out for a reason that is gone.
local LEFT_OUT <const> = {
  -- what they look at is not what runs here
  ["spec/cli/loading_spec.lua"] = "looks through LUA_INIT, which the sanitizers' lua5.4 has not",
  ["spec/endurance/logins_spec.lua"] = "measures the process, which the sanitizers make grow",
  ["spec/gather/interrupted_spec.lua"] = "reads all the process has, terabytes with ASan",
  ["spec/install/make_spec.lua"] = "builds the module itself, installs that and runs it",
  ["spec/install/release_spec.lua"] = "builds the module itself, as a rock, and runs that",
  ["spec/install_spec.lua"] = "builds the module itself, by LuaRocks, and runs that",
  ["spec/oauth/bearer_memory_spec.lua"] = "reads all the process has, terabytes with ASan",
  ["spec/oauth/memory_spec.lua"] = "reads all the process has, terabytes with ASan",
  ["spec/security/dumpable_spec.lua"] = "looks at a crash, which ASan makes its own",
  ["spec/security/files_spec.lua"] = "preloads a disk that fails, and ASan with it",
  ["spec/security/grant_memory_spec.lua"] = "reads all the process has, terabytes with ASan",
  ["spec/security/memory_spec.lua"] = "reads all the process has, terabytes with ASan",
  -- no program of theirs loads the module
  ["spec/mutants/mutants_spec.lua"] = "reads sources: no C of ours runs",
  ["spec/wiki/extension_spec.lua"] = "speaks to the wiki by LuaSocket: no C of ours runs",
  ["spec/wiki/provider_spec.lua"] = "speaks to the wiki by LuaSocket: no C of ours runs",
  ["spec/wiki/wiki_spec.lua"] = "speaks to the wiki by LuaSocket: no C of ours runs",
}

---Most of their time is a browser's: once is enough, and that with the sanitizers.
local NOT_PLAIN <const> = {
  ["spec/redirect/broken_browser_spec.lua"] = true,
  ["spec/redirect/driven_spec.lua"] = true,
  ["spec/redirect/wiki_spec.lua"] = true,
  ["spec/respond/browser_spec.lua"] = true,
}

local left_out = arg[1] == "plain" and NOT_PLAIN or LEFT_OUT
local missing = {}
for path in pairs(left_out) do
  missing[path] = true
end
for path in io.lines() do
  missing[path] = nil
  if not left_out[path] then
    print(path)
  end
end
for path in pairs(missing) do
  io.stderr:write(("spec/sanitize/specs.lua leaves out %s, which there is not\n"):format(path))
end
os.exit(next(missing) == nil)
