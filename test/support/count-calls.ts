import { Session } from "node:inspector/promises";

/**
 * Counts how often functions of src/ are called from now on. V8 itself counts, because what a module of
 * Node's exports cannot be replaced by a spy.
 */
export async function countCalls() {
  const session = new Session();
  const counts = new Map<string, number>();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  return {
    /** How often a function was called; the file by its place in src/. */
    async of(file: string, name: string): Promise<number> {
      const { result } = await session.post("Profiler.takePreciseCoverage");
      for (const { url, functions } of result) {
        const [, place] = /\/(?:src|dist)\/(.*)\.[jt]s$/.exec(url) ?? [];
        for (const { functionName, ranges } of place ? functions : []) {
          const key = `${place} ${functionName}`;
          // V8 begins anew each time that it is asked.
          counts.set(key, (counts.get(key) ?? 0) + (ranges[0]?.count ?? 0));
        }
      }
      return counts.get(`${file} ${name}`) ?? 0;
    },
    async stop(): Promise<void> {
      await session.post("Profiler.stopPreciseCoverage");
      session.disconnect();
    },
  };
}
