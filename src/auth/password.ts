/** NIST SP 800-63B asks for eight at least, and for room for a sentence. */
export const LEAST_PASSWORD_CHARACTERS = 10;
export const MOST_PASSWORD_CHARACTERS = 128;

/** The hash that better-auth will compare: scrypt, on a thread of its own. */
export async function hashPassword(password: string): Promise<string> {
  const crypto = await import("better-auth/crypto");
  return crypto.hashPassword(password);
}
