return { accounts = { Alice = { password = "open sesame", totp = "GEZDGNBVGY3TQOJQ" } } }
