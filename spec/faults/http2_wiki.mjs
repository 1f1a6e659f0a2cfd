// A wiki by HTTP/2 that spoils one stage of a bot password's login in the protocol's own ways:
// node http2_wiki.mjs KEY CERTIFICATE prints its port; then each line of its standard input is an
// order, answered by a line (spec/faults/http2_wiki.lua). It ends with its standard input.
import { createSecureServer, constants } from "node:http2";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [, , key, cert] = process.argv;
const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert), allowHTTP1: true });

let fault, left, skip, seen, sessions;
let connections = 0;
const users = new Map(); // whom a cookie says one is

const forget = (order) => {
  fault = order;
  left = order.times ?? 1;
  skip = order.skip ?? 0;
  seen = [];
  sessions = 0;
  users.clear();
};
forget({});

const isSpoiled = (stage) => {
  if (stage !== fault.stage) return false;
  if (skip > 0) {
    skip -= 1;
    return false;
  }
  left -= 1;
  return left >= 0;
};

const stageOf = (method, query) => {
  if (method === "POST") return "login";
  return query.get("meta") === "tokens" ? "token" : "proof";
};

const cookiesOf = (headers) => new Map((headers.cookie ?? "").split("; ").map((pair) => pair.split("=")));

// What a real wiki would do and say; `entry` notes whether a password was taken.
const act = (entry, headers, query, body) => {
  const cookies = cookiesOf(headers);
  if (entry.stage === "token") {
    sessions += 1;
    const reply = { batchcomplete: true, query: { tokens: { logintoken: `t${sessions}+\\` } } };
    return [reply, `session=${sessions}; path=/; HttpOnly`];
  }
  if (entry.stage === "login") {
    const form = new URLSearchParams(body);
    entry.user = form.get("lgname").split("@")[0];
    entry.executed = true;
    if (form.get("lgtoken") !== `t${cookies.get("session")}+\\`) return [{ login: { result: "WrongToken" } }];
    const id = `b${cookies.get("session")}`;
    users.set(id, entry.user);
    return [{ login: { result: "Success", lguserid: 7, lgusername: entry.user } }, `bot=${id}; path=/; HttpOnly`];
  }
  const name = users.get(cookies.get("bot"));
  entry.user = name;
  if (name !== query.get("assertuser")) return [{ errors: [{ code: "assertnameduserfailed", text: "no" }] }];
  return [{ batchcomplete: true, query: { userinfo: { id: 7, name } } }];
};

const answer = (stream, entry, [reply, cookie], spoiled) => {
  const text = JSON.stringify(reply);
  const headers = { ":status": 200, "content-type": "application/json", "content-length": text.length };
  if (cookie) headers["set-cookie"] = cookie;
  stream.respond(headers);
  if (spoiled === "headers") return setTimeout(() => stop(stream, entry), 20);
  if (spoiled === "half") {
    stream.write(text.slice(0, text.length / 2));
    return setTimeout(() => stop(stream, entry), 20);
  }
  entry.answered = true;
  return stream.end(text, () => {
    if (spoiled === "answer") stop(stream, entry);
  });
};

// Ends the stream, or all of them, as the fault says.
const stop = (stream, entry) => {
  if (fault.kind === "reset") return stream.close(constants[fault.code]);
  if (fault.kind === "cut") return entry.connection.destroy();
  if (fault.kind === "abort") return entry.connection.resetAndDestroy();
  const last = fault.unread ? stream.id - 2 : entry.session.newest; // all that were taken, or a lie
  entry.session.isLeaving = true;
  if (!entry.session.destroyed) entry.session.goaway(constants[fault.code ?? "NGHTTP2_NO_ERROR"], Math.max(last, 0));
  if (fault.closes) setTimeout(() => entry.connection.destroy(), 20);
  return undefined;
};

const sockets = new Map();
server.on("connection", (socket) => {
  connections += 1;
  sockets.set(socket.remotePort, [socket, connections]);
  socket.on("close", () => sockets.delete(socket.remotePort));
});

const noted = (method, path, socket) => {
  const query = new URL(path, "https://x").searchParams;
  const [connection, number] = sockets.get(socket.remotePort) ?? [];
  const entry = { stage: stageOf(method, query), number };
  Object.defineProperty(entry, "connection", { value: connection }); // told by its number
  seen.push(entry);
  return [entry, query];
};

server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  const [entry, query] = noted(headers[":method"], headers[":path"], stream.session.socket);
  Object.defineProperty(entry, "session", { value: stream.session });
  if (stream.session.isLeaving) return undefined; // it was said that no more are taken
  stream.session.newest = Math.max(stream.session.newest ?? 0, stream.id);
  const spoiled = isSpoiled(entry.stage);
  if (spoiled && fault.unread) return stop(stream, entry);
  let body = "";
  stream.setEncoding("utf8").on("data", (piece) => (body += piece));
  return stream.on("end", () => {
    if (stream.aborted) return undefined;
    if (spoiled && fault.kind === "status") {
      const more = fault.retry_after ? { "retry-after": String(fault.retry_after) } : {};
      stream.respond({ ":status": fault.status, "content-type": "text/html", ...more });
      return stream.end("<h1>busy</h1>");
    }
    const outcome = act(entry, headers, query, body);
    if (spoiled && fault.after === "request") {
      stop(stream, entry);
      if (fault.kind !== "goaway" || fault.closes) return undefined;
    }
    return answer(stream, entry, outcome, spoiled && fault.after);
  });
});

// Who was told that HTTP/1.1 is required comes so.
server.on("request", (request, response) => {
  if (request.httpVersionMajor !== 1) return;
  const [entry, query] = noted(request.method, request.url, request.socket);
  let body = "";
  request.setEncoding("utf8").on("data", (piece) => (body += piece));
  request.on("end", () => {
    const [reply, cookie] = act(entry, request.headers, query, body);
    if (cookie) response.setHeader("set-cookie", cookie);
    entry.answered = true;
    response.end(JSON.stringify(reply));
  });
});
server.on("sessionError", () => {});
server.on("session", (session) => session.on("error", () => {}));

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const order = JSON.parse(line);
    if (order.seen) console.log(JSON.stringify(seen));
    else {
      forget(order);
      console.log("{}");
    }
  })
  .on("close", () => process.exit(0));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
