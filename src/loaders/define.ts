import DataLoader from "dataloader";
import type { RequestContext } from "../context.ts";

/** The loader that belongs to a definition and its arguments, made on first use in a request. */
export function loaderOf<Key, Value>(
  context: RequestContext,
  definition: object,
  argumentsKey: string,
  batch: (keys: readonly Key[]) => Promise<readonly Value[]>,
): DataLoader<Key, Value> {
  let byArguments = context.loaders.get(definition);
  if (!byArguments) context.loaders.set(definition, (byArguments = new Map()));
  let loader = byArguments.get(argumentsKey) as DataLoader<Key, Value> | undefined;
  if (!loader) {
    // DataLoader would forget a batch that rejects, and run it again for whoever asks again.
    loader = new DataLoader<Key, Value>((keys) =>
      batch(keys).catch((error: unknown) => keys.map(() => asError(error))),
    );
    byArguments.set(argumentsKey, loader);
  }
  return loader;
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

/**
 * A loader without arguments: `defineLoader(batch)` gives `(context) => loader`. There is no
 * registry to edit. The batch answers with as many values as it got keys, in their order.
 */
export function defineLoader<Key, Value>(
  batch: (context: RequestContext, keys: readonly Key[]) => Promise<readonly Value[]>,
): (context: RequestContext) => DataLoader<Key, Value> {
  const definition = {};
  return (context) => loaderOf<Key, Value>(context, definition, "", (keys) => batch(context, keys));
}
