import { GraphQLError } from "graphql";
import type { Authentication } from "../auth/authenticate.ts";
import type { Credential } from "../auth/credential.ts";
import type { ErrorCode } from "../errors.ts";
import { networkOf } from "./address.ts";
import type { Budget } from "./budget.ts";
import type { Holder } from "./level.ts";

/**
 * Finds out who asks. Whoever is not known yet pays a point from the budget of the address first,
 * before the credential is looked up, and gets it back when it is valid: guessing keys and asking
 * without one are limited by address. A client with a valid credential is not held up by strangers at
 * its address, except for its first request.
 */
export async function identify(
  credential: Credential,
  budget: Budget,
  from: { address: string; limit: number },
): Promise<Authentication> {
  if (credential.isKnown) return credential.authenticate();
  const holders: Holder[] = [{ kind: "address", id: networkOf(from.address), limit: from.limit }];
  await budget.take(holders, 1);
  const giveBack = () => void budget.giveBack(holders, 1);
  try {
    const found = await credential.authenticate();
    if (found.viewer || found.person) giveBack();
    return found;
  } catch (error) {
    if (!isUnauthenticated(error)) giveBack();
    throw error;
  }
}

const isUnauthenticated = (error: unknown) =>
  error instanceof GraphQLError &&
  error.extensions["code"] === ("UNAUTHENTICATED" satisfies ErrorCode);
