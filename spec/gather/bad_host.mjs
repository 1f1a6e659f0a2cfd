// As bad_host.lua, by TLS: node bad_host.mjs HOW PROTOCOL KEY CERTIFICATE prints its port, and ends
// with its standard input. PROTOCOL: https (HTTP/1.1) or http2.
import { createServer } from "node:https";
import { createSecureServer } from "node:http2";
import { readFileSync } from "node:fs";

const [, , how, protocol, key, cert] = process.argv;
const files = { key: readFileSync(key), cert: readFileSync(cert) };
const BLOCK = Buffer.alloc(65536, "x");

// In either protocol the connection itself: of HTTP/2, nobody else may end it.
const sockets = new Map();

const flood = (response) => {
  while (response.writable && response.write(BLOCK));
  response.once("drain", () => flood(response));
};

const answers = {
  hang: () => {},
  reset: (request) => sockets.get(request.socket.remotePort).resetAndDestroy(),
  trickle: (request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
    const timer = setInterval(() => response.write("x"), 1000);
    request.on("close", () => clearInterval(timer));
  },
  huge: (request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 1e9 });
    response.write("{");
    flood(response);
  },
  busy: (request, response) => {
    response.writeHead(429, { "retry-after": "3600" });
    response.end();
  },
};

const server = protocol === "http2" ? createSecureServer(files) : createServer(files);
server.on("connection", (socket) => {
  sockets.set(socket.remotePort, socket);
  socket.on("error", () => {});
});
server.on("sessionError", () => {});
server.on("request", (request, response) => {
  request.on("error", () => {});
  response.on("error", () => {});
  answers[how](request, response);
});
process.stdin.on("end", () => process.exit(0)).resume();
server.listen(0, "127.0.0.1", 1024, () => console.log(server.address().port));
