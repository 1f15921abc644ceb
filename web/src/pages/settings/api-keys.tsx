import { useQuery } from "@apollo/client/react";
import { Button } from "@mantine/core";
import { useState } from "react";
import { Empty } from "../../components/empty.tsx";
import { Secret } from "../../components/secret.tsx";
import { ApiKeysDocument } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { ApiKeyRow } from "./api-key-row.tsx";
import { CreateKeyForm } from "./create-key-form.tsx";
import { List } from "./list.tsx";

/** A key as it is shown once. */
export interface MadeKey {
  name: string;
  key: string;
}

/** The keys of programs. */
export function ApiKeys() {
  const { settings } = useText();
  const text = settings.keys;
  const { data, error, loading, refetch, fetchMore } = useQuery(ApiKeysDocument);
  const [isMaking, setIsMaking] = useState(false);
  const [made, setMade] = useState<MadeKey>();
  const known = data?.workspace?.apiKeys;
  const workspaceId = data?.workspace?.id;
  const show = (key: MadeKey) => {
    setIsMaking(false);
    setMade(key);
  };
  return (
    <List
      title={text.title}
      lead={text.lead}
      aside={
        <Button
          aria-expanded={isMaking}
          disabled={!known}
          onClick={() => setIsMaking((before) => !before)}
        >
          {text.create}
        </Button>
      }
      before={
        <>
          {isMaking && workspaceId !== undefined && (
            <CreateKeyForm workspaceId={workspaceId} show={show} />
          )}
          {made && (
            <Secret
              key={made.key}
              title={text.made(made.name)}
              label={text.secret}
              hint={text.once}
              value={made.key}
              done={() => setMade(undefined)}
            />
          )}
        </>
      }
      error={error}
      isLoading={loading}
      retry={() => refetch()}
      count={known?.edges.length}
      empty={<Empty {...text.none} />}
      more={
        known?.pageInfo.hasNextPage
          ? {
              label: text.more,
              load: () => fetchMore({ variables: { after: known.pageInfo.endCursor } }),
            }
          : undefined
      }
    >
      {known?.edges.map(({ node }) => (
        <ApiKeyRow key={node.id} apiKey={node} workspaceId={workspaceId ?? ""} show={show} />
      ))}
    </List>
  );
}
