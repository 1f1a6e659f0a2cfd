// A real OpenID provider on loopback: node server.js FOLDER
// Reads FOLDER/config.json, writes FOLDER/ready, ends when its standard input or its parent does.

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { randomBytes } from "node:crypto";
import Provider from "oidc-provider";
import * as pages from "./pages.js";

const folder = process.argv[2];
const config = JSON.parse(readFileSync(`${folder}/config.json`, "utf8"));
const registered = config.clients ?? [];
const parent = process.ppid;

const end = () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
};
process.stdin.on("data", end).on("end", end).resume();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, end);
setInterval(() => process.ppid === parent || end(), 500);

const anyLoopback = new Set(
  registered.filter((client) => client.any_loopback).map((client) => client.client_id)
);
// One that has no way back acts for itself.
const clients = registered.map(({ any_loopback, ...client }) => ({
  grant_types: client.redirect_uris ? ["authorization_code", "refresh_token"] : ["client_credentials"],
  response_types: client.redirect_uris ? ["code"] : [],
  redirect_uris: [],
  ...client,
}));

const options = {
  clients,
  cookies: { keys: [randomBytes(24).toString("hex")] },
  pkce: { required: () => true, methods: ["S256"] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
  },
  scopes: ["openid", "offline_access"],
  findAccount: (ctx, id) =>
    id in config.accounts ? { accountId: id, claims: () => ({ sub: id }) } : undefined,
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: (ctx, client) => client.grantTypeAllowed("refresh_token"),
  rotateRefreshToken: config.rotate_refresh,
  ttl: {
    AccessToken: config.access_ttl,
    AuthorizationCode: 60,
    ClientCredentials: config.access_ttl,
    Grant: 3600,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: 3600,
    Session: 3600,
  },
  renderError: (ctx, out) => {
    ctx.type = "html";
    ctx.body = pages.trouble(out.error, out.error_description || "");
  },
};

const formOf = async (request) => {
  let text = "";
  for await (const piece of request) {
    text += piece;
    if (text.length > 10000) throw new Error("form too large");
  }
  return new URLSearchParams(text);
};

const send = (response, status, html) => {
  response.writeHead(status, {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
  });
  response.end(html);
};

const ask = async (provider, request, response, problem) => {
  const { uid, prompt, params } = await provider.interactionDetails(request, response);
  if (prompt.name === "login") {
    send(response, problem ? 401 : 200, pages.login(uid, problem));
  } else {
    send(response, 200, pages.consent(uid, params.client_id, params.scope));
  }
};

const logIn = async (provider, request, response) => {
  const form = await formOf(request);
  const name = form.get("login");
  if (!Object.hasOwn(config.accounts, name) || config.accounts[name] !== form.get("password")) {
    return ask(provider, request, response, "No such account, or not its password.");
  }
  return provider.interactionFinished(request, response, { login: { accountId: name } });
};

const decide = async (provider, request, response) => {
  const form = await formOf(request);
  if (form.get("answer") !== "allow") {
    const refusal = { error: "access_denied", error_description: "The person refused." };
    return provider.interactionFinished(request, response, refusal);
  }
  const details = await provider.interactionDetails(request, response);
  const { params, prompt, session } = details;
  const grant = details.grantId
    ? await provider.Grant.find(details.grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(" "));
  if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
  const answer = { consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, answer, { mergeWithLastSubmission: true });
};

const server = createServer();
server.listen(config.port, "127.0.0.1", () => {
  const issuer = `http://${config.host}:${server.address().port}`;
  const provider = new Provider(issuer, options);
  const { redirectUriAllowed } = provider.Client.prototype;
  // The client's own listener takes a port and path of its own for every login.
  provider.Client.prototype.redirectUriAllowed = function allowed(value) {
    const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/.test(value);
    return (anyLoopback.has(this.clientId) && loopback) || redirectUriAllowed.call(this, value);
  };
  const callback = provider.callback();
  server.on("request", (request, response) => {
    const [, uid, step] = /^\/interaction\/([\w-]+)(?:\/(login|consent))?$/.exec(request.url) || [];
    if (!uid) return callback(request, response);
    const act = request.method === "POST" ? { login: logIn, consent: decide }[step] : ask;
    const failed = (error) => send(response, 400, pages.trouble("This cannot go on", error.message));
    return (act || ask)(provider, request, response).catch(failed);
  });
  writeFileSync(`${folder}/ready.new`, JSON.stringify({ issuer, pid: process.pid }));
  renameSync(`${folder}/ready.new`, `${folder}/ready`);
});
