const DEFAULT_SIZE = 20;

const cursorOf = (position) => Buffer.from(String(position)).toString("base64url");
const positionOf = (cursor) => Number(Buffer.from(cursor, "base64url").toString());

/**
 * A page by OFFSET: a row's cursor says how many rows there are up to and with it. From the end it takes
 * a COUNT first, as everybody writes it.
 */
export async function pageOf(repository, { first, after, last, before }, options) {
  const { where } = options;
  const count = () => repository.count({ where });
  const from = after ? positionOf(after) : 0;
  const to = before ? positionOf(before) - 1 : undefined;
  const backward = last != null;
  const size = last ?? first ?? DEFAULT_SIZE;

  let skip = from;
  let take = size + 1;
  if (backward) {
    const end = to ?? (await count());
    skip = Math.max(from, end - size);
    take = end - skip;
  } else if (to !== undefined) {
    take = Math.min(take, to - from);
  }
  // TypeORM takes 0 for "all".
  const rows = take > 0 ? await repository.find({ ...options, skip, take }) : [];

  const edges = rows
    .slice(0, size)
    .map((node, index) => ({ cursor: cursorOf(skip + index + 1), node }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: backward ? before != null : rows.length > size,
      hasPreviousPage: backward ? skip > from : after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: count,
  };
}
