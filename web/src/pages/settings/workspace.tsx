import { useQuery } from "@apollo/client/react";
import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { useLocation } from "wouter";
import { useChange } from "../../api/use-change.ts";
import { Confirm } from "../../components/confirm.tsx";
import { PageSkeleton } from "../../components/page-skeleton.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { useNotify } from "../../components/use-notify.ts";
import {
  CurrentViewerDocument,
  LeaveWorkspaceDocument,
  UpdateWorkspaceDocument,
  type UpdateWorkspaceMutation,
  WorkspaceDocument,
  type WorkspaceQuery,
} from "../../operations.generated.ts";
import { useSession } from "../../session/session.tsx";
import { useMay } from "../../session/viewer.ts";
import { useFormat, useText } from "../../text/text.tsx";

type Known = NonNullable<WorkspaceQuery["workspace"]>;

/** The workspace's name, and the way out of it. */
export function WorkspaceSettings() {
  const { data, error, loading, refetch } = useQuery(WorkspaceDocument);
  const workspace = data?.workspace;
  return (
    <>
      {error && <ProblemNotice error={error} retry={() => refetch()} />}
      {!workspace && loading && <PageSkeleton />}
      {workspace && <Rename workspace={workspace} />}
      {workspace && <Leave workspace={workspace} />}
    </>
  );
}

function Rename({ workspace }: { workspace: Known }) {
  const { settings } = useText();
  const text = settings.workspace;
  const format = useFormat();
  const notify = useNotify();
  const may = useMay("UPDATE_WORKSPACE");
  const [name, setName] = useState(workspace.name);
  const rename = useChange(UpdateWorkspaceDocument, {
    isNotified: true,
    optimistic: (input): UpdateWorkspaceMutation => ({
      __typename: "Mutation",
      updateWorkspace: {
        __typename: "UpdateWorkspacePayload",
        workspace: { ...workspace, name: input.name.trim() },
        userErrors: [],
      },
    }),
    // The switcher's list has its own names.
    update(cache, { workspace: renamed }) {
      if (!renamed) return;
      cache.updateQuery({ query: CurrentViewerDocument }, (known) => {
        if (!known?.viewer.workspaces) return known;
        const workspaces = known.viewer.workspaces.map((each) =>
          each.workspaceId === renamed.id ? { ...each, name: renamed.name } : each,
        );
        return { ...known, viewer: { ...known.viewer, workspaces } };
      });
    },
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const done = await rename.send({ name });
    if (done) notify(text.saved);
  };
  return (
    <Stack component="section" className="surface" p="md" gap="sm" aria-label={text.title}>
      <Title order={2} size="h4">
        {workspace.name}
      </Title>
      <Text size="sm" c="dimmed">
        {text.since(format.day(workspace.createdAt))}
      </Text>
      {may ? (
        <form onSubmit={(event) => void submit(event)}>
          <Group align="flex-end" gap="sm">
            <TextInput
              name="name"
              label={text.name}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={rename.refusalOf("name")}
              maxLength={100}
              autoComplete="off"
              required
              withAsterisk={false}
              flex={1}
              miw={200}
            />
            <Button type="submit" loading={rename.isBusy} disabled={name === workspace.name}>
              {text.save}
            </Button>
          </Group>
        </form>
      ) : (
        <Text size="sm">{text.onlyManagers}</Text>
      )}
    </Stack>
  );
}

function Leave({ workspace }: { workspace: Known }) {
  const { settings } = useText();
  const text = settings.workspace;
  const session = useSession();
  const [, navigate] = useLocation();
  const [isAsking, setIsAsking] = useState(false);
  const leave = useChange(LeaveWorkspaceDocument);
  const confirm = async () => {
    const done = await leave.send({});
    if (!done) return;
    navigate("/", { replace: true });
    session.chooseWorkspace(undefined);
  };
  return (
    <Stack
      component="section"
      className="surface"
      p="md"
      gap="sm"
      align="flex-start"
      aria-label={text.leave}
    >
      <Title order={2} size="h4">
        {text.leave}
      </Title>
      <Text size="sm" c="dimmed">
        {text.leaveHint}
      </Text>
      <Button variant="default" onClick={() => setIsAsking(true)}>
        {text.leave}
      </Button>
      <Confirm
        isOpen={isAsking}
        title={text.leaveTitle(workspace.name)}
        text={text.leaveText}
        action={text.leave}
        isBusy={leave.isBusy}
        error={leave.error}
        refusal={leave.refusalOf(null, "idempotencyKey", "memberId")}
        confirm={confirm}
        cancel={() => setIsAsking(false)}
      />
    </Stack>
  );
}
