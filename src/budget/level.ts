/** In what time a whole budget comes back, point by point. */
export const WINDOW_SECONDS = 60;

/** Whose bucket: an API key's, a workspace's, or the address's of somebody without a key. */
export interface Holder {
  kind: "key" | "workspace" | "address";
  id: string;
  /** Points a minute. */
  limit: number;
}

/** How full a holder's budget is. */
export interface Level {
  holder: Holder;
  limit: number;
  /** Points that are left. */
  remaining: number;
  /** When the whole budget is back, if nothing is asked until then: ms since 1970. */
  resetAt: number;
}

/** How long points take to leak out. */
export const msOf = (points: number, limit: number) => (points * WINDOW_SECONDS * 1000) / limit;

/** How full the budget is when so much of it is taken, now. */
export function levelAt(holder: Holder, consumed: number): Level {
  const { limit } = holder;
  const resetAt = Math.ceil(Date.now() + msOf(consumed, limit));
  return { holder, limit, remaining: Math.max(0, limit - consumed), resetAt };
}

/** The level after points were given back. */
export const raised = ({ holder, limit, remaining }: Level, points: number): Level =>
  levelAt(holder, limit - Math.min(limit, remaining + points));

/**
 * How much of points that were taken then can be given back: the bucket has leaked since, and what has
 * leaked has come back already. Others may have filled it meanwhile; that is theirs.
 */
export function returnable({ limit, resetAt }: Level, points: number): number {
  const left = ((resetAt - Date.now()) * limit) / (WINDOW_SECONDS * 1000);
  return Math.max(0, Math.min(points, left));
}
