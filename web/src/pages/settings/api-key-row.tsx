import { Badge, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useChange } from "../../api/use-change.ts";
import { Confirm } from "../../components/confirm.tsx";
import {
  RevokeApiKeyDocument,
  type ApiKeyPartsFragment,
  type RevokeApiKeyMutation,
} from "../../operations.generated.ts";
import { useFormat, useText } from "../../text/text.tsx";
import type { MadeKey } from "./api-keys.tsx";
import { useManages } from "./roles.ts";
import { RotateKey } from "./rotate-key.tsx";

/** A key: what it may do, when it was used, and how to replace or end it. */
export function ApiKeyRow({
  apiKey,
  workspaceId,
  show,
}: {
  apiKey: ApiKeyPartsFragment;
  workspaceId: string;
  show: (made: MadeKey) => void;
}) {
  const { app, settings } = useText();
  const text = settings.keys;
  const { mayFor } = useManages("MANAGE_API_KEYS");
  const [asked, setAsked] = useState<"revoke" | "rotate">();
  const { id, name, role, scopes, status } = apiKey;
  const works = status === "ACTIVE" || status === "ROTATED";
  const revoke = useChange(RevokeApiKeyDocument, {
    isNotified: true,
    optimistic: (): RevokeApiKeyMutation => ({
      __typename: "Mutation",
      revokeApiKey: {
        __typename: "RevokeApiKeyPayload",
        apiKey: { ...apiKey, status: "REVOKED", revokedAt: new Date().toISOString() },
        userErrors: [],
      },
    }),
  });
  const confirm = () => {
    setAsked(undefined);
    return revoke.send({ apiKeyId: id });
  };
  return (
    <li className="row entry-line">
      <div className="row-content" style={{ minWidth: 220 }}>
        <Group gap="xs">
          <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            {name}
          </Text>
          <Badge size="sm" variant="default" tt="none">
            {text.status[status]}
          </Badge>
        </Group>
        <Group gap={6} mt={4} fz="xs">
          <span>{app.role[role]}</span>
          {scopes.map((scope) => (
            <Badge key={scope} size="sm" variant="default" tt="none" title={text.scope[scope]}>
              {scope}
            </Badge>
          ))}
        </Group>
        <Details apiKey={apiKey} />
      </div>
      {works && mayFor(role) && (
        <Group gap="xs">
          {status === "ACTIVE" && (
            <Button
              variant="default"
              size="sm"
              aria-label={`${text.rotate}: ${name}`}
              onClick={() => setAsked("rotate")}
            >
              {text.rotate}
            </Button>
          )}
          <Button
            variant="default"
            size="sm"
            aria-label={`${text.revoke}: ${name}`}
            onClick={() => setAsked("revoke")}
          >
            {text.revoke}
          </Button>
        </Group>
      )}
      {works && !mayFor(role) && (
        <Text size="xs" c="dimmed" maw={200}>
          {text.onlyOwners}
        </Text>
      )}
      <Confirm
        isOpen={asked === "revoke"}
        title={text.revokeTitle(name)}
        text={text.revokeText}
        action={text.revoke}
        confirm={confirm}
        cancel={() => setAsked(undefined)}
      />
      <RotateKey
        apiKey={apiKey}
        workspaceId={workspaceId}
        isOpen={asked === "rotate"}
        close={() => setAsked(undefined)}
        show={show}
      />
    </li>
  );
}

function Details({ apiKey }: { apiKey: ApiKeyPartsFragment }) {
  const { settings } = useText();
  const text = settings.keys;
  const format = useFormat();
  const { hint, createdAt, lastUsedAt, expiresAt, revokedAt, isTrustedDocumentsOnly } = apiKey;
  const details = [
    hint !== null && text.hint(hint),
    text.madeOn(format.day(createdAt)),
    lastUsedAt === null ? text.neverUsed : text.used(format.relative(lastUsedAt)),
    revokedAt !== null && text.revokedAt(format.moment(revokedAt)),
    revokedAt === null && expiresAt !== null && text.until(format.moment(expiresAt)),
    isTrustedDocumentsOnly && text.trustedOnly,
  ];
  return (
    <Text size="xs" c="dimmed" mt={4}>
      {details.filter(Boolean).join(" · ")}
    </Text>
  );
}
