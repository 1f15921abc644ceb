import { z } from "zod";

const LONGEST = 254;

/** An e-mail address to sign in with: in lower case, however it was typed. */
export const emailAddress = z
  .string()
  .max(LONGEST, `An email address has at most ${LONGEST} characters.`)
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.email("This is not an email address."));
