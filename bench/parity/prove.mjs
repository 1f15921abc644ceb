import { GraphQLError, parse, validate, buildASTSchema } from "graphql";
import { contenders } from "../contenders/index.mjs";
import { NOT_SUPPORTED, typeDefs } from "../contenders/before/schema.mjs";
import { startContender } from "../contenders/start.mjs";
import { askOnce } from "../measure/load.mjs";
import { watchPostgres } from "../measure/postgres.mjs";
import { messageOf } from "../workloads.mjs";
import { readCollection, samplesOperation } from "./collection.mjs";
import { differenceInJson } from "./same-json.mjs";

/**
 * The parity proof: each operation of the tests' collection, in each workspace of the demo data, is
 * answered by ours and by the "before", and both answers must be the same JSON. Gives, for each,
 * `{ operation, workspace, verdict, why, statements }`, the verdict being same, different or unsupported.
 */
export async function proveParity(database, say) {
  const postgres = await watchPostgres(database.adminUrl);
  const running = [];
  try {
    for (const name of ["ours", "before"]) {
      say(`parity: starting ${name}`);
      const contender = contenders.find((each) => each.name === name);
      running.push({ contender, server: await startContender(contender, database) });
    }
    const results = [];
    for (const workspace of database.workspaces) {
      const asks = running.map(({ contender, server }) => async (query, variables) => {
        await postgres.resetStatements();
        const message = messageOf(contender, workspace, { query, variables });
        const data = await askOnce(server.target, message);
        await postgres.untilIdle();
        return { data, statements: (await postgres.statements()).data };
      });
      say(`parity: ${workspace.name}`);
      results.push(...(await proveIn(workspace, asks)));
    }
    return results;
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
    await postgres.close();
  }
}

async function proveIn(workspace, asks) {
  // Each is asked with its own cursors, and with the ids that it has found itself.
  const collections = [];
  for (const ask of asks) {
    const { data } = await ask(samplesOperation);
    collections.push(readCollection(data));
  }
  const [ours, theirs] = collections;
  const results = [];
  for (const [index, operation] of ours.entries()) {
    const result = { operation: operation.name, workspace: workspace.name };
    results.push({ ...result, ...(await compare(asks, operation, theirs[index])) });
  }
  return results;
}

async function compare([askOurs, askBefore], operation, asAskedThere) {
  const missing = notSupported(operation.query);
  if (missing) return { verdict: "unsupported", why: missing };
  try {
    const ours = await askOurs(operation.query, operation.variables);
    const before = await askBefore(asAskedThere.query, asAskedThere.variables);
    const why = differenceInJson(ours.data, before.data);
    const statements = { ours: ours.statements, before: before.statements };
    return why ? { verdict: "different", why, statements } : { verdict: "same", statements };
  } catch (error) {
    return { verdict: "different", why: error.message };
  }
}

const schema = buildASTSchema(typeDefs);

/** Why the "before" cannot answer an operation; undefined when it can. */
function notSupported(query) {
  const [error] = validate(schema, parse(query));
  if (!(error instanceof GraphQLError)) return undefined;
  const known = Object.entries(NOT_SUPPORTED).find(([path]) => {
    const [type, field] = path.split(".");
    return error.message.includes(`"${field ?? type}"`) && error.message.includes(`"${type}"`);
  });
  return known ? `${known[0]}: ${known[1]}` : error.message;
}
