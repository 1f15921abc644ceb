import fc from "fast-check";

/**
 * Texts of any characters but halves of surrogate pairs, as fast-check's unit "binary" gives them.
 * That one first writes down a million characters, which takes longer than most tests.
 */
export const anyText = (constraints: fc.StringConstraints = {}): fc.Arbitrary<string> =>
  fc.string({ ...constraints, unit: anyCharacter });

const anyCharacter = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point));
