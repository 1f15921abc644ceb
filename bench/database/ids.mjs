import { createHash } from "node:crypto";

const MINUTE = 60_000;

/** When the first row of a kind was made; each is a minute younger than the row before it. */
const EPOCHS = {
  Account: Date.UTC(2024, 0),
  Member: Date.UTC(2024, 0),
  Contact: Date.UTC(2024, 0),
  Post: Date.UTC(2025, 0),
  Comment: Date.UTC(2025, 0),
};

/** The id of the nth row of a kind: a UUIDv7 of the row's moment. */
export function rowId(workspace, kind, number) {
  const time = (EPOCHS[kind] + number * MINUTE).toString(16);
  return `0${time}${endOf(workspace, kind)}`.replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    "$1-$2-$3-$4-$5",
  );
}

/** The same in SQL; a plain expression, because calling a function for each id takes twice as long. */
export const rowIdSql = (workspace, kind, number) =>
  `('0' || to_hex(${EPOCHS[kind]} + (${number})::bigint * ${MINUTE}) || '${endOf(workspace, kind)}')::uuid`;

/** In SQL, the moment of the nth row of a kind. */
export const timeSql = (kind, number) =>
  `(to_timestamp(${EPOCHS[kind] / 1000}) + (${number}) * interval '1 minute')`;

function endOf({ id }, kind) {
  const digits = createHash("md5").update(`${id} ${kind}`).digest("hex");
  return `7${digits.slice(0, 3)}8${digits.slice(3, 18)}`;
}
