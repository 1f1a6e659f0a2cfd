// A server by HTTP/2: node http2.mjs MODE KEY CERTIFICATE prints its port, and ends with its standard
// input. The first POST is read, then refused unread by the protocol's word ("refuse"), or never
// answered ("end"), or its connection is reset ("reset"); /count says how many POSTs there were.
import { createSecureServer, constants } from "node:http2";
import { readFileSync } from "node:fs";

const [, , mode, key, cert] = process.argv;
const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) });
let posts = 0;
let connection;
server.on("connection", (socket) => {
  connection = socket;
});

const answer = (stream) => {
  stream.respond({ ":status": 200, "content-type": "application/json" });
  stream.end(JSON.stringify({ posts }));
};

server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  if (headers[":method"] !== "POST") return answer(stream);
  posts += 1;
  stream.resume().on("end", () => {
    if (posts > 1) return answer(stream);
    if (mode === "reset") return connection.resetAndDestroy();
    return mode === "refuse"
      ? stream.close(constants.NGHTTP2_REFUSED_STREAM)
      : stream.session.destroy();
  });
});
server.on("sessionError", () => {});
process.stdin.on("end", () => process.exit(0)).resume();
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
