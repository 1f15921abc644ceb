import { createHash } from "node:crypto";
import { networkOf } from "../budget/address.ts";
import type { Budget } from "../budget/budget.ts";
import type { Holder } from "../budget/level.ts";
import type { Config } from "../config.ts";

/**
 * How often somebody may try: by e-mail address and by network address, whether or not there is such a
 * person. The buckets leak, so that nobody can lock somebody else out for good; those who know the
 * password get their attempt back.
 */
export class SignInAttempts {
  readonly #budget: Budget;
  readonly #limits: Config["people"]["attempts"];

  constructor(budget: Budget, limits: Config["people"]["attempts"]) {
    this.#budget = budget;
    this.#limits = limits;
  }

  /** Throws RATE_LIMITED when there were too many. */
  async begin(email: string, address: string): Promise<{ succeeded: () => void }> {
    const { perEmail, perAddress } = this.#limits;
    // Hashed, so that no list of people can be read out of what counts them.
    const id = createHash("sha256").update(email).digest("base64url");
    const holders: Holder[] = [
      { kind: "sign-in-email", id, limit: perEmail },
      { kind: "sign-in-address", id: networkOf(address), limit: perAddress },
    ];
    const levels = await this.#budget.take(holders, 1);
    return { succeeded: () => void this.#budget.giveBack({ levels, points: 1 }) };
  }
}
