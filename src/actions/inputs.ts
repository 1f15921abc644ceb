import { z } from "zod";
import { fromGlobalId } from "../loaders/global-id.ts";

/** What inputs must be beyond what the SDL can say. */

const LONGEST_NAME = 100;

/** A name for people to read, without the space around it. */
export const name = z
  .string()
  .trim()
  .min(1, "A name may not be empty.")
  .max(LONGEST_NAME, `A name has at most ${LONGEST_NAME} characters.`)
  .refine((text) => !/\p{Cc}/u.test(text), "A name may not contain control characters.");

/** The row id in a global id of this type. */
export const globalId = (type: string) =>
  z.string().transform((text, check) => {
    const found = readGlobalId(text);
    if (found?.type === type) return found.id;
    check.addIssue(`This is not the id of an object of type ${type}.`);
    return z.NEVER;
  });

function readGlobalId(text: string) {
  try {
    return fromGlobalId(text);
  } catch {
    return undefined;
  }
}

/** A moment that has yet to come, as the scalar DateTime leaves it. */
export const future = z
  .string()
  .refine((moment) => Date.parse(moment) > Date.now(), "This moment has passed.");
