# What a script with python3-requests does, one login after the other.
import sys
import requests

api, logins, ca_file = sys.argv[1], int(sys.argv[2]), sys.argv[4]
for _ in range(logins):
    session = requests.Session()
    session.verify = ca_file or True
    token = session.get(api, params={
        "action": "query", "meta": "tokens", "type": "login",
        "format": "json", "formatversion": "2"}).json()["query"]["tokens"]["logintoken"]
    reply = session.post(api, data={
        "action": "login", "lgname": "Alice@app",
        "lgpassword": "0123456789abcdef0123456789abcdef", "lgtoken": token,
        "format": "json", "formatversion": "2"}).json()
    assert reply["login"]["result"] == "Success"
    name = session.get(api, params={
        "action": "query", "meta": "userinfo", "assertuser": "Alice",
        "format": "json", "formatversion": "2"}).json()["query"]["userinfo"]["name"]
    assert name == "Alice"
