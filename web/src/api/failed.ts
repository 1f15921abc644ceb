import type { ApolloCache, ApolloLink } from "@apollo/client";

/** The fields of the query, by their caches, below which something failed. */
const failed = new WeakMap<ApolloCache, Set<string>>();

/** Keeps where an answer that has data failed: the cache has null there, as if it were the answer. */
export function noteFailed(cache: ApolloCache, { data, errors }: ApolloLink.Result) {
  if (!data) return;
  for (const { path } of errors ?? []) {
    const fields = failed.get(cache) ?? new Set();
    failed.set(cache, fields.add(String(path?.[0])));
  }
}

/** Forgets what failed, so that it is asked for again by whatever shows it next. */
export function forgetFailed(cache: ApolloCache) {
  for (const fieldName of failed.get(cache) ?? []) cache.evict({ id: "ROOT_QUERY", fieldName });
  failed.delete(cache);
}
