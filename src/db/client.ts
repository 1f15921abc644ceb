import postgres from "postgres";
import type { Address, RowTap } from "./row-tap.ts";

/** Roles of the database. Those of the server own nothing and bypass nothing. */
export const OWNER_ROLE = "socialhub_owner";
/** Reads and writes the workspaces' data, one workspace at a time. */
export const APP_ROLE = "socialhub_app";
/** Reads and writes people, their sessions and passwords, and nothing else. */
export const IDENTITY_ROLE = "socialhub_identity";
/** The two that the server logs in as. */
export const SERVER_ROLES = [APP_ROLE, IDENTITY_ROLE] as const;
export type ServerRole = (typeof SERVER_ROLES)[number];

/**
 * One postgres.js client.
 * `role` is taken on at the start of each connection, so that a login that may do more does not.
 * 64-bit integers are read as numbers (exact up to 2^53) and moments as PostgreSQL's own text.
 */
export function connect(
  url: string,
  options: {
    role?: string;
    max: number;
    connectTimeoutMs?: number;
    idleTimeoutMs?: number;
    /** The longest that one statement may run; as long as the server's own setting says unless told. */
    statementTimeoutMs?: number;
    /** Whether to learn the array types first, for arrays as parameters; see connection.ts. */
    fetchTypes?: boolean;
    /** Whether a prepared statement is planned once and for all values, and not anew for each. */
    plansOnce?: boolean;
    /** Reads the rows; see row-tap.ts. */
    tap?: RowTap;
    onClose?: () => void;
    name?: string;
  },
) {
  const { tap } = options;
  return postgres(url, {
    max: options.max,
    connect_timeout: (options.connectTimeoutMs ?? 10_000) / 1000,
    idle_timeout: (options.idleTimeoutMs ?? 60_000) / 1000,
    max_lifetime: null,
    fetch_types: options.fetchTypes ?? true,
    ...(options.onClose ? { onclose: options.onClose } : {}),
    ...(tap ? { socket: (address: Address) => tap.open(address) } : {}),
    onnotice: () => undefined,
    connection: {
      application_name: options.name ?? "socialhub",
      TimeZone: "UTC",
      DateStyle: "ISO",
      // The working set is cached: with the default of 4 PostgreSQL prefers to read all of a small tenant.
      random_page_cost: 1.1,
      jit: false,
      ...(options.plansOnce ? { plan_cache_mode: "force_generic_plan" } : {}),
      ...(options.role ? { role: options.role } : {}),
      ...(options.statementTimeoutMs ? { statement_timeout: options.statementTimeoutMs } : {}),
    },
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
      moment: { to: 1184, from: [1184], parse: (text: string) => text, serialize: String },
    },
  });
}

export type Client = ReturnType<typeof connect>;
export type ReservedClient = Awaited<ReturnType<Client["reserve"]>>;
