std = "lua54"
cache = false
max_line_length = 100
exclude_files = { "build", "**/node_modules" }
files["spec"] = { std = "+busted" }
files[".busted"] = {}
