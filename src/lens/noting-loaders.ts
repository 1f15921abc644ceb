import type DataLoader from "dataloader";

type ByArguments = Map<string, DataLoader<unknown, unknown>>;

/** A batch that gathers, and the fields that ask in it. */
export interface Gathering {
  loader: object;
  argumentsKey: string;
  keys: Set<unknown>;
  fields: Set<string>;
}

/** The loaders of a request, of which each load is noted with the field that asked. */
export class NotingLoaders extends Map<object, ByArguments> {
  /** The field that asks at this moment. */
  asking = "";
  readonly #gathering: Gathering[] = [];
  /** By loader and key: who asks again for a key has a part in its batch. */
  readonly #asked = new Map<object, Map<unknown, Gathering>>();

  override get(definition: object): ByArguments {
    let known = super.get(definition);
    if (!known) {
      known = new NotedByArguments((argumentsKey, key, loader) =>
        this.#note(loader, argumentsKey, key),
      );
      this.set(definition, known);
    }
    return known;
  }

  /** The batch that is sent now: with these arguments, for these keys. Batches are sent in the order of their first key. */
  sent(argumentsKey: string, keys: readonly unknown[]): Gathering | undefined {
    const at = this.#gathering.findIndex(
      (batch) =>
        batch.argumentsKey === argumentsKey &&
        batch.keys.size === keys.length &&
        keys.every((key) => batch.keys.has(key)),
    );
    return at < 0 ? undefined : this.#gathering.splice(at, 1)[0];
  }

  #note(loader: object, argumentsKey: string, key: unknown) {
    let asked = this.#asked.get(loader);
    if (!asked) this.#asked.set(loader, (asked = new Map<unknown, Gathering>()));
    let batch = asked.get(key) ?? this.#gathering.find((each) => each.loader === loader);
    if (!batch) {
      batch = { loader, argumentsKey, keys: new Set(), fields: new Set() };
      this.#gathering.push(batch);
    }
    if (!asked.has(key)) {
      asked.set(key, batch);
      batch.keys.add(key);
    }
    batch.fields.add(this.asking);
  }
}

class NotedByArguments extends Map<string, DataLoader<unknown, unknown>> {
  readonly #note: (argumentsKey: string, key: unknown, loader: object) => void;

  constructor(note: (argumentsKey: string, key: unknown, loader: object) => void) {
    super();
    this.#note = note;
  }

  override set(argumentsKey: string, loader: DataLoader<unknown, unknown>): this {
    const load = loader.load.bind(loader);
    loader.load = async (key) => {
      this.#note(argumentsKey, key, loader);
      return load(key);
    };
    return super.set(argumentsKey, loader);
  }
}
