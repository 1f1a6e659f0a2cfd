// A proxy for http and https (CONNECT) that sends each name where the spec says, and writes down
// what it sees: `node proxy.js PLACES LOG [USER:PASSWORD]`, PLACES = {"host:port": port of 127.0.0.1}.
// Prints its own port.
'use strict';
const fs = require('fs');
const http = require('http');
const net = require('net');

const places = JSON.parse(process.argv[2]);
const log = process.argv[3];
const wanted = process.argv[4] &&
  'Basic ' + Buffer.from(process.argv[4]).toString('base64');

function note(kind, target, headers) {
  fs.appendFileSync(log, JSON.stringify({ kind, target, headers }) + '\n');
}

function mayPass(headers) {
  return !wanted || headers['proxy-authorization'] === wanted;
}

const server = http.createServer((request, response) => {
  note('http', request.method + ' ' + request.url, request.headers);
  if (!mayPass(request.headers)) {
    response.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="proxy"' });
    return response.end();
  }
  const url = new URL(request.url);
  const port = places[url.hostname + ':' + (url.port || 80)];
  if (!port) {
    response.writeHead(502);
    return response.end();
  }
  const headers = Object.assign({}, request.headers);
  delete headers['proxy-authorization'];
  delete headers['proxy-connection'];
  const onward = http.request({
    host: '127.0.0.1', port, method: request.method, path: url.pathname + url.search, headers,
  }, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
});

server.on('connect', (request, socket, head) => {
  note('connect', request.url, request.headers);
  socket.on('error', () => {});
  if (!mayPass(request.headers)) {
    return socket.end('HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm="proxy"\r\n' +
      'Content-Length: 0\r\n\r\n');
  }
  const port = places[request.url];
  if (!port) {
    return socket.end('HTTP/1.1 502 Not there\r\nContent-Length: 0\r\n\r\n');
  }
  const onward = net.connect(port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Here you are\r\n\r\n');
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  onward.on('error', () => socket.destroy());
  socket.on('close', () => onward.destroy());
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
