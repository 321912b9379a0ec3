// A web server like any other: it knows nothing of Assay.  PORT=8700 node server.mjs
import { createServer } from "node:http";

const limit = 64 * 1024;

const server = createServer((request, response) => {
  if (request.method !== "POST" || request.url !== "/echo") {
    response.writeHead(404).end("not found\n");
    return;
  }
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => {
    body += chunk;
    if (body.length > limit) request.destroy();
  });
  request.on("end", () => {
    try {
      const { text } = JSON.parse(body);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ text: String(text) }));
    } catch {
      response.writeHead(400).end("expected JSON with a text\n");
    }
  });
});

server.listen(Number(process.env.PORT ?? 8700), "127.0.0.1", () => console.log("listening"));
if (process.env.END_WITH_STDIN === "1") process.stdin.resume().once("end", () => process.exit());
