import { describe, expect, it } from "vitest";
import { inOrder } from "../src/loaders/by-id.ts";

describe("a batch of rows by their keys", () => {
  const keyOf = (row: { key: string }) => row.key;
  const keys = ["a", "b", "c", "d"];
  const rows = (text: string) => text.split("").map((key) => ({ key }));
  const found = (text: string) =>
    inOrder(rows(text), keys, keyOf)
      .map((row) => row?.key ?? "-")
      .join("");

  it("has each key's row where the key is", () => {
    expect(["abcd", "bd", "a", "", "cd"].map(found)).toEqual([
      "abcd",
      "-b-d",
      "a---",
      "----",
      "--cd",
    ]);
  });

  it("has it there as well when PostgreSQL gives the rows in another order", () => {
    expect(["dcba", "ba", "acb", "db"].map(found)).toEqual(["abcd", "ab--", "abc-", "-b-d"]);
  });
});
