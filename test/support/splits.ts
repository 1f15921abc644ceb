import DataLoader from "dataloader";
import { setImmediate } from "node:timers/promises";
import { vi } from "vitest";

/** From now on every second key is asked for later than the others, so that batches split; until `mockRestore()`. */
export function plantSplits() {
  let asked = 0;
  // Called with its loader below.
  // oxlint-disable-next-line typescript/unbound-method
  const { load } = DataLoader.prototype;
  return vi.spyOn(DataLoader.prototype, "load").mockImplementation(async function (
    this: DataLoader<unknown, unknown>,
    key,
  ) {
    if ((asked += 1) % 2 === 0) await setImmediate();
    return load.call(this, key);
  });
}
