/** The value below which a share of sorted values lies: the nearest rank. */
export function percentile(sorted, share) {
  if (sorted.length === 0) return null;
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** The middle of what is there; null of nothing. */
export function median(values) {
  const sorted = values.filter((value) => value != null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The same things in random order. */
export function shuffled(things) {
  const order = [...things];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** What the pieces of one measurement say together: the means of their numbers, and all their errors. */
export function meanOf(samples) {
  const together = { ...samples[0] };
  for (const [name, value] of Object.entries(together)) {
    if (typeof value !== "number") continue;
    const sum = samples.reduce((total, sample) => total + sample[name], 0);
    together[name] = name === "errors" ? sum : sum / samples.length;
  }
  return together;
}
