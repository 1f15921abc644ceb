import { Alert, Button, Checkbox, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type SubmitEvent } from "react";
import { prepend } from "../../api/prepend.ts";
import { useChange } from "../../api/use-change.ts";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { CreateApiKeyDocument, type Role, type Scope } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { addDays, dateOf, today } from "../calendar/days.ts";
import type { MadeKey } from "./api-keys.tsx";
import { useManages, useRoleChoices } from "./roles.ts";

/** Makes a key with a name, a role and scopes. */
export function CreateKeyForm({
  workspaceId,
  show,
}: {
  workspaceId: string;
  show: (made: MadeKey) => void;
}) {
  const { settings } = useText();
  const text = settings.keys;
  const { mayFor } = useManages("MANAGE_API_KEYS");
  const roles = useRoleChoices(mayFor);
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("VIEWER");
  const [scopes, setScopes] = useState<string[]>(["READ"]);
  const [lastDay, setLastDay] = useState("");
  const create = useChange(CreateApiKeyDocument, {
    update(cache, { apiKey }) {
      if (apiKey) prepend(cache, workspaceId, "apiKeys", apiKey);
    },
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const payload = await create.send({
      name,
      role,
      scopes: scopes as Scope[],
      // The last day is in it.
      expiresAt: lastDay ? dateOf(addDays(lastDay, 1)).toISOString() : null,
    });
    if (payload?.key) show({ name, key: payload.key });
  };
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const other = create.refusalOf(null, "idempotencyKey");

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm" className="surface" p="md">
        <Group align="flex-start" gap="sm">
          <TextInput
            ref={first}
            name="name"
            label={text.name}
            placeholder={text.namePlaceholder}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={create.refusalOf("name")}
            maxLength={100}
            autoComplete="off"
            required
            withAsterisk={false}
            flex={1}
            miw={200}
          />
          <NativeSelect
            label={settings.role}
            w={170}
            data={roles}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
            error={create.refusalOf("role")}
            description={settings.roles[role]}
            inputWrapperOrder={["label", "input", "description", "error"]}
          />
          <TextInput
            type="date"
            label={text.expires}
            min={today()}
            value={lastDay}
            onChange={(event) => setLastDay(event.currentTarget.value)}
            error={create.refusalOf("expiresAt")}
          />
        </Group>
        <Checkbox.Group
          label={text.scopes}
          value={scopes}
          onChange={setScopes}
          error={create.refusalOf("scopes")}
        >
          <Stack gap={6} my={4}>
            {Object.entries(text.scope).map(([value, label]) => (
              <Checkbox key={value} value={value} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
        {other && (
          <Alert color="red" variant="outline" role="alert">
            {other}
          </Alert>
        )}
        {create.error !== undefined && <ProblemNotice error={create.error} />}
        <Group>
          <Button type="submit" loading={create.isBusy}>
            {text.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
