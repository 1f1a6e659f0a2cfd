// A wiki's OAuth 2 side in front of a real OpenID provider: node server.mjs FOLDER
// Reads FOLDER/config.json ({ issuer, robot: a client of its own owner }), writes FOLDER/ready, ends when its standard input does.
//
// MediaWiki's extension is not in Debian: this one sends people on to the provider, hands token
// requests through to it, and asks it about every bearer. What it answers is what spec/captures
// has of the real one, and it is as strict: whatever a client does wrong is in the journal under "wrong".
// /control?mode=MODE changes how the token endpoint behaves (see MODES) until it is changed again.

import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const folder = process.argv[2];
const { issuer, robot } = JSON.parse(readFileSync(`${folder}/config.json`, "utf8"));
const parent = process.ppid;
const end = () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
};
process.stdin.on("data", end).on("end", end).resume();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, end);
setInterval(() => process.ppid === parent || end(), 500);

let mode = "normal";
let journal = [];
const dead = new Set(); // access tokens a refresh has killed
const accessOf = new Map(); // refresh token → the access token it was given with

const FORM = "application/x-www-form-urlencoded";
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const bodyOf = async (request) => {
  let text = "";
  for await (const piece of request) text += piece;
  return text;
};

const sendJson = (response, status, value, headers = {}) => {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(value));
};

const wrong = (what) => journal.push({ wrong: what });

// == rest.php =====================================================================================

const authorize = (url, response) => {
  const asked = url.searchParams;
  for (const name of ["client_id", "redirect_uri", "state", "code_challenge"]) {
    if (!asked.get(name)) wrong(`authorize without ${name}`);
  }
  if (asked.get("code_challenge_method") !== "S256") wrong("authorize without S256");
  asked.set("scope", "openid");
  response.writeHead(307, { Location: `${issuer}/auth?${asked}` });
  response.end();
};

// What MediaWiki says where the provider says invalid_grant (captures oauth2-*).
const REVOKED = {
  refresh_token: [
    401,
    {
      error: "invalid_request",
      error_description: "The refresh token is invalid.",
      hint: "Token has been revoked",
      message: "The refresh token is invalid.",
    },
  ],
};

// How the token endpoint may behave; each says whether it has answered.
const MODES = {
  down: (response) => sendJson(response, 503, { httpCode: 503 }),
  held: async () => {
    while (mode === "held") await pause(20);
  },
  lost: (response) => response.destroy(),
  page: (response) => {
    response.writeHead(200, { "Content-Type": "text/html" });
    response.end("<!doctype html><title>Welcome</title>");
  },
  jwt: (response) => {
    response.writeHead(200, { "Content-Type": "application/jwt" });
    response.end("eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiIzIn0.c2ln");
  },
  elsewhere: (response) => {
    response.writeHead(307, { Location: `${issuer}/token` });
    response.end();
  },
};

let granted = {}; // the tokens given last

const remember = (given, asked) => {
  granted = given;
  if (asked.get("grant_type") === "refresh_token") dead.add(accessOf.get(asked.get("refresh_token")));
  accessOf.set(given.refresh_token || given.access_token, given.access_token);
};

const accessToken = async (request, response) => {
  const text = await bodyOf(request);
  const asked = new URLSearchParams(text);
  const grant = asked.get("grant_type");
  journal.push({ grant });
  if (request.headers.cookie) wrong("a cookie at the token endpoint");
  if (request.headers.authorization) wrong("an Authorization at the token endpoint");
  if (request.headers["content-type"] !== FORM) {
    return sendJson(response, 415, { httpCode: 415, errorKey: "rest-unsupported-content-type" });
  }
  if (["down", "page", "jwt", "elsewhere"].includes(mode)) return MODES[mode](response);
  const reply = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { "Content-Type": FORM },
    body: text,
  });
  const given = await reply.json();
  if (reply.ok) remember(given, asked);
  journal.push({ answered: grant });
  if (mode === "lost") return MODES.lost(response);
  if (mode === "held") await MODES.held();
  const [status, said] =
    given.error === "invalid_grant" && REVOKED[grant] ? REVOKED[grant] : [reply.status, given];
  return sendJson(response, status, said, { "Cache-Control": "no-store" });
};

// == api.php ======================================================================================

const failed = (response, code, text) =>
  sendJson(response, 200, { errors: [{ code, text }] }, { "MediaWiki-API-Error": code });

// A bearer that nobody granted is its client's, and so its owner's.
const ownerOf = async (token) => {
  const reply = await fetch(`${issuer}/token/introspection`, {
    method: "POST",
    headers: { "Content-Type": FORM },
    body: new URLSearchParams({ token, ...robot }).toString(),
  });
  const { active, client_id: client } = await reply.json();
  return active && client === robot.client_id ? { name: "Robot", token } : null;
};

const userOf = async (header) => {
  const token = header.startsWith("Bearer ") ? header.slice(7) : null;
  if (!token || dead.has(token) || mode === "refusing") return null;
  const reply = await fetch(`${issuer}/me`, { headers: { Authorization: `Bearer ${token}` } });
  if (!reply.ok) return ownerOf(token);
  const { sub } = await reply.json();
  return { name: sub[0].toUpperCase() + sub.slice(1), token };
};

// For a real wiki (MwloginTest\\Bearer), which asks whose a bearer is.
const whose = async (request, response) => {
  const user = await userOf(request.headers.authorization || "");
  sendJson(response, user ? 200 : 401, user ? { name: user.name } : {});
};

// As capture oauth2-profile-noauth.
const profile = async (request, response) => {
  const user = await userOf(request.headers.authorization || "");
  return user
    ? sendJson(response, 200, { username: user.name })
    : sendJson(response, 401, { error: "access_denied", message: "The request was denied." });
};

const csrfOf = (user) =>
  createHash("sha256").update(user ? user.token : "").digest("hex").slice(0, 40) + "+\\";

const MODULES = {
  query: (user, params) => {
    const query = {};
    const meta = (params.get("meta") || "").split("|");
    if (meta.includes("userinfo")) {
      query.userinfo = user
        ? { id: 3, name: user.name, groups: ["*", "user"], rights: ["read", "edit"] }
        : { id: 0, name: "127.0.0.1", anon: true, groups: ["*"], rights: ["read"] };
    }
    if (meta.includes("tokens")) query.tokens = { csrftoken: user ? csrfOf(user) : "+\\" };
    return { batchcomplete: true, query };
  },
  edit: (user, params) =>
    params.get("token") === csrfOf(user)
      ? { edit: { result: "Success", title: params.get("title") } }
      : { errors: [{ code: "badtoken", text: "Invalid CSRF token." }] },
};

const api = async (request, response, url) => {
  const params = url.searchParams;
  for (const [name, value] of new URLSearchParams(await bodyOf(request))) params.set(name, value);
  // some web servers drop it on the way
  const header = mode === "deaf" ? undefined : request.headers.authorization;
  const action = params.get("action");
  journal.push({ action, authorized: request.headers.authorization !== undefined });
  if (header && request.headers.cookie) wrong("a cookie beside an Authorization");
  const user = header === undefined ? null : await userOf(header);
  if (header !== undefined && !user) {
    return failed(
      response,
      "mwoauth-invalid-authorization",
      "The authorization headers in your request are not valid: Invalid access token"
    );
  }
  if (params.get("assert") === "user" && !user) {
    return failed(response, "assertuserfailed", "You are no longer logged in.");
  }
  if (action === "logout") wrong("a logout under OAuth");
  const module = MODULES[action];
  return module
    ? sendJson(response, 200, module(user, params))
    : failed(response, "badvalue", "Unrecognized value for parameter \"action\".");
};

// == what specs ask ===============================================================================

const control = (url, response) => {
  if (url.searchParams.has("mode")) mode = url.searchParams.get("mode");
  if (url.searchParams.has("kill")) for (const token of accessOf.values()) dead.add(token);
  const told = journal;
  if (url.searchParams.has("forget")) journal = [];
  sendJson(response, 200, url.searchParams.has("given") ? granted : told);
};

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  const act = {
    "/api.php": () => api(request, response, url),
    "/whose": () => whose(request, response),
    "/rest.php/oauth2/authorize": () => authorize(url, response),
    "/rest.php/oauth2/access_token": () => accessToken(request, response),
    "/rest.php/oauth2/resource/profile": () => profile(request, response),
    "/control": () => control(url, response),
  }[url.pathname];
  if (act) return Promise.resolve(act()).catch((error) => response.destroy(error));
  response.writeHead(404, { "Content-Type": "text/html" });
  return response.end("<!doctype html><title>Not here</title>");
});
server.listen(0, "127.0.0.1", () => {
  writeFileSync(`${folder}/ready.new`, JSON.stringify({ port: server.address().port }));
  renameSync(`${folder}/ready.new`, `${folder}/ready`);
});
