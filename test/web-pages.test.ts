import { describe, expect, it } from "vitest";
import type { FieldCost } from "../src/lens/wire.ts";
import { addDays, dateOf, dayOf, daysOf, isDay, step } from "../web/src/pages/calendar/days.ts";
import { eventsOf } from "../web/src/pages/lens/events.ts";
import {
  readFilters as readLensFilters,
  writeFilters as writeLensFilters,
} from "../web/src/pages/lens/filters.ts";
import { fieldTree } from "../web/src/pages/lens/field-tree.ts";
import { ranges } from "../web/src/pages/lens/ranges.ts";
import { readFilters, toPostFilter, writeFilters } from "../web/src/pages/posts/filters.ts";
import { en } from "../web/src/text/en.ts";
import { fr } from "../web/src/text/fr.ts";

/* What the dashboard's pages reckon with, without a browser. */

describe("the calendar's days", () => {
  it("are a week from Monday to Sunday", () => {
    const days = daysOf("week", "2026-11-22");
    expect([days[0], days.at(-1), days.length]).toEqual(["2026-11-16", "2026-11-22", 7]);
  });

  it.each([
    ["2027-02-10", "2027-02-01", "2027-02-28", 28],
    ["2026-11-22", "2026-10-26", "2026-12-06", 42],
    ["2026-10-01", "2026-09-28", "2026-11-01", 35],
  ])("are the whole weeks that the month of %s lies in", (day, first, last, count) => {
    const days = daysOf("month", day);
    expect([days[0], days.at(-1), days.length]).toEqual([first, last, count]);
    expect(new Set(days).size).toBe(count);
  });

  it("go on by a week, and by a month whatever its length", () => {
    expect(step("week", "2026-12-30", 1)).toBe("2027-01-06");
    expect(step("month", "2026-01-31", 1)).toBe("2026-02-01");
    expect(step("month", "2026-03-31", -1)).toBe("2026-02-01");
  });

  it("follow each other through a whole year, changes of the clock included", () => {
    let day = "2026-01-01";
    for (let count = 0; count < 365; count += 1) {
      expect(dayOf(dateOf(day))).toBe(day);
      day = addDays(day, 1);
    }
    expect(day).toBe("2027-01-01");
  });

  it("have four digits of a year, whatever the year", () => {
    expect(dayOf(dateOf("0002-10-15"))).toBe("0002-10-15");
  });

  it.each([
    "2026-02-30",
    "2026-13-01",
    "0202-10-15",
    "1969-12-31",
    "2201-01-01",
    "9999-12-31",
    "today",
    "",
    null,
  ])("are days that there are, and that can be meant: not %j", (text) => {
    expect(isDay(text)).toBe(false);
  });
});

describe("the filters of posts", () => {
  it("hold no day that there is not, and none that the API would refuse", () => {
    const days = new URLSearchParams("from=2026-02-31&to=9999-12-31");
    expect(readFilters(days)).toMatchObject({ from: "", to: "" });
  });

  it("stand in the address, and come back from it", () => {
    const search =
      "account=A&account=B&status=DRAFT&tag=T&text=autumn+sale&from=2026-10-01&to=2026-10-02&order=OLDEST_FIRST";
    expect(writeFilters(readFilters(new URLSearchParams(search))).toString()).toBe(search);
  });

  it("hold only what is given, so that equal filters are one list of the cache", () => {
    expect(toPostFilter(readFilters(new URLSearchParams("order=sideways&from=soon")))).toEqual({});
  });

  it("search for words, and for no more than the API takes", () => {
    const textOf = (text: string) => toPostFilter(readFilters(new URLSearchParams({ text }))).text;
    expect(textOf(" #Été, हिन्दी! ")).toBe("Été हिन्दी");
    expect(textOf("a b c d e f g h i j")).toBe("a b c d e f g h");
    expect(textOf("x".repeat(200))).toHaveLength(100);
    expect([textOf(" … "), textOf("")]).toEqual([undefined, undefined]);
  });

  it("let the last day in", () => {
    const { timelineBetween } = toPostFilter(readFilters(new URLSearchParams("to=2026-10-31")));
    expect(timelineBetween).toEqual({ to: new Date("2026-11-01T00:00").toISOString() });
  });
});

describe("the lens", () => {
  it("has its filters in the address, without what the API would refuse", () => {
    const search = "name=Dashboard&minMs=100&minStatements=6&search=contact&only=split%2Cerror";
    const readAndWritten = (text: string) =>
      writeLensFilters(readLensFilters(new URLSearchParams(text))).toString();
    expect(new Set(readAndWritten(search).split("&"))).toEqual(new Set(search.split("&")));
    expect(readAndWritten("minMs=soon&minStatements=-1&only=slow&since=1")).toBe("");
  });

  it("reads the events of a stream, wherever it is cut, and leaves comments out", async () => {
    const text =
      'event: begin\ndata: {"cursor":1}\n\n: still here\n\nevent: operation\nid: 2\ndata: {"name":"Été"}\n\n';
    const bytes = new TextEncoder().encode(text);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.slice(0, cut));
          controller.enqueue(bytes.slice(cut));
          controller.close();
        },
      });
      const events = [];
      for await (const group of eventsOf(stream)) events.push(...group);
      expect(events).toEqual([
        { name: "begin", data: { cursor: 1 } },
        { name: "operation", data: { name: "Été" } },
      ]);
    }
  });

  it("puts each relation below its own, whatever level the server is at", () => {
    const paths = ["", "viewer", "accounts", "viewer.workspaces", "accounts.posts"];
    const fields = paths.map((path) => ({ path }) as FieldCost);
    expect(fieldTree(fields).map(({ path }) => path)).toEqual([
      "",
      "viewer",
      "viewer.workspaces",
      "accounts",
      "accounts.posts",
    ]);
  });

  it.each([
    [[], ""],
    [[4], "4"],
    [[1, 2, 3, 7, 9, 10], "1–3, 7, 9–10"],
  ])("says %j as ranges", (numbers, said) => {
    expect(ranges(numbers)).toBe(said);
  });
});

describe("the words", () => {
  it("are in both languages, none left out and none left empty", () => {
    const words = (texts: object): [string, unknown][] =>
      Object.entries(texts).flatMap(([key, value]): [string, unknown][] =>
        typeof value === "object" && value !== null
          ? words(value).map(([path, text]) => [`${key}.${path}`, text])
          : [[key, value]],
      );
    expect(words(fr).map(([path]) => path)).toEqual(words(en).map(([path]) => path));
    expect([...words(en), ...words(fr)].filter(([, text]) => text === "")).toEqual([]);
  });
});
