import { valuesOf, type Batch } from "../insight/sql-record.ts";
import type { Predicted } from "./predict.ts";
import type { Hint } from "./wire.ts";

/** A batch with its place in the record and the fields that asked. */
export interface Placed {
  index: number;
  batch: Batch;
  fields: readonly string[];
}

/** What could be better, by what is known for certain of the statements. */
export const hintsFor = (
  batches: readonly Placed[],
  predicted: readonly Predicted[] | undefined,
): Hint[] => [...splits(batches, predicted), ...needlessTotals(batches), ...largePages(batches)];

/**
 * A loader that ran more than once with equal arguments. Where that many batches were foreseen, the operation comes
 * back to the relation elsewhere; where fewer were, one of them split.
 */
export function splits(
  batches: readonly Placed[],
  predicted: readonly Predicted[] | undefined,
): Hint[] {
  return [...groupBy(batches, ({ batch }) => keyOf(batch)).values()]
    .filter((own) => own.length > 1)
    .map((own): Hint => {
      const { loader } = own[0]!.batch;
      const foreseen = predicted
        ?.filter((each) => keyOf(each) === keyOf(own[0]!.batch))
        .reduce((sum, { fields }) => sum + placesOf(fields), 0);
      const isSplit = foreseen === undefined || own.length > foreseen;
      const keys = own.map(({ batch }) => batch.keys).join(" + ");
      return {
        kind: isSplit ? "split" : "revisit",
        loader,
        message: isSplit
          ? `${loader} ran ${own.length} times (${keys} keys) where ${foreseen ?? 1} would do: something waited ` +
            "before it asked the loader. Look for an await, a timer or a promise before .load() in the resolvers " +
            "of these fields, or for a loader that is made anew for each of them."
          : `${loader} ran ${own.length} times (${keys} keys), each when its parents were there: the operation ` +
            "comes back to the same relation in another place. Ask for it in one place if one is enough.",
        fields: [...new Set(own.flatMap(({ fields }) => fields))],
        batches: own.map(({ index }) => index),
        pageSize: null,
      };
    });
}

/**
 * How many batches a foreseen one may be without anybody's fault: fields of different parents ask when their parents
 * are there, and those come with different statements, which a dry run answers all at once.
 */
const placesOf = (fields: ReadonlySet<string>) =>
  new Set([...fields].map((path) => path.split(".").slice(0, -1).join("."))).size;

/** A total that the page had told already: it began at the beginning and was not full. */
function needlessTotals(batches: readonly Placed[]): Hint[] {
  return batches.flatMap((total): Hint[] => {
    const [, loader] = /^(.+)\.totalCount$/.exec(total.batch.loader) ?? [];
    const page = batches.find(
      ({ batch }) => batch.loader === loader && isWhole(batch) && hasValuesOf(batch, total.batch),
    );
    if (!page) return [];
    const hint: Hint = {
      kind: "needless-total",
      loader: total.batch.loader,
      message:
        `${loader} had fewer rows (${page.batch.rows}) than one page holds, from the first on: their number is the ` +
        "total, and counting them was a statement for nothing. Ask for totalCount where pages are full, or count " +
        "the nodes when pageInfo.hasNextPage is false.",
      fields: [...total.fields],
      batches: [page.index, total.index],
      pageSize: null,
    };
    return [hint];
  });
}

/** Whether all of a page's rows were read: it has no cursor, and not the one row more that tells of another page. */
function isWhole(batch: Batch): boolean {
  const { rows, failure } = batch;
  const values = valuesOf(batch);
  const limit = values?.["limit"];
  if (failure !== undefined || !values || typeof limit !== "number") return false;
  return rows < limit && !("afterSort" in values) && !("beforeSort" in values);
}

/** Whether a page was asked for with the filter and the parents of a total. */
function hasValuesOf(page: Batch, total: Batch): boolean {
  const values = valuesOf(page);
  return Object.entries(valuesOf(total) ?? {}).every(
    ([name, value]) => JSON.stringify(values?.[name]) === JSON.stringify(value),
  );
}

/** With fewer parents, their pages may be what they are by chance. */
const LEAST_PARENTS = 5;
/** For all but one in so many parents the suggested size must be enough. */
const ONE_IN = 10;

/**
 * Pages much larger than what was there. Of n parents with r rows together, at most r ÷ (s + 1) can have more than s:
 * the smallest s that nine of ten parents do not exceed, however the rows are spread.
 */
function largePages(batches: readonly Placed[]): Hint[] {
  return batches.flatMap(({ index, batch, fields }): Hint[] => {
    const { loader, keys, rows, failure } = batch;
    const limit = valuesOf(batch)?.["limit"];
    if (failure !== undefined || typeof limit !== "number" || keys < LEAST_PARENTS) return [];
    // One row more is read than is asked for.
    const size = limit - 1;
    const enough = Math.max(1, Math.ceil((rows * ONE_IN) / keys) - 1);
    if (enough > size / 2) return [];
    const mean = Math.round((rows / keys) * 10) / 10;
    const hint: Hint = {
      kind: "large-page",
      loader,
      message:
        `${loader} asked for pages of ${size}, and its ${keys} parents have ${mean} rows each on average: at least ` +
        `nine of ten have no more than ${enough}. first: ${enough} would do for them, and asks for fewer nodes.`,
      fields: [...fields],
      batches: [index],
      pageSize: enough,
    };
    return [hint];
  });
}

const keyOf = (asked: { loader: string; arguments: string }) =>
  JSON.stringify([asked.loader, asked.arguments]);

function groupBy<Item>(items: readonly Item[], keyOfItem: (item: Item) => string) {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOfItem(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
