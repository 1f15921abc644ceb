import { CsvError, parse } from "csv-parse";
import { Transform, type Readable } from "node:stream";
import { ImportError } from "./import-error.ts";
import { kinds, type ImportKind } from "./kinds.ts";
import { LONGEST, type ReadLine } from "./read-ndjson.ts";

/** How many records are handed on together. */
const BATCH = 500;

interface Parsed {
  record: string[];
  info: { bytes: number };
}

/**
 * The records of a CSV file (RFC 4180, with a header row). An empty cell counts as left out.
 * `onHeader` is told where the header row ends.
 */
export async function* readCsv(
  source: Readable,
  type: ImportKind | undefined,
  onHeader: (end: number) => void,
): AsyncGenerator<ReadLine[]> {
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: LONGEST,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const places = new Places();
  const text = checkText(places);
  // `pipe` hands no errors on.
  source.on("error", (error) => text.destroy(error));
  text.on("error", (error) => parser.destroy(error));
  source.pipe(text).pipe(parser);

  let header: string[] | undefined;
  let lines: ReadLine[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const place = places.next(info.bytes);
      if (header) {
        lines.push({ ...place, ...fieldsOf(header, record, type) });
      } else {
        header = checkHeader(record, type);
        onHeader(place.start + place.length);
      }
      if (lines.length < BATCH) continue;
      yield lines;
      lines = [];
    }
  } catch (error) {
    throw explain(error, places.line);
  } finally {
    source.destroy();
  }
  if (lines.length > 0) yield lines;
}

/** Where records are: the parser knows the byte at which one ends, but not the line on which it begins. */
class Places {
  /** Ends of the lines that were read and not yet passed by a record. */
  #ends: { end: number; blank: boolean }[] = [];
  #passed = 0;
  #start = 0;
  /** The line on which the next record begins, blank ones before it aside. */
  line = 1;

  lineEnds(end: number, blank: boolean) {
    this.#ends.push({ end, blank });
  }

  /** Where the record is that ends before this byte. */
  next(end: number): { line: number; start: number; length: number } {
    while (this.#ends[this.#passed]?.blank) this.#pass();
    const place = { line: this.line, start: this.#start, length: end - this.#start };
    while ((this.#ends[this.#passed]?.end ?? Infinity) <= end) this.#pass();
    this.#start = end;
    if (this.#passed > 10_000) {
      this.#ends = this.#ends.slice(this.#passed);
      this.#passed = 0;
    }
    return place;
  }

  #pass() {
    this.#start = this.#ends[this.#passed]?.end ?? this.#start;
    this.#passed += 1;
    this.line += 1;
  }
}

function checkHeader(names: string[], type: ImportKind | undefined): string[] {
  const header = names.map((name) => name.trim());
  const known = new Set(
    (type ? [type] : (Object.keys(kinds) as ImportKind[])).flatMap((kind) =>
      Object.keys(kinds[kind].fields),
    ),
  );
  if (header.length === 1 && /[;\t]/.test(header[0] ?? "")) {
    throw new ImportError("line 1: the columns must be separated by commas");
  }
  for (const [index, name] of header.entries()) {
    if (name !== "type" && !known.has(name)) {
      throw new ImportError(
        `line 1: unknown column ${JSON.stringify(name)}; the header row must name columns among ` +
          ["type", ...known].join(", "),
      );
    }
    if (header.indexOf(name) !== index) {
      throw new ImportError(`line 1: there are two columns ${JSON.stringify(name)}`);
    }
  }
  if (!type && !header.includes("type")) {
    throw new ImportError(
      `a CSV file needs --type (${Object.keys(kinds).join(", ")}) or a column called type`,
    );
  }
  return header;
}

function fieldsOf(
  header: string[],
  record: string[],
  type: ImportKind | undefined,
): Pick<ReadLine, "fields" | "problem"> {
  if (record.length !== header.length) {
    return { problem: `has ${record.length} cells, the header row has ${header.length}` };
  }
  const fields: Record<string, unknown> = {};
  const kind = record[header.indexOf("type")] || type;
  for (const [index, name] of header.entries()) {
    const cell = record[index] ?? "";
    // A post may have an empty body; every other empty cell is left out.
    if (cell === "" && !(name === "body" && kind === "post")) continue;
    fields[name] = isNumber(name) && /^-?\d{1,20}$/.test(cell) ? Number(cell) : cell;
  }
  return { fields };
}

function isNumber(name: string) {
  return Object.values(kinds).some((kind) => kind.fields[name] === "bigint");
}

/** Passes UTF-8 on and stops at what is not: the parser would replace it silently. */
function checkText(places: Places): Transform {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let bytes = 0;
  let lines = 1;
  let blank = true;
  const decode = (chunk?: Buffer) => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
      return undefined;
    } catch {
      return new ImportError(
        `not UTF-8 at or soon after line ${lines}; save the file as UTF-8 (spreadsheets call it “CSV UTF-8”)`,
      );
    }
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const problem = decode(chunk);
      if (problem) return done(problem);
      for (let from = 0; from < chunk.length;) {
        const at = chunk.indexOf(0x0a, from);
        const to = at < 0 ? chunk.length : at;
        blank &&= to === from || (to === from + 1 && chunk[from] === 0x0d);
        from = to + 1;
        if (at < 0) break;
        places.lineEnds(bytes + from, blank);
        lines += 1;
        blank = true;
      }
      bytes += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      done(decode());
    },
  });
}

function explain(error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  const after = `after line ${line}`;
  if (error.code === "CSV_MAX_RECORD_SIZE") {
    return new ImportError(
      `${after}: a record longer than ${LONGEST} bytes; perhaps a quote is never closed`,
    );
  }
  if (error.code === "CSV_QUOTE_NOT_CLOSED") {
    return new ImportError(`${after}: a quote is opened and never closed`);
  }
  return new ImportError(`${after}: not CSV: ${error.message}`);
}
