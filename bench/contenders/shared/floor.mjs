import { createServer } from "node:http";
import postgres from "postgres";
import { rowId } from "./global-id.mjs";

/** A pool as large as everybody's, with texts instead of dates. */
export const openPool = () =>
  postgres(process.env.BENCH_DATABASE, {
    max: 10,
    fetch_types: false,
    types: {
      moment: { to: 1184, from: [1184], parse: (text) => text, serialize: String },
    },
    connection: { TimeZone: "UTC", random_page_cost: 1.1, jit: false },
  });

/**
 * Serves operations by their names, without GraphQL: each is given the workspace and its variables,
 * global ids and cursor already read, and gives the answer's JSON.
 */
export function serveFloor(operations) {
  const byName = new Map(
    Object.entries(operations).map(([name, run]) => [name[0].toUpperCase() + name.slice(1), run]),
  );
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { operationName, variables } = JSON.parse(Buffer.concat(chunks).toString());
      const workspace = request.headers["x-workspace"];
      byName
        .get(operationName)(workspace, readVariables(variables))
        .then(
          (json) => {
            const body = Buffer.from(json);
            response.writeHead(200, {
              "content-type": "application/json",
              "content-length": body.length,
            });
            response.end(body);
          },
          (error) => {
            console.error(error);
            response.writeHead(500).end();
          },
        );
    });
  });
  server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
}

function readVariables({ id, account, after, ...rest }) {
  return {
    ...rest,
    ...(id && { id: rowId(id) }),
    ...(account && { account: rowId(account) }),
    ...(after && { after: readCursor(after) }),
  };
}

function readCursor(cursor) {
  const [, , sort, id] = JSON.parse(Buffer.from(cursor, "base64url").toString());
  return { sort, id };
}
