/** 1, 2, 3 and 7 as "1–3, 7"; of numbers that go up. */
export function ranges(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found
    .map(([first, last]) => (first === last ? String(first) : `${first}–${last}`))
    .join(", ");
}
