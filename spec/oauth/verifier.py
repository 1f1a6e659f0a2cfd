# Verifies OAuth 1 signatures with an implementation nobody here wrote: oauthlib, as a server has it.
# A line in: METHOD, URL, body, Authorization header, separated by tabs; a line out: ok or bad.
import sys

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint


class Validator(RequestValidator):
    enforce_ssl = False
    client_key_length = (1, 100)
    nonce_length = (10, 100)
    access_token_length = (1, 100)
    dummy_client = "dummy"

    def __init__(self):
        super().__init__()
        self.nonces = set()

    @property
    def safe_characters(self):
        return set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

    def validate_client_key(self, client_key, request):
        return client_key == "consumerkey"

    def get_client_secret(self, client_key, request):
        return "consumer secret ~+&=%"

    def get_access_token_secret(self, client_key, token, request):
        return "access secret ü/?"

    def validate_access_token(self, client_key, token, request):
        return token == "accesskey"

    def validate_timestamp_and_nonce(self, client_key, timestamp, nonce, request, **rest):
        fresh = nonce not in self.nonces
        self.nonces.add(nonce)
        return fresh


class Endpoint(SignatureOnlyEndpoint):
    pass


validator = Validator()


class TokenEndpoint(SignatureOnlyEndpoint):
    def validate_request(self, uri, http_method="GET", body=None, headers=None):
        request = self._create_request(uri, http_method, body, headers)
        self._check_transport_security(request)
        self._check_mandatory_parameters(request)
        fresh = self.request_validator.validate_timestamp_and_nonce(
            request.client_key, request.timestamp, request.nonce, request)
        return fresh and self._check_signature(request)


endpoint = TokenEndpoint(validator)
for line in sys.stdin:
    method, url, body, header = line.rstrip("\n").split("\t")
    headers = {"Authorization": header}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        good = endpoint.validate_request(url, method, body or None, headers)
    except Exception as trouble:
        print("bad", type(trouble).__name__, trouble, flush=True)
        continue
    print("ok" if good else "bad signature", flush=True)
