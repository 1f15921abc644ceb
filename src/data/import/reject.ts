import type { WorkspaceTransaction } from "../../db/workspace-transaction.ts";
import { nameField, type ImportKind } from "./kinds.ts";
import { REJECTED, stagingOf } from "./staging.ts";

/** Moves staged lines that meet a condition to the bad ones. `reason` is SQL over the line `s` and what is `using`. */
async function reject(
  transaction: WorkspaceTransaction,
  kind: ImportKind,
  condition: string,
  reason: string,
  using = "",
): Promise<number> {
  const moved = await transaction.unsafe(`
    with bad as (
      delete from ${stagingOf(kind)} s ${using} where ${condition}
      returning s.line, s.start, s.length, s."${nameField(kind)}" as name, ${reason} as reason
    )
    insert into ${REJECTED} (line, start, length, kind, name, reason)
    select line, start, length, '${kind}', name, reason from bad`);
  return moved.count;
}

/** Prepares a kind's lines for the joins that follow. */
async function prepare(transaction: WorkspaceTransaction, kind: ImportKind) {
  const table = stagingOf(kind);
  const index = `import_${kind}_by_name`;
  const replies = kind === "comment" ? `create index import_replies on ${table} (parent);` : "";
  await transaction
    .unsafe(`create index ${index} on ${table} ("${nameField(kind)}"); ${replies} analyze ${table}`)
    .simple();
}

/** Rejects lines that name what an earlier line of the file has named. */
export async function rejectRepeated(transaction: WorkspaceTransaction, kind: ImportKind) {
  const name = nameField(kind);
  const table = stagingOf(kind);
  await prepare(transaction, kind);
  await reject(
    transaction,
    kind,
    `s."${name}" = repeated.name and s.line > repeated.first`,
    `'${name} ' || to_json(s."${name}") || ' is on line ' || repeated.first || ' already'`,
    `using (
      select "${name}" as name, min(line) as first from ${table} group by "${name}" having count(*) > 1
    ) repeated`,
  );
}

/** Rejects lines that refer to something that is neither in the workspace nor among the good lines. */
export async function rejectUnknown(
  transaction: WorkspaceTransaction,
  workspaceId: string,
  kind: ImportKind,
  field: "account" | "contact" | "post",
) {
  // What the file has of these was loaded before, in this transaction: one look at the table is enough.
  await reject(
    transaction,
    kind,
    `not exists (select 1 from ${field}s t where t.workspace_id = '${workspaceId}' and t.external_id = s."${field}")`,
    whyUnknown(field, field),
  );
}

function whyUnknown(field: string, kind: ImportKind) {
  // A parent may be rejected by this very statement.
  const sameStatement =
    field === "parent"
      ? `, (select p.line from ${stagingOf(kind)} p where p."externalId" = s.parent)`
      : "";
  const rejectedLine =
    `coalesce((select min(r.line) from ${REJECTED} r ` +
    `where r.kind = '${kind}' and r.name = s."${field}")${sameStatement})`;
  const name = `'${field} ' || to_json(s."${field}")`;
  return (
    `coalesce(${name} || ' is on line ' || ${rejectedLine} || ', which is rejected', ` +
    `${name} || ' is neither in the file nor in the workspace')`
  );
}

/** Rejects posts that are there on another account, and comments that are there under another post. */
export async function rejectMoved(
  transaction: WorkspaceTransaction,
  workspaceId: string,
  kind: "post" | "comment",
) {
  const owner = kind === "post" ? "account" : "post";
  await reject(
    transaction,
    kind,
    `exists (
      select 1 from ${kind}s t
      where t.workspace_id = '${workspaceId}' and t.external_id = s."externalId"
        and t.${owner}_id <> (
          select o.id from ${owner}s o
          where o.workspace_id = '${workspaceId}' and o.external_id = s."${owner}"
        )
    )`,
    `format('the ${kind} %s is there already, ${kind === "post" ? "on another account" : "under another post"}', to_json(s."externalId"))`,
  );
}

/** Rejects replies whose parent is unknown, under another post, or (over any number of steps) themselves. */
export async function rejectLostReplies(transaction: WorkspaceTransaction, workspaceId: string) {
  const table = stagingOf("comment");
  for (;;) {
    const lost = await reject(
      transaction,
      "comment",
      `s.line in (${lostReplies(workspaceId)})`,
      whyUnknown("parent", "comment"),
    );
    const elsewhere = await reject(
      transaction,
      "comment",
      `s.parent is not null and s.post <> coalesce(
        (select p.post from ${table} p where p."externalId" = s.parent),
        (
          select o.external_id from comments p
          join posts o on o.workspace_id = p.workspace_id and o.id = p.post_id
          where p.workspace_id = '${workspaceId}' and p.external_id = s.parent
        ),
        ''
      )`,
      `format('parent %s is a comment on another post', to_json(s.parent))`,
    );
    const own = await reject(
      transaction,
      "comment",
      `s.line in (${circles(workspaceId)})`,
      `format('parent %s makes the comment an answer to itself', to_json(s.parent))`,
    );
    if (lost + elsewhere + own === 0) return;
  }
}

/** The staged comments whose parent is nowhere, and all that answer them. */
function lostReplies(workspaceId: string) {
  const table = stagingOf("comment");
  return `
    with recursive lost (line, name) as (
      select c.line, c."externalId" from ${table} c
      where c.parent is not null
        and not exists (select 1 from ${table} p where p."externalId" = c.parent)
        and not exists (
          select 1 from comments p where p.workspace_id = '${workspaceId}' and p.external_id = c.parent
        )
      union
      select c.line, c."externalId" from lost
      join ${table} c on c.parent = lost.name
      where not exists (
        select 1 from comments p where p.workspace_id = '${workspaceId}' and p.external_id = c.parent
      )
    )
    select line from lost`;
}

/** The staged comments that are reached again by going up from them, as the threads would be. */
function circles(workspaceId: string) {
  const table = stagingOf("comment");
  return `
    with recursive up (line, first, at) as (
      select c.line, c."externalId", c.parent from ${table} c
      where c.parent is not null and (
        -- Only such a line can close a circle: it answers a later one, or one that is there gets another parent.
        exists (select 1 from ${table} p where p."externalId" = c.parent and p.line >= c.line)
        or exists (
          select 1 from comments t
          where t.workspace_id = '${workspaceId}' and t.external_id = c."externalId"
        )
      )
      union
      select up.line, up.first, case when p.line is null then above.external_id else p.parent end
      from up
      left join ${table} p on p."externalId" = up.at
      left join comments c on p.line is null and c.workspace_id = '${workspaceId}' and c.external_id = up.at
      left join comments above on above.workspace_id = c.workspace_id and above.id = c.parent_id
      where up.at is not null and up.at <> up.first
    )
    select line from up where at = first`;
}
