std = "lua54"
cache = false
max_line_length = 100
self = false -- methods that do not use it are methods all the same
exclude_files = { "build", "**/node_modules" }
files["spec"] = { std = "+busted" }
files[".busted"] = {}
files["lua/mwlogin/meta"] = { ignore = { "211", "212", "221", "231", "241" } } -- declarations only
