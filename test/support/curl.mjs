// As much of curl as the examples in the documentation use, for machines without it.
import { readFileSync, writeFileSync } from "node:fs";
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
const headers = new Headers(
  (options.header ?? []).map((line) => line.split(/: *(.*)/s).slice(0, 2)),
);
if (body && !options.get && !headers.has("content-type")) {
  headers.set("content-type", "application/x-www-form-urlencoded");
}
if (!headers.has("accept")) headers.set("accept", "*/*");

if (options.cookie) headers.set("cookie", readFileSync(options.cookie, "utf8"));

const response = await fetch(url, {
  method: options.request ?? (body && !options.get ? "POST" : "GET"),
  headers,
  redirect: "manual",
  ...(body && !options.get ? { body } : {}),
});
if (options["cookie-jar"]) {
  const pairs = response.headers.getSetCookie().map((cookie) => cookie.split(";", 1)[0]);
  writeFileSync(options["cookie-jar"], pairs.join("; "));
}
const head = [
  `HTTP/1.1 ${response.status} ${response.statusText}`,
  ...[...response.headers].map(([name, value]) => `${name}: ${value}`),
];
const answer = `${options.include ? `${head.join("\r\n")}\r\n\r\n` : ""}${await response.text()}`;
if (options.output) writeFileSync(options.output, answer);
else process.stdout.write(answer);
process.stdout.write(
  (options["write-out"] ?? "")
    .replaceAll("\\n", "\n")
    .replaceAll("%{http_code}", String(response.status)),
);
