import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether this machine has a Redis to start; in continuous integration it must. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** A Redis of a test's own, in memory. */
export class TestRedis {
  readonly #port: number;
  #server: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
  }

  static async start(): Promise<TestRedis> {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const redis = new TestRedis((probe.address() as AddressInfo).port);
    probe.close();
    await once(probe, "close");
    await redis.run();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Starts it, empty, on its port, and waits until it listens. */
  async run(): Promise<void> {
    this.#server = spawn(
      "redis-server",
      ["--port", String(this.#port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
      { stdio: "ignore" },
    );
    for (let wait = 0; wait < 200; wait += 1) {
      const socket = connect(this.#port, "127.0.0.1");
      const listens = await Promise.race([
        once(socket, "connect").then(() => true),
        once(socket, "error").then(() => false),
      ]).catch(() => false);
      socket.destroy();
      if (listens) return;
      await sleep(20);
    }
    throw new Error("redis-server does not listen");
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.kill("SIGKILL");
    await once(server, "exit");
  }

  /** From now on it takes everything and answers nothing. */
  freeze(): void {
    this.#server?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#server?.kill("SIGCONT");
  }
}
