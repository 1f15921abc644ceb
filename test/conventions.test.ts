import { buildSchema as parseSchema } from "graphql";
import { describe, expect, it } from "vitest";
import { buildSchema } from "../src/schema/build.ts";
import { conventions } from "./support/conventions.ts";

const schema = buildSchema();

describe("the SDL", () => {
  it.each(conventions)("$name", ({ breaches }) => {
    expect(breaches(schema)).toEqual([]);
  });
});

describe("a schema is caught that breaks the rule that the SDL", () => {
  it.each(conventions)("$name", ({ breaches, bad }) => {
    expect(breaches(parseSchema(bad.sdl))).toEqual(bad.places);
  });
});
