import { bigint, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";

/** The tenant. First in every primary, unique and foreign key, so that the schema shards as it stands. */
export const workspaceId = () => uuid("workspace_id").notNull();

/** A row's own id: a UUIDv7, so that new rows land at the end of the index. */
export const id = () => uuid("id").notNull().$defaultFn(uuidv7);

/**
 * A moment with milliseconds, read as text.
 * JavaScript's dates have no microseconds: with `timestamptz(6)` a cursor made from a date skips rows.
 */
export const moment = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: "string" });

export const createdAt = () => moment("created_at").notNull().defaultNow();

/** A counter that may pass 2^31; a JavaScript number, exact up to 2^53. */
export const counter = (name: string) => bigint(name, { mode: "number" }).notNull().default(0);

/**
 * A word of a closed list: text with a check, never a PostgreSQL enum.
 * `enum_eq` is not leakproof, so below row-level security an enum can never be an index condition.
 */
export const word = <const Words extends readonly [string, ...string[]]>(
  name: string,
  words: Words,
) => text(name, { enum: words }).notNull();

/** The id that the row has in the system it was imported from: unique in its workspace, null when it was made here. */
export const externalId = () => text("external_id");

/** Whether a column holds what proves who somebody is: it is written and compared, and read by nobody. */
export const isSecret = ({ name }: { name: string }) => /(^|_)hash$/.test(name);
