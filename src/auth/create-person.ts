import { v7 as uuidv7 } from "uuid";

/** Asks PostgreSQL one statement with $1, $2 …, as somebody who may write people. */
export type Ask = (text: string, values: string[]) => PromiseLike<readonly { id: string }[]>;

/**
 * Makes a person who can sign in, and returns the id; undefined when there is one with this e-mail
 * address. One statement, so that there is never a person without the password.
 */
export async function createPerson(
  ask: Ask,
  person: { email: string; name: string; passwordHash: string },
): Promise<string | undefined> {
  const [row] = await ask(
    `with person as (
       insert into identity.users (id, email, name) values ($1::uuid, $2, $3)
       on conflict (email) do nothing returning id
     )
     insert into identity.credentials (id, user_id, provider_id, account_id, password)
     select $4::uuid, id, 'credential', id::text, $5 from person
     returning user_id as id`,
    [uuidv7(), person.email, person.name, uuidv7(), person.passwordHash],
  );
  return row?.id;
}

/** Gives a person another password and ends all their sessions. */
export async function setPassword(ask: Ask, userId: string, passwordHash: string): Promise<void> {
  await ask(
    `with ended as (delete from identity.sessions where user_id = $2::uuid)
     insert into identity.credentials (id, user_id, provider_id, account_id, password)
     values ($1::uuid, $2::uuid, 'credential', $2::uuid::text, $3)
     on conflict (provider_id, account_id) do update
       set password = excluded.password, updated_at = now()
     returning id`,
    [uuidv7(), userId, passwordHash],
  );
}
