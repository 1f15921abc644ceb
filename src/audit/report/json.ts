import { findingsOf, type Audit } from "../audit.ts";
import { countsOf } from "./matrix.ts";

/** The audit for programs; `version` is this format's. */
export function auditAsJson(audit: Audit): string {
  const { catalog, sql, api, at, version, isScratch } = audit;
  return `${JSON.stringify(
    {
      version: 1,
      at,
      postgres: version,
      passed: findingsOf(audit).length === 0,
      counts: countsOf([...catalog, ...sql, ...api]),
      madeWorkspaces: isScratch,
      findings: findingsOf(audit),
      catalog,
      sql,
      api,
    },
    undefined,
    2,
  )}\n`;
}
