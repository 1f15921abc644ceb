import type { Target } from "./targets.ts";

/** Two workspaces: whose name is used, and whose rows are wanted. */
export interface Pair {
  own: string;
  foreign: string;
}

/** A way in: one statement of somebody in workspace A who wants the rows of B. */
export interface Way {
  name: string;
  /** The column of the matrix that it belongs to. */
  group: string;
  statement(target: Target, pair: Pair): string;
  /** Where there is nothing that it could be tried on. */
  applies?(target: Target): boolean;
  /** Refusals besides "insufficient privilege" that are an answer. */
  refusals?: readonly string[];
  /** Whether an answer with rows would be one: else only a refusal will do. */
  mustRefuse?: true;
  isCopy?: true;
}

const withId = ({ hasId }: Target) => hasId;

/** Ways to read and change what belongs to another workspace, for every table with a workspace. */
export const foreignWays: readonly Way[] = [
  {
    name: "by its workspace",
    group: "SELECT",
    statement: ({ table }, { foreign }) =>
      `select 1 from ${table} where workspace_id = '${foreign}' limit 3`,
  },
  {
    name: "by any other workspace",
    group: "SELECT",
    statement: ({ table }, { own }) =>
      `(select 1 from ${table} where workspace_id < '${own}' limit 3)
       union all (select 1 from ${table} where workspace_id > '${own}' limit 3)`,
  },
  {
    name: "for update",
    group: "SELECT",
    statement: ({ table }, { foreign }) =>
      `select 1 from ${table} where workspace_id = '${foreign}' limit 1 for update`,
  },
  {
    name: "by a condition that fails on it",
    group: "SELECT",
    statement: ({ table }, { foreign }) =>
      `select 1 from ${table} where workspace_id = '${foreign}'
       and 1 / (case when workspace_id = '${foreign}' then 0 else 1 end) = 1 limit 1`,
  },
  {
    name: "by a cursor of SQL",
    group: "SELECT",
    statement: ({ table }, { foreign }) =>
      `declare peek cursor for select 1 from ${table} where workspace_id = '${foreign}'; fetch 3 from peek`,
  },
  {
    name: "with row_security off",
    group: "SELECT",
    statement: ({ table }, { foreign }) =>
      `set local row_security = off; select 1 from ${table} where workspace_id = '${foreign}' limit 3`,
  },
  {
    name: "by what the planner knows",
    group: "SELECT",
    statement: ({ table }) =>
      `select 1 from pg_stats where format('%I.%I', schemaname, tablename)::regclass = '${table}'::regclass limit 3`,
  },
  {
    name: "joined to its workspace",
    group: "JOIN",
    statement: ({ table }, { foreign }) =>
      `select 1 from ${table} as one join workspaces as two on one.workspace_id = two.workspace_id
       where two.workspace_id = '${foreign}' limit 3`,
  },
  {
    name: "joined to itself",
    group: "JOIN",
    statement: ({ table }, { own }) =>
      `select 1 from workspaces as one join ${table} as two on two.workspace_id > one.workspace_id
       where one.workspace_id = '${own}' limit 3`,
  },
  {
    name: "joined by a full outer join",
    group: "JOIN",
    statement: ({ table }, { foreign }) =>
      `select 1 from (values ('${foreign}'::uuid)) as wanted (workspace_id)
       join lateral (select * from (select workspace_id from ${table} as inner_one
         where inner_one.workspace_id = wanted.workspace_id limit 1) as found) as found on true`,
  },
  {
    name: "in a subquery",
    group: "SUBQUERY",
    statement: ({ table }, { foreign }) =>
      `select 1 where exists (select from ${table} where workspace_id = '${foreign}')`,
  },
  {
    name: "in a WITH",
    group: "SUBQUERY",
    statement: ({ table }, { foreign }) =>
      `with found as materialized (select workspace_id from ${table} where workspace_id = '${foreign}' limit 3)
       select 1 from found`,
  },
  {
    name: "in an aggregate",
    group: "SUBQUERY",
    statement: ({ table }, { foreign }) =>
      `select 1 from (select max(workspace_id::text) as found from ${table} where workspace_id = '${foreign}') as one
       where found is not null`,
  },
  {
    name: "a row of another workspace",
    group: "INSERT",
    mustRefuse: true,
    statement: ({ table }, { foreign }) =>
      `insert into ${table} (workspace_id) values ('${foreign}')`,
  },
  {
    name: "a row of another workspace, or else an update",
    group: "INSERT",
    mustRefuse: true,
    statement: ({ table }, { foreign }) =>
      `insert into ${table} (workspace_id) values ('${foreign}') on conflict do nothing`,
  },
  {
    name: "of its rows",
    group: "UPDATE",
    statement: ({ table }, { foreign }) =>
      `update ${table} set workspace_id = workspace_id where workspace_id = '${foreign}'`,
  },
  {
    name: "of its rows into one's own",
    group: "UPDATE",
    statement: ({ table }, { own, foreign }) =>
      `update ${table} set workspace_id = '${own}' where workspace_id = '${foreign}'`,
  },
  {
    name: "of one's own row into it",
    group: "UPDATE",
    statement: ({ table }, { own, foreign }) =>
      `update ${table} set workspace_id = '${foreign}'
       where ctid = (select ctid from ${table} where workspace_id = '${own}' limit 1)`,
  },
  {
    name: "of its rows",
    group: "DELETE",
    statement: ({ table }, { foreign }) => `delete from ${table} where workspace_id = '${foreign}'`,
  },
  {
    name: "of its rows by a join",
    group: "DELETE",
    statement: ({ table }, { foreign }) =>
      `delete from ${table} as one using workspaces as two
       where one.workspace_id = two.workspace_id and two.workspace_id = '${foreign}'`,
  },
  {
    name: "out, by a query",
    group: "COPY",
    isCopy: true,
    statement: ({ table }, { foreign }) =>
      `copy (select 1 from ${table} where workspace_id = '${foreign}' limit 3) to stdout`,
  },
  {
    name: "in",
    group: "COPY",
    isCopy: true,
    mustRefuse: true,
    // "COPY FROM not supported with row-level security"
    refusals: ["0A000"],
    statement: ({ table, column }) => `copy ${table} (${column}) from stdin`,
  },
];

/** Ways in by a row's own id, where a table has one. `ids` are of rows that are really there. */
export const idWays = (ids: readonly string[]): readonly Way[] => {
  const list = ids.map((id) => `'${id}'`).join(", ");
  return [
    {
      name: "by its rows' ids",
      group: "SELECT",
      applies: withId,
      statement: ({ table }) => `select 1 from ${table} where id in (${list}) limit 3`,
    },
    {
      name: "by its rows' ids",
      group: "DELETE",
      applies: withId,
      statement: ({ table }, { foreign }) =>
        `delete from ${table} where workspace_id = '${foreign}' and id in (${list})`,
    },
  ];
};

/** What nobody's workspace may find: tried unset, empty and unknown. */
export const nobodysWays: readonly Way[] = [
  {
    name: "any row",
    group: "NO WORKSPACE",
    statement: ({ table }) => `select 1 from ${table} limit 3`,
  },
  {
    name: "its rows",
    group: "NO WORKSPACE",
    statement: ({ table }, { foreign }) =>
      `select 1 from ${table} where workspace_id = '${foreign}' limit 3`,
  },
  {
    name: "change its rows",
    group: "NO WORKSPACE",
    statement: ({ table }, { foreign }) =>
      `update ${table} set workspace_id = workspace_id where workspace_id = '${foreign}'`,
  },
  {
    name: "delete its rows",
    group: "NO WORKSPACE",
    statement: ({ table }, { foreign }) => `delete from ${table} where workspace_id = '${foreign}'`,
  },
];

/** What only the owner may. None waits for a lock before it is refused. */
export const ownersWays: readonly Way[] = [
  {
    name: "switch row-level security off",
    group: "OWNER'S",
    mustRefuse: true,
    statement: ({ table }) => `alter table ${table} disable row level security`,
  },
  {
    name: "drop the policy",
    group: "OWNER'S",
    mustRefuse: true,
    statement: ({ table }) => `drop policy workspace_isolation on ${table}`,
  },
  {
    name: "disable the triggers",
    group: "OWNER'S",
    mustRefuse: true,
    statement: ({ table }) => `alter table ${table} disable trigger user`,
  },
];

/** What a role tries on tables that it has no right to at all. */
export const closedWays: readonly Way[] = [
  closed("SELECT", ({ table }) => `select 1 from ${table} limit 1`),
  closed("INSERT", ({ table }) => `insert into ${table} default values`),
  closed("UPDATE", ({ table, column }) => `update ${table} set ${column} = ${column} where false`),
  closed("DELETE", ({ table }) => `delete from ${table} where false`),
];

function closed(group: string, statement: Way["statement"]): Way {
  return { name: "at all", group, mustRefuse: true, statement };
}
