-- Mutants of what becomes of a login when the network, a person or the process gives out.
return {
  {
    file = "csrc/exchange.c",
    find = "  return exchange->is_resent || (exchange->attempted",
    replace = "  return 0 && (exchange->attempted",
    spec = "spec/regress/sent_again_six_times_spec.lua",
    promise = "a handle: what libcurl sent again by itself does not count for ever",
  },
  {
    file = "csrc/handle.c",
    find = "  (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);",
    replace = "  (void)easy;",
    spec = "spec/cli/interrupted_spec.lua",
    pattern = "does not answer: resolve",
    promise = "a handle: whoever gives up does not wait for a silent name server",
  },
  {
    file = "csrc/exchange.c",
    find = "  return error == 0 && exchange->pool->watch.lacks_descriptors;",
    replace = "  return 0;",
    spec = "spec/gather/faults_spec.lua",
    filter = "some get through",
    promise = "an exchange: no descriptor is told as none, not as a host that does not accept",
  },
  {
    file = "lua/mwlogin/late_modules.lua",
    find = "table.insert(package.searchers, search)\n",
    replace = "",
    spec = "spec/late_modules_spec.lua",
    promise = "a module that is needed late: without descriptors it is not told as missing",
  },
  {
    file = "lua/mwlogin/cli/login.lua",
    find = "      if raised then\n",
    replace = "      if raised == nil then\n",
    spec = "spec/cli/interrupted_spec.lua",
    filter = "in words what was done",
    promise = "mwlogin login: Ctrl-C among many wikis tells what was done",
  },
}
