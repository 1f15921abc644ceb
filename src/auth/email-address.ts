import { z } from "zod";

/** An e-mail address to sign in with: in lower case, however it was typed. */
export const emailAddress = z
  .string()
  .max(254)
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.email());
