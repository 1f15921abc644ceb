import { writeFile } from "node:fs/promises";
import { auditIsolation, findingsOf } from "../audit/audit.ts";
import { auditAsHtml } from "../audit/report/html.ts";
import { auditAsJson } from "../audit/report/json.ts";
import { describeAudit } from "../audit/report/text.ts";
import { readConfig } from "../config.ts";
import { showProgress, type Progress } from "../data/progress.ts";
import { withDatabase } from "./database.ts";

export interface AuditRlsOptions {
  json?: string;
  html?: string;
  workspace?: readonly string[];
  admin?: readonly string[];
}

/** `socialhub audit rls`. Changes nothing, migrations included: it says what is, not what could be. */
export async function auditRls(options: AuditRlsOptions): Promise<void> {
  const config = readConfig();
  const bar = progressByPart();
  await withDatabase(config, async (database) => {
    const audit = await auditIsolation({
      config,
      url: database.url,
      identityUrl: database.identityUrl,
      ownerUrl: database.ownerUrl,
      workspaces: options.workspace ?? [],
      admins: options.admin ?? [],
      onProgress: (part, done, total) => bar.update(part, done, total),
    });
    if (options.json !== undefined) await writeFile(options.json, auditAsJson(audit));
    if (options.html !== undefined) await writeFile(options.html, auditAsHtml(audit));
    bar.stop();
    for (const line of describeAudit(audit)) console.log(line);
    if (findingsOf(audit).length > 0) process.exitCode = 1;
  }).finally(bar.stop);
}

/** A bar for each part, one after the other. */
function progressByPart() {
  let part: string | undefined;
  let bar: Progress | undefined;
  const stop = () => bar?.stop();
  return {
    stop,
    update(next: string, done: number, total: number) {
      if (next !== part) {
        stop();
        part = next;
        bar = showProgress("auditing", next);
      }
      bar?.update(done, Math.max(done, total));
    },
  };
}
