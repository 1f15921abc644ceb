import { useQuery } from "@apollo/client/react";
import { MeDocument, MembersDocument } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { Invitations } from "./invitations.tsx";
import { List } from "./list.tsx";
import { MemberRow } from "./member-row.tsx";
import { useManages } from "./roles.ts";

/** Who works in the workspace, and who is invited. */
export function Members() {
  const { settings } = useText();
  const text = settings.members;
  const { may, mayFor } = useManages("MANAGE_MEMBERS");
  const { data, error, loading, refetch, fetchMore } = useQuery(MembersDocument);
  const me = useQuery(MeDocument).data?.viewer.member;
  const known = data?.workspace?.members;
  // Whoever was removed just now is still in the cache's list.
  const members = known?.edges.map(({ node }) => node).filter((each) => each.removedAt === null);
  return (
    <>
      <List
        title={text.title}
        lead={may ? (mayFor("OWNER") ? undefined : text.onlyOwners) : text.onlyManagers}
        error={error}
        isLoading={loading}
        retry={() => refetch()}
        count={members?.length}
        empty={null}
        more={
          known?.pageInfo.hasNextPage
            ? {
                label: text.more,
                load: () => fetchMore({ variables: { after: known.pageInfo.endCursor } }),
              }
            : undefined
        }
      >
        {members?.map((member) => (
          <MemberRow key={member.id} member={member} isMe={member.id === me?.id} />
        ))}
      </List>
      {may && <Invitations />}
    </>
  );
}
