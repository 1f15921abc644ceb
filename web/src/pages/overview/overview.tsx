import { useQuery } from "@apollo/client/react";
import { Button, SegmentedControl, SimpleGrid, Stack } from "@mantine/core";
import { useState } from "react";
import { Empty } from "../../components/empty.tsx";
import { MoreButton } from "../../components/more-button.tsx";
import { Page } from "../../components/page.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { Statements } from "../../components/statements.tsx";
import { OverviewDocument } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { AccountCard } from "./account-card.tsx";
import { Figures } from "./figures.tsx";
import { OverviewSkeleton } from "./overview-skeleton.tsx";

type Shown = "all" | "attention";

/** Every account at a glance, by one request. */
export function Overview() {
  const { overview: text } = useText();
  const { data, error, loading, refetch, fetchMore } = useQuery(OverviewDocument);
  const [shown, setShown] = useState<Shown>("all");

  const accounts = data?.accounts?.edges.map(({ node }) => node);
  const troubled = accounts?.filter(({ health }) => health !== "HEALTHY") ?? [];
  const { hasNextPage, endCursor } = data?.accounts?.pageInfo ?? {};
  const retry = () => refetch();

  return (
    <Page title={text.title} aside={<Statements operation="Overview" />}>
      {error && <ProblemNotice error={error} retry={retry} isPartial={accounts !== undefined} />}
      {!accounts && loading && <OverviewSkeleton />}
      {accounts?.length === 0 && <Empty {...text.empty} />}
      {accounts && accounts.length > 0 && (
        <Stack gap="lg">
          <Figures accounts={accounts} troubled={troubled.length} />
          <SegmentedControl
            aria-label={text.filter}
            value={shown}
            onChange={(value) => setShown(value)}
            data={[
              { value: "all", label: `${text.filters.all} (${accounts.length})` },
              { value: "attention", label: `${text.filters.attention} (${troubled.length})` },
            ]}
            style={{ alignSelf: "flex-start" }}
          />
          {shown === "attention" && troubled.length === 0 ? (
            <Empty title={text.allWell.title} hint={text.allWell.hint}>
              <Button variant="default" onClick={() => setShown("all")}>
                {text.allWell.action}
              </Button>
            </Empty>
          ) : (
            <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="md">
              {(shown === "all" ? accounts : troubled).map((account) => (
                <AccountCard key={account.id} account={account} />
              ))}
            </SimpleGrid>
          )}
          {hasNextPage && (
            <MoreButton
              label={text.more}
              load={() => fetchMore({ variables: { after: endCursor ?? null } })}
            />
          )}
        </Stack>
      )}
    </Page>
  );
}
