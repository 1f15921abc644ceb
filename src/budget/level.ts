/**
 * Whose bucket: an API key's, a signed-in person's, a workspace's, or the address's of somebody without
 * either; and those of attempts to sign in, by e-mail address and by network address.
 */
export type HolderKind =
  | "key"
  | "person"
  | "workspace"
  | "address"
  | "sign-in-email"
  | "sign-in-address";

export interface Holder {
  kind: HolderKind;
  id: string;
  /** Points in a window. */
  limit: number;
}

/** In what time a whole budget comes back, point by point. */
export const windowSecondsOf = ({ kind }: Pick<Holder, "kind">): number =>
  kind === "sign-in-email" || kind === "sign-in-address" ? 900 : 60;

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
export const msOf = (points: number, holder: Holder) =>
  (points * windowSecondsOf(holder) * 1000) / holder.limit;

/** How full the budget is when so much of it is taken, now. */
export function levelAt(holder: Holder, consumed: number): Level {
  const { limit } = holder;
  const resetAt = Math.ceil(Date.now() + msOf(consumed, holder));
  return { holder, limit, remaining: Math.max(0, limit - consumed), resetAt };
}

/** The level after points were given back. */
export const raised = ({ holder, limit, remaining }: Level, points: number): Level =>
  levelAt(holder, limit - Math.min(limit, remaining + points));

/**
 * How much of points that were taken then can be given back: the bucket has leaked since, and what has
 * leaked has come back already. Others may have filled it meanwhile; that is theirs. Whole points: the
 * limiter in Redis takes no others, and would give them back to this process alone.
 */
export function returnable({ holder, limit, resetAt }: Level, points: number): number {
  const left = ((resetAt - Date.now()) * limit) / (windowSecondsOf(holder) * 1000);
  return Math.max(0, Math.min(points, Math.round(left)));
}
