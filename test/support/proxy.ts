import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to the database that can be blocked. */
export interface Proxy {
  /** The database's URL by this way. */
  url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Refuses new connections; those that are open go on. */
  refuse(): void;
  /** Lets new connections through again. */
  mend(): Promise<void>;
  /** From now on nothing gets through and nobody is told, as when a cable is pulled. */
  freeze(): void;
  /** How many connections of either side are open. */
  connections(): number;
}

/** Opens a way to the database of the URL; the caller cuts it in the end. */
export async function openProxy(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const database = connect(Number(target.port || 5432), target.hostname);
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => void (frozen || to.write(chunk)));
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        if (!frozen) to.destroy();
      });
    }
  });
  const listen = async (port: number) => {
    frozen = false;
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    async cut() {
      const closed = server.listening && once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      if (closed) await closed;
    },
    refuse() {
      server.close();
    },
    mend: () => listen(port),
    freeze() {
      frozen = true;
    },
    connections: () => sockets.size,
  };
}
