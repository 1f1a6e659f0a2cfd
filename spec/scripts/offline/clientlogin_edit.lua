return { private = true }
