import { InvalidArgumentError } from "commander";

const LONGEST_LABEL = 200;

/** An id on the command line, in the one spelling that the database knows. */
export function uuid(text: string): string {
  const id = text.toLowerCase();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw new InvalidArgumentError("It must be a UUID.");
}

/** A name on the command line. */
export function label(text: string): string {
  const name = text.trim();
  if (name !== "" && name.length <= LONGEST_LABEL && !/\p{Cc}/u.test(name)) return name;
  throw new InvalidArgumentError(
    `It must have 1 to ${LONGEST_LABEL} characters, none of them a control character.`,
  );
}
