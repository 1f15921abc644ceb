import { And, In, IsNull, LessThan, MoreThanOrEqual, Not, Raw } from "typeorm";
import { rowId } from "../shared/global-id.mjs";

const anyOf = (words) => words && In(words);
const anyRow = (ids) => ids && In(ids.map(rowId));

/** From a moment on, up to but without another; either may be missing. */
function between(range) {
  const ends = [
    ...(range?.from ? [MoreThanOrEqual(range.from)] : []),
    ...(range?.to ? [LessThan(range.to)] : []),
  ];
  return ends.length > 1 ? And(...ends) : ends[0];
}

/** TypeORM refuses a condition of undefined: only what was asked for goes in. */
const given = (conditions) =>
  Object.fromEntries(Object.entries(conditions).filter(([, value]) => value != null));

/** All of the words: without an index for them, every text is taken apart. */
const hasWords = (text) => {
  const words = (column) => `regexp_split_to_array(lower(${column}), '\\W+')`;
  return text && Raw((column) => `${words(column)} @> ${words(":text")}`, { text });
};

/** The filters of our schema, in TypeORM's words. */
export const accountsThat = (filter) =>
  given({ network: anyOf(filter?.networks), health: anyOf(filter?.healths) });

export const contactsThat = (filter) => given({ network: anyOf(filter?.networks) });

export const postsThat = (filter) =>
  given({
    accountId: anyRow(filter?.accountIds),
    network: anyOf(filter?.networks),
    status: anyOf(filter?.statuses),
    postTags: filter?.tagIds && { tagId: anyRow(filter.tagIds) },
    publishedAt: between(filter?.publishedBetween),
    body: hasWords(filter?.text),
  });

export const commentsThat = (filter) =>
  given({
    accountId: anyRow(filter?.accountIds),
    status: anyOf(filter?.statuses),
    parentId: startsThread(filter?.startsThread),
    createdAt: between(filter?.createdBetween),
  });

function startsThread(wanted) {
  if (wanted == null) return undefined;
  return wanted ? IsNull() : Not(IsNull());
}
