import type { Page, Request } from "playwright-core";
import type { Json } from "./app.ts";

/** An operation that a page has sent. */
export interface SentOperation {
  name: string;
  variables: Json;
  /** The answer's body. */
  answer: () => Promise<Json>;
}

/** Every operation that a page sends from now on, in order: the list grows. */
export function operationsOf(page: Page): SentOperation[] {
  const sent: SentOperation[] = [];
  page.on("request", (request: Request) => {
    if (new URL(request.url()).pathname !== "/graphql") return;
    const { operationName, variables } = request.postDataJSON();
    sent.push({
      name: operationName,
      variables,
      answer: async () => (await request.response())?.json(),
    });
  });
  return sent;
}
