import { WITH, type Rule } from "./rule.ts";

const COLUMNS = `(select array_agg(attname::text order by place) from unnest(KEY) with ordinality as part (number, place)
  join pg_attribute on attrelid = TABLE and attnum = number)`;
const columnsOf = (table: string, key: string) =>
  COLUMNS.replace("KEY", key).replace("TABLE", table);

/** Keys and indexes: workspace_id comes first, everywhere. */
export const keyRules: readonly Rule[] = [
  {
    name: "keys begin with the workspace",
    why: "Foreign keys know no policy: a key without the workspace lets a row hang on another's row, or probe for it.",
    query: `${WITH} select name || ' ' || conname as place, null as detail,
        own.attname = 'workspace_id' and coalesce(referenced.attname = 'workspace_id', true) as holds
      from pg_constraint join tenant_table on tenant_table.oid = conrelid
      join pg_attribute own on own.attrelid = conrelid and own.attnum = conkey[1]
      left join pg_attribute referenced on referenced.attrelid = confrelid and referenced.attnum = confkey[1]
      where contype in ('p', 'u', 'f')`,
    says: (place) =>
      `a key does not begin with workspace_id: ${place}. Drop it and make it anew with workspace_id first.`,
  },
  {
    name: "indexes begin with the workspace",
    why: "A unique index over all workspaces tells what others have; any other one reads their rows to throw them away.",
    query: `${WITH} select indexrelid::regclass::text as place, null as detail, coalesce(attname = 'workspace_id', false) as holds
      from pg_index join tenant_table on tenant_table.oid = indrelid
      left join pg_attribute on attrelid = indrelid and attnum = indkey[0]`,
    says: (index) =>
      `the index ${index} does not begin with workspace_id. Drop it and make it anew with workspace_id first.`,
  },
  {
    name: "policies have an index",
    why: "Without a usable index that begins with workspace_id every statement reads every workspace's rows.",
    query: `${WITH} select name as place, null as detail, exists (
        select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
        where indrelid = tenant_table.oid and attname = 'workspace_id' and indisvalid and indpred is null) as holds
      from tenant_table`,
    says: (table) =>
      `no usable index of ${table} begins with workspace_id. Make one, or REINDEX the one that is not valid.`,
  },
  {
    name: "foreign keys have an index",
    why: "Else deleting one row reads a whole table, of all workspaces, under a lock.",
    query: `${WITH}, foreign_key as (
        select name, conrelid, conname, ${columnsOf("conrelid", "conkey")} as own, ${columnsOf("confrelid", "confkey")} as theirs
        from pg_constraint join tenant_table on tenant_table.oid = conrelid where contype = 'f' and conparentid = 0),
      needed as (
        -- Those that point to the other row's own id; more would narrow one row.
        select *, array(select column_name from unnest(own, theirs) as pair (column_name, their_name)
            where not 'id' = any(theirs) or their_name in ('workspace_id', 'id') order by 1) as columns
        from foreign_key)
      select name || ' ' || conname as place, array_to_string(columns, ', ') as detail, exists (
        select from pg_index where indrelid = conrelid and indisvalid
          and array(select attname::text from unnest(indkey[0:cardinality(columns) - 1]) as number
            join pg_attribute on attrelid = conrelid and attnum = number order by 1) = columns
          and (indpred is null or pg_get_expr(indpred, indrelid) in (
            select format('(%I IS NOT NULL)', column_name) from unnest(columns) as column_name))) as holds
      from needed`,
    says: (place, columns) =>
      `a foreign key has no index: ${place}. Make one that begins with ${columns}.`,
  },
  {
    name: "constraints are valid",
    why: "What NOT VALID says holds for new rows only.",
    query: `${WITH} select name || ' ' || conname as place, null as detail, convalidated as holds
      from pg_constraint join tenant_table on tenant_table.oid = conrelid`,
    says: (place) =>
      `a constraint was never checked: ${place}. Run ALTER TABLE … VALIDATE CONSTRAINT ….`,
  },
];
