/** A statement names what a database without this version's migrations does not have. */
export class NotMigratedError extends Error {
  constructor(missing: number, cause: unknown) {
    const lacking = missing === 1 ? "a migration" : `${missing} migrations`;
    super(`the database lacks ${lacking}; whoever runs the server must run socialhub migrate`, {
      cause,
    });
  }
}

/** undefined_table, undefined_column, undefined_function, invalid_schema_name. */
const UNDEFINED: ReadonlySet<unknown> = new Set(["42P01", "42703", "42883", "3F000"]);

/** Whether an error is one that missing migrations, or a mistake in a statement, can cause. */
export const namesUnknown = (error: unknown) =>
  error instanceof Error && "code" in error && UNDEFINED.has(error.code);
