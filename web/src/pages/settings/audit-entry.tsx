import { Group, Text } from "@mantine/core";
import type { AuditLogQuery } from "../../operations.generated.ts";
import { useFormat, useText } from "../../text/text.tsx";

type Log = NonNullable<NonNullable<AuditLogQuery["workspace"]>["auditLogEntries"]>;
type Entry = Log["edges"][number]["node"];

/** Who did what to whom, what changed by it, and where it came from. */
export function AuditEntry({ entry }: { entry: Entry }) {
  const { settings } = useText();
  const text = settings.log;
  const format = useFormat();
  const { action, actorKind, actorName, targetName, changes, createdAt } = entry;
  const { ipAddress, userAgent, requestId } = entry;
  const sources = [
    [text.address, ipAddress],
    [text.program, userAgent],
    [text.request, requestId],
  ].filter((source): source is [string, string] => source[1] !== null);
  return (
    <li className="row far">
      <div className="row-content">
        <Text size="sm">
          <Text span fw={600}>
            {actorName}
          </Text>{" "}
          <Text span size="xs" c="dimmed">
            ({text.actors[actorKind]})
          </Text>{" "}
          · {text.actions[action]}
          {targetName !== null && (
            <>
              {": "}
              <Text span fw={600}>
                {targetName}
              </Text>
            </>
          )}
        </Text>
        {changes.length > 0 && (
          <ul className="changes">
            {changes.map(({ field, before, after }) => (
              <li key={field}>
                {field}: {before !== null && <del>{before}</del>}
                {before !== null && <span aria-hidden="true"> → </span>}
                {before !== null && <span className="said"> {text.to} </span>}
                {after ?? text.nothing}
              </li>
            ))}
          </ul>
        )}
        <Group gap="xs" fz="xs" c="dimmed" mt={4}>
          <time dateTime={createdAt}>{format.moment(createdAt)}</time>
          {sources.length > 0 && (
            <details>
              <summary>{text.details}</summary>
              {sources.map(([label, value]) => (
                <div key={label} style={{ overflowWrap: "anywhere" }}>
                  {label}: {value}
                </div>
              ))}
            </details>
          )}
        </Group>
      </div>
    </li>
  );
}
