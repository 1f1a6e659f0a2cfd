---What `--version` says, and the rockspec of a release is called.
return "0.1.0"
