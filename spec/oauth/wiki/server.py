# A wiki's Special:OAuth and API over HTTP, as the captures have them. Every signature
# is made out by oauthlib (Debian's python3-oauthlib), under the wiki's own name, which is another than
# the host that is spoken to. Prints its port. `/-/set?NAME=VALUE` misbehaves (see the specs);
# `/-/journal` tells what was asked; `/-/token?key=KEY` forgets an access.
import base64
import email.utils
import hashlib
import hmac
import json
import re
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from oauthlib.oauth1 import (AccessTokenEndpoint, AuthorizationEndpoint, RequestTokenEndpoint,
                             ResourceEndpoint)

from validator import CONSUMERS, OWNER_ONLY, Validator

DEFAULTS = {"server": "https://wiki.example.org:8443", "callback": "prefix"}
modes = dict(DEFAULTS)
journal = []
validator = Validator(modes)
FORM = "application/x-www-form-urlencoded"


def generator():
    """Makes a key, then its secret, which may be one that a spec looks for."""
    values = iter([secrets.token_hex(16), modes.get("access-secret") or secrets.token_hex(20)])
    return lambda: next(values)


def make_jwt(claims, secret, algorithm="HS256"):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")
    text = part({"typ": "JWT", "alg": algorithm}) + b"." + part(claims)
    mac = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    if algorithm == "none":
        mac = b""
    return (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # one packet for an answer

    def log_message(self, *rest):
        pass

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(validator.now(), usegmt=True)

    def send_response(self, code, message=None):
        self.send_response_only(code, message)
        if modes.get("date") != "off":
            self.send_header("Date", self.date_time_string())

    def answer(self, status, body, kind="application/json", headers=()):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if modes.get("cookie"):
            self.send_header("Set-Cookie", modes["cookie"])
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def json(self, value, status=200, headers=()):
        self.answer(status, json.dumps(value), headers=headers)

    # -- what oauthlib is asked

    def own_uri(self):
        server = modes["server"]
        return (modes.get("seen-as", "http") + ":" + server if server.startswith("//") else server) \
            + self.path

    def for_oauthlib(self):
        """oauthlib wants all oauth_ names in one place; the base string is the same."""
        parts = urlsplit(self.own_uri())
        query = parse_qsl(parts.query, keep_blank_values=True)
        moved = [(n, v) for n, v in query if n in ("oauth_callback", "oauth_verifier")]
        headers = {}
        if "Authorization" in self.headers:
            headers["Authorization"] = self.headers["Authorization"] + "".join(
                f', {name}="{quote(value, safe="~")}"' for name, value in moved)
        kind = self.headers.get("Content-Type", "")
        if kind:
            headers["Content-Type"] = kind
        kept = "&".join(piece for piece in parts.query.split("&")
                        if piece.split("=")[0] not in ("oauth_callback", "oauth_verifier"))
        uri = parts._replace(query=kept).geturl()
        body = self.body.decode() if kind.startswith(FORM) else None
        validator.why = None
        return uri, self.command, body, headers

    def resource(self):
        header = self.headers.get("Authorization")
        if not header or modes.get("header") == "dropped":
            return None, None
        good, request = ResourceEndpoint(validator).validate_protected_resource_request(
            *self.for_oauthlib())
        if modes.get("ip") == "restricted":
            return None, "The request came from an invalid IP address."
        if not good:
            return None, validator.why or "Invalid signature"
        return request, None

    # -- requests

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if parts.path.startswith("/-/"):
            return self.control(parts)
        journal.append({
            "method": self.command, "path": parts.path, "query": parts.query,
            "authorization": self.headers.get("Authorization"),
            "cookie": self.headers.get("Cookie"), "title": self.query.get("title"),
        })
        if parts.path == "/w/index.php":
            return self.index()
        if parts.path == "/w/api.php":
            return self.api()
        if parts.path.startswith("/w/rest.php/"):
            return self.rest(parts)
        return self.answer(404, "<html>no such page</html>", "text/html")

    do_POST = do_HEAD = do_PUT = do_DELETE = do_GET

    def control(self, parts):
        if parts.path == "/-/set":
            modes.update(self.query)
        elif parts.path == "/-/reset":
            modes.clear()
            modes.update(DEFAULTS)
            journal.clear()
        elif parts.path == "/-/forget":
            validator.access_tokens.clear()
            validator.access_tokens[OWNER_ONLY["key"]] = dict(OWNER_ONLY)
        self.json(journal)

    def index(self):
        page = (self.query.get("title") or "").removeprefix("Special:OAuth/")
        if modes.get(page) == "html":
            return self.answer(200, "<!DOCTYPE html><html>a page</html>", "text/html")
        if modes.get(page) == "redirect":
            return self.answer(302, "", headers=[("Location", "/w/index.php/" + page)])
        if modes.get(page) == "form":
            return self.answer(200, "oauth_token=a&oauth_token_secret=b", "text/plain")
        if modes.get(page) == "jwt":
            return self.answer(200, make_jwt({"key": "a", "secret": "b"}, "c"))
        work = {"initiate": self.initiate, "authorize": self.authorize, "token": self.token,
                "identify": self.identify}.get(page)
        if work:
            return work()
        self.answer(200, "<html>a page</html>", "text/html")

    def refuse(self, why):
        code, text = "mwoauth-oauth-exception", "An error occurred in the OAuth protocol: " + why
        if why.startswith("mwoauth"):
            code, text = why, f"words for <b>{why}</b>"
        if self.query.get("format") != "json" and not self.query["title"].endswith("/identify"):
            return self.answer(200, "Error: " + text, "text/plain")
        self.json({"error": code, "message": text})

    def pair(self, text, confirmed):
        if self.query.get("format") != "json":
            return self.answer(200, text, "text/plain")
        values = {name: value[0] for name, value in parse_qs(text).items()}
        key, secret = values["oauth_token"], values["oauth_token_secret"]
        if modes.get("names") == "new":
            answer = {"oauth_token": key, "oauth_token_secret": secret}
        else:
            answer = {"key": key, "secret": secret}
        if confirmed and modes.get("initiate") != "unconfirmed":
            answer["oauth_callback_confirmed"] = "true"
        self.json(answer)

    def initiate(self):
        header = self.headers.get("Authorization", "")
        if OWNER_ONLY["consumer"] in header:
            return self.refuse("mwoauthserver-consumer-owner-only")
        callback = self.query.get("oauth_callback")
        _, text, status = RequestTokenEndpoint(validator).create_request_token_response(
            *self.for_oauthlib())
        if status != 200:
            return self.refuse(validator.why or "Invalid signature")
        fixed = modes["callback"] != "prefix"
        if fixed and callback != "oob":
            return self.refuse("mwoauth-callback-not-oob")
        if callback != "oob" and not callback.startswith("http://127.0.0.1"):
            return self.refuse("mwoauth-callback-not-oob-or-prefix")
        self.pair(text, True)

    def authorize(self):
        token = self.query.get("oauth_token")
        known = validator.request_tokens.get(token)
        if not known or self.query.get("oauth_consumer_key") not in CONSUMERS:
            return self.answer(200, "<html>Application Connection Error</html>", "text/html")
        form = dict(parse_qsl(self.body.decode()))
        if self.command != "POST":
            return self.answer(200, "<html><form method=post action=''><button name=accept value=1 "
                               "id=mw-mwoauth-accept>Allow</button><button name=cancel value=1 "
                               "id=cancel>Cancel</button></form></html>", "text/html")
        if "cancel" in form:
            return self.answer(200, "<html>You have chosen not to allow it.</html>", "text/html")
        AuthorizationEndpoint(validator).create_authorization_response(
            self.own_uri(), "POST", None, {}, [])
        verifier = modes.get("verifier") or known["verifier"]
        back = known["callback"]
        values = urlencode({"oauth_verifier": verifier,
                            "oauth_token": modes.get("returned-token", token)})
        if back == "oob" and modes["callback"] in ("prefix", "none"):
            return self.answer(200, f"<html>verification value: <b id=verifier>{verifier}</b></html>",
                               "text/html")
        back = modes["callback"] if back == "oob" else back
        self.answer(302, "", headers=[("Location", back + ("&" if "?" in back else "?") + values)])

    def token(self):
        _, text, status = AccessTokenEndpoint(validator, generator()).create_access_token_response(
            *self.for_oauthlib())
        if status != 200:
            return self.refuse(validator.why or "Invalid signature")
        self.pair(text, False)

    def identify(self):
        request, why = self.resource()
        if not request:
            return self.refuse(why or "Invalid consumer key")
        mode, now = modes.get("identify"), validator.now()
        server = modes["server"]
        claims = {"iss": "http:" + server if server.startswith("//") else server,
                  "aud": request.client_key, "exp": now + 100, "iat": now, "sub": "7",
                  "username": "Alice", "nonce": request.nonce}
        claims.update(json.loads(modes.get("claims", "{}")))
        if mode == "json":
            return self.json(claims)
        secret = CONSUMERS[request.client_key]["secret"]
        if mode == "forged":
            secret = "another secret"
        self.answer(200, make_jwt(claims, secret, modes.get("alg", "HS256")))

    def parameters(self):
        found = dict(self.query)
        kind = self.headers.get("Content-Type", "")
        if kind.startswith(FORM):
            found.update(parse_qsl(self.body.decode(), keep_blank_values=True))
        elif kind.startswith("multipart/"):
            for name, value in re.findall(rb'name="([^"]*)"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--',
                                          self.body, re.S):
                found[name.decode()] = value.decode("latin-1")
        return found

    def error(self, code, text):
        self.json({"errors": [{"code": code, "text": text}]},
                  headers=[("MediaWiki-API-Error", code)])

    def api(self):
        given = self.parameters()
        request, why = self.resource()
        if why:
            return self.error("mwoauth-invalid-authorization",
                              "The authorization headers in your request are not valid: " + why)
        if given.get("action") == "rsd":
            return self.answer(200, f'<rsd><api apiLink="{self.own_uri().split("?")[0]}"/></rsd>',
                               "application/rsd+xml")
        if request and modes.get("grants") == "authonly":
            return self.error("readapidenied", "You need read permission to use this module.")
        if not request and modes.get("private") and given.get("action") == "query":
            return self.error("readapidenied", "You need read permission to use this module.")
        if not request and given.get("assert") == "user":
            return self.error("assertuserfailed", "You are no longer logged in.")
        user = modes.get("api-user") or (
            validator.access_tokens[request.resource_owner_key]["user"] if request else "127.0.0.1")
        if given.get("action") == "logout":
            return self.error("cannotlogout", "Logging out is not possible with OAuth.")
        general = {"server": modes["server"], "generator": "MediaWiki 1.43.9",
                   "base": self.own_uri().split("/w/")[0] + "/wiki/Main_Page"}
        info = {"name": user, "id": 7 if request else 0}
        edit = {"result": "Success", "title": given.get("title"), "newrevid": 7}
        self.json({"batchcomplete": True, "given": given, "edit": edit, "query": {
            "general": general, "userinfo": info, "tokens": {"csrftoken": secrets.token_hex(16) + "+\\"}}})

    def rest(self, parts):
        request, why = self.resource()
        if why or not request:
            return self.json({"error": why or "no authorization"}, 401)
        if parts.path.endswith("/hop"):
            return self.answer(302, "", headers=[("Location", "/w/rest.php/v1/there?a=1&a=2&b=%20~")])
        self.json({"query": parts.query, "body": self.body.decode("latin-1")})


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    sys.exit(0)
