// PostGraphile 5 with the same row-level security as ours: it takes on the server's role and says the
// workspace in every request. Its schema is what it finds in the database.
import { createServer } from "node:http";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.BENCH_DATABASE,
      schemas: ["public"],
      poolConfig: { max: 10, options: "-c timezone=UTC -c jit=off -c random_page_cost=1.1" },
    }),
  ],
  grafast: {
    context: ({ node }) => ({
      pgSettings: { "app.workspace_id": node?.req.headers["x-workspace"] },
    }),
  },
  grafserv: { watch: false, graphiql: false },
};

const instance = postgraphile(preset);
const server = createServer();
const serv = instance.createServ(grafserv);
await serv.addTo(server);
// Else the schema is built within the first request.
await instance.getSchema();
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
