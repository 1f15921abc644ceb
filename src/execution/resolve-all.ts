/** A field's values, of all its objects at once and in their order. */
export type ResolveAll = (objects: readonly unknown[]) => unknown[];

/**
 * A resolver whose values are cheaper to find of all objects at once. They must be the same, and depend
 * on nothing but the objects. Whoever wraps the resolver is asked for each object again.
 */
export const withAll = <Source, Value>(
  resolve: (object: Source) => Value,
  resolveAll: (objects: readonly Source[]) => Value[],
) => Object.assign(resolve, { resolveAll });

/** What {@link withAll} gave to the resolver. */
export function resolveAllOf(resolve: object | undefined): ResolveAll | undefined {
  return resolve && "resolveAll" in resolve ? (resolve.resolveAll as ResolveAll) : undefined;
}
