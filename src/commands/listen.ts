import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import { CommandError } from "./command-error.ts";

/** Opens the server's port and gives its URL, or closes the server and says why it cannot. */
export async function listen(
  app: Pick<App, "server" | "close">,
  { host, port }: Pick<Config["http"], "host" | "port">,
): Promise<string> {
  try {
    await app.server.listen({ host, port });
  } catch (error) {
    await app.close();
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "is already in use" : `cannot be listened on (${code})`;
    throw new CommandError(`PORT ${port} on HOST ${host} ${why}; set PORT or HOST to another one`);
  }
  const address = app.server.server.address();
  const everywhere = host === "0.0.0.0" || host === "::";
  const shown = everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${shown}:${typeof address === "object" ? (address?.port ?? port) : port}`;
}
