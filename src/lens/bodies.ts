import { z } from "zod";
import { refusal } from "../errors.ts";
import type { DryRunRequest, ExplainRequest } from "./wire.ts";

const explainBody = z.object({
  batch: z.int().min(0),
  analyze: z.boolean().optional(),
});

const dryRunBody = z.object({
  query: z.string().min(1),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** Throws BAD_USER_INPUT. */
export function readExplain(body: unknown): ExplainRequest {
  const { success, data } = explainBody.safeParse(body);
  if (!success) {
    throw refusal(
      "BAD_USER_INPUT",
      "Send { batch, analyze }: the index of a batch, and true or false",
    );
  }
  return { batch: data.batch, analyze: data.analyze ?? false };
}

/** Throws BAD_USER_INPUT. */
export function readDryRun(body: unknown): DryRunRequest {
  const { success, data } = dryRunBody.safeParse(body);
  if (!success) {
    throw refusal(
      "BAD_USER_INPUT",
      "Send { query, variables, operationName }: a document as a string, an object, and a string",
    );
  }
  const { query, variables, operationName } = data;
  return {
    query,
    ...(variables ? { variables } : {}),
    ...(operationName ? { operationName } : {}),
  };
}
