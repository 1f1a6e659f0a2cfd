# What oauthlib asks a provider about: consumers, tokens, nonces. It remembers why it said no, in the
# words of MediaWiki's extension, since oauthlib itself tells a client nothing.
import string
import time

from oauthlib.oauth1 import RequestValidator

CONSUMERS = {
    "0ff1ce" * 5 + "01": {"secret": "c0ffee" * 6, "callback": "prefix"},
    "0b5e55" * 5 + "02": {"secret": "dec0de" * 6, "callback": "owner-only"},
}
OWNER_ONLY = {"key": "acce55" * 5 + "03", "secret": "5ecre7" * 6, "user": "Alice",
              "consumer": "0b5e55" * 5 + "02"}


class Validator(RequestValidator):
    enforce_ssl = False
    client_key_length = request_token_length = access_token_length = (1, 100)
    nonce_length = verifier_length = (8, 100)
    timestamp_lifetime = 10 ** 9  # judged below, by the wiki's clock
    dummy_client = dummy_request_token = dummy_access_token = "dummy"

    def __init__(self, modes):
        super().__init__()
        self.modes = modes
        self.nonces = set()
        self.request_tokens = {}
        self.access_tokens = {OWNER_ONLY["key"]: dict(OWNER_ONLY)}
        self.why = None

    @property
    def safe_characters(self):
        return set(string.ascii_letters + string.digits + "-_")

    def now(self):
        return int(time.time()) + int(self.modes.get("ahead", 0))

    def _no(self, reason):
        self.why = self.why or reason
        return False

    # -- clients and secrets

    def validate_client_key(self, client_key, request):
        if "rsa" in self.modes and request.signature_method != "RSA-SHA1":
            return self._no("Invalid signature method")
        return client_key in CONSUMERS or self._no("Invalid consumer")

    def get_rsa_key(self, client_key, request):
        with open(self.modes["rsa"]) as file:
            return file.read()

    def get_client_secret(self, client_key, request):
        return CONSUMERS.get(client_key, {"secret": "none"})["secret"]

    def get_request_token_secret(self, client_key, token, request):
        return self.request_tokens.get(token, {"secret": "none"})["secret"]

    def get_access_token_secret(self, client_key, token, request):
        return self.access_tokens.get(token, {"secret": "none"})["secret"]

    def validate_timestamp_and_nonce(self, client_key, timestamp, nonce, request,
                                     request_token=None, access_token=None):
        if abs(self.now() - int(timestamp)) > 300:
            return self._no(f"Expired timestamp, yours {timestamp}, ours {self.now()}")
        key = (client_key, request_token or access_token, nonce)
        if key in self.nonces:
            return self._no(f"Nonce already used: {nonce}")
        self.nonces.add(key)
        return True

    # -- request tokens

    def get_default_realms(self, client_key, request):
        return []

    def get_realms(self, token, request):
        return []

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        return True

    def save_request_token(self, token, request):
        self.request_tokens[token["oauth_token"]] = {
            "secret": token["oauth_token_secret"],
            "consumer": request.client_key,
            "callback": request.redirect_uri,
        }

    def verify_request_token(self, token, request):
        return token in self.request_tokens

    def get_redirect_uri(self, token, request):
        return self.request_tokens[token]["callback"]

    def save_verifier(self, token, verifier, request):
        self.request_tokens[token]["verifier"] = verifier["oauth_verifier"]

    # -- access tokens

    def validate_request_token(self, client_key, token, request):
        known = self.request_tokens.get(token)
        if not known or known["consumer"] != client_key:
            return self._no("mwoauthdatastore-request-token-not-found")
        if known.get("used"):
            return self._no("mwoauthdatastore-request-token-already-used")
        return True

    def validate_verifier(self, client_key, token, verifier, request):
        known = self.request_tokens.get(token, {})
        if "verifier" not in known:
            return self._no("mwoauthdatastore-bad-token")
        return known["verifier"] == verifier or self._no("mwoauthdatastore-bad-verifier")

    def invalidate_request_token(self, client_key, request_token, request):
        self.request_tokens[request_token]["used"] = True

    def save_access_token(self, token, request):
        self.access_tokens[token["oauth_token"]] = {
            "secret": token["oauth_token_secret"],
            "consumer": request.client_key,
            "user": "Alice",
        }

    def validate_access_token(self, client_key, token, request):
        known = self.access_tokens.get(token)
        if not known or known["consumer"] != client_key:
            return self._no("No approved grant was found for that authorization token.")
        return True
