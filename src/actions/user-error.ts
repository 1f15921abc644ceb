import type { UserError, UserErrorCode } from "../schema/types.generated.ts";

/** What the user can put right. Thrown by an action: nothing is written, and the payload says why. */
export class UserFailure extends Error {
  readonly userErrors: readonly UserError[];

  constructor(code: UserErrorCode, message: string, field: string | null = null) {
    super(message);
    this.userErrors = [{ code, message, field }];
  }
}
