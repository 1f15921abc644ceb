import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

/** RFC 3339; a zone is needed, because a moment without one is no moment. Digits past milliseconds are cut. */
const MOMENT =
  /^(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?)(Z|z|[+-]\d\d:\d\d)$/;
/** `2026-03-01 09:30:00.12+00`, as PostgreSQL writes a moment with the time zone set to UTC. */
const POSTGRES_MOMENT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,3})?\+00$/;

function parseMoment(input: unknown): string {
  if (typeof input !== "string") throw notAMoment(input);
  const parts = MOMENT.exec(input);
  const moment = new Date(input.toUpperCase());
  if (!parts || Number.isNaN(moment.getTime())) throw notAMoment(input);
  // Date takes 30 February for 2 March: the day, read on its own, must come out as it went in.
  const day = new Date(`${parts[1]}T00:00:00Z`);
  const year = moment.getUTCFullYear();
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== parts[1]) {
    throw notAMoment(input);
  }
  if (year < 1 || year > 9999) throw notAMoment(input);
  return moment.toISOString();
}

function notAMoment(input: unknown) {
  const shown = JSON.stringify(input)?.slice(0, 60);
  return new GraphQLError(
    `DateTime cannot represent ${shown}: it must be like "2026-03-01T09:30:00.000Z"`,
  );
}

/** Moments come out of the database as text; a Date for each would cost 18 times this. */
function serializeMoment(output: unknown): string {
  if (!isPostgresMoment(output)) {
    throw new GraphQLError("DateTime cannot represent a value that is no moment");
  }
  return inRfc3339(output);
}

const inRfc3339 = (moment: string) =>
  `${moment.slice(0, 10)}T${moment.slice(11, 19)}.${moment.slice(20, -3).padEnd(3, "0")}Z`;

const isPostgresMoment = (output: unknown): output is string =>
  typeof output === "string" && POSTGRES_MOMENT.test(output);

function wholeNumber(value: unknown): number {
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) {
    throw new GraphQLError(
      "BigInt cannot represent what is not a whole number of at most 2^53 - 1",
    );
  }
  return number;
}

/** The JSON of what nearly always comes, at once; undefined for all else, which is serialized as usual. */
const writtenAs = (writeJson: (value: unknown) => string | undefined) => ({ writeJson });

/** Resolvers of the schema's own scalars. */
export const scalars = {
  DateTime: new GraphQLScalarType<string, string>({
    name: "DateTime",
    serialize: serializeMoment,
    extensions: writtenAs((moment) =>
      isPostgresMoment(moment) ? `"${inRfc3339(moment)}"` : undefined,
    ),
    parseValue: parseMoment,
    parseLiteral: (node) => parseMoment(node.kind === Kind.STRING ? node.value : undefined),
  }),
  BigInt: new GraphQLScalarType<number, number>({
    name: "BigInt",
    serialize: wholeNumber,
    extensions: writtenAs((number) => (Number.isSafeInteger(number) ? String(number) : undefined)),
    parseValue: wholeNumber,
    parseLiteral: (node) => wholeNumber(node.kind === Kind.INT ? node.value : undefined),
  }),
};
