import { connect } from "../../src/db/client.ts";

/**
 * Loads a database without looking up every foreign key of every row, which is half of the time that the
 * demo data set takes. For rows that are known to fit together: test/demo-data.test.ts looks at them all.
 * Row-level security, CHECK and UNIQUE hold as ever. For a login that is no superuser nothing changes.
 */
export async function withoutTriggers<Result>(
  ownerUrl: string,
  load: () => Promise<Result>,
): Promise<Result> {
  const client = connect(ownerUrl, { max: 1 });
  const database = new URL(ownerUrl).pathname.slice(1);
  try {
    const [login] = await client<{ mighty: boolean }[]>`
      select current_setting('is_superuser')::boolean as mighty`;
    if (!login?.mighty) return await load();
    await client.unsafe(`alter database ${database} set session_replication_role = replica`);
    try {
      return await load();
    } finally {
      await client.unsafe(`alter database ${database} reset session_replication_role`);
    }
  } finally {
    await client.end({ timeout: 5 });
  }
}

/**
 * What the triggers would have done for the posts: a search finds them. Where they did, nothing is to be done;
 * `on conflict` would take a third more time.
 */
export const fillPostTerms = (ownerUrl: string): Promise<void> =>
  withoutTriggers(ownerUrl, async () => {
    const client = connect(ownerUrl, { max: 1 });
    try {
      await client.unsafe(`
        insert into post_terms (workspace_id, term, timeline_at, post_id)
        select workspace_id, term, timeline_at, id from posts, words_of(body) as term
        where not exists (select from post_terms)
        order by 1, 2, 3, 4`);
    } finally {
      await client.end({ timeout: 5 });
    }
  });
