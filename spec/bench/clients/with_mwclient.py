# Debian's python3-mwclient, one login after the other.
import sys
import mwclient
import requests

api, logins, ca_file = sys.argv[1], int(sys.argv[2]), sys.argv[4]
scheme, rest = api.split("://")
host = rest.split("/")[0]
for _ in range(logins):
    pool = requests.Session()
    pool.verify = ca_file or True
    site = mwclient.Site(host, path="/", scheme=scheme, pool=pool, do_init=False)
    token = site.api("query", "GET", meta="tokens", type="login")["query"]["tokens"]["logintoken"]
    reply = site.api("login", "POST", lgname="Alice@app",
                     lgpassword="0123456789abcdef0123456789abcdef", lgtoken=token)
    assert reply["login"]["result"] == "Success"
    assert site.api("query", "GET", meta="userinfo", assertuser="Alice")
