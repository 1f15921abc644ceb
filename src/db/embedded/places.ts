import { mkdir, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** The data folder and what lies beside it. */
export interface Places {
  data: string;
  /** the superuser's password */
  password: string;
  /** what PostgreSQL and initdb print */
  log: string;
  /** who uses the data folder: see roll.ts */
  roll: string;
  /** how the folders begin in which a first start prepares a data folder */
  scratch: string;
}

/** Names the places for a data folder, making the folder around it. */
export async function placesFor(dataDir: string): Promise<Places> {
  const wanted = resolve(dataDir);
  await mkdir(dirname(wanted), { recursive: true });
  // One spelling for one folder: two processes may come by different symbolic links.
  const data = join(await realpath(dirname(wanted)), basename(wanted));
  return {
    data,
    password: `${data}.password`,
    log: `${data}.log`,
    roll: `${data}.users`,
    scratch: `${data}.new-`,
  };
}
