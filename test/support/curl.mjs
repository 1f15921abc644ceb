// As much of curl as the examples in the documentation use, for machines without it.
// Not with `fetch`, which takes as long to load as all the rest.
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { parseArgs } from "node:util";

const text = { type: "string", multiple: true };
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: "boolean", short: "s" },
    "show-error": { type: "boolean", short: "S" },
    compressed: { type: "boolean" },
    include: { type: "boolean", short: "i" },
    get: { type: "boolean", short: "G" },
    header: { ...text, short: "H" },
    data: { ...text, short: "d" },
    "data-urlencode": text,
    request: { type: "string", short: "X" },
    output: { type: "string", short: "o" },
    "write-out": { type: "string", short: "w" },
    cookie: { type: "string", short: "b" },
    "cookie-jar": { type: "string", short: "c" },
  },
});

const contentOf = (value) => {
  if (!value.startsWith("@")) return value;
  const file = value.slice(1);
  return readFileSync(file === "-" ? 0 : file, "utf8").replaceAll(/[\r\n]/g, "");
};
const encode = (pair) => {
  const at = pair.indexOf("=");
  return `${pair.slice(0, at + 1)}${encodeURIComponent(pair.slice(at + 1))}`;
};
const parts = [
  ...(options.data ?? []).map(contentOf),
  ...(options["data-urlencode"] ?? []).map(encode),
];
const body = parts.length > 0 ? parts.join("&") : undefined;
const [address] = positionals;
const url = options.get && body ? `${address}?${body}` : address;
const given = (options.header ?? []).map((line) => line.split(/: *(.*)/s).slice(0, 2));
const headers = {
  accept: "*/*",
  ...(body && !options.get ? { "content-type": "application/x-www-form-urlencoded" } : {}),
  ...(options.cookie ? { cookie: readFileSync(options.cookie, "utf8") } : {}),
  ...Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value])),
};

const asking = request(url, {
  method: options.request ?? (body && !options.get ? "POST" : "GET"),
  headers,
});
asking.end(options.get ? undefined : body);
const [response] = await once(asking, "response");
if (options["cookie-jar"]) {
  const cookies = response.headers["set-cookie"] ?? [];
  const pairs = cookies.map((cookie) => cookie.split(";", 1)[0]);
  writeFileSync(options["cookie-jar"], pairs.join("; "));
}
const head = [
  `HTTP/1.1 ${response.statusCode} ${response.statusMessage}`,
  ...Object.entries(response.headers).map(([name, value]) => `${name}: ${value}`),
];
const answer = `${options.include ? `${head.join("\r\n")}\r\n\r\n` : ""}${await textOf(response)}`;
if (options.output) writeFileSync(options.output, answer);
else process.stdout.write(answer);
process.stdout.write(
  (options["write-out"] ?? "")
    .replaceAll("\\n", "\n")
    .replaceAll("%{http_code}", String(response.statusCode)),
);
