import fc from "fast-check";

/** A whole number from `min` to `max`. */
export type Random = (min: number, max: number) => number;

/**
 * An arbitrary of what a generator makes from random numbers. They come from one seed: asking fast-check
 * for each of them takes longer than what is tested.
 */
export const generated = <Value>(make: (random: Random) => Value): fc.Arbitrary<Value> =>
  fc.nat().map((seed) => make(seeded(seed)));

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed;
  return (min, max) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const fraction = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return min + Math.floor(fraction * (max - min + 1));
  };
}
