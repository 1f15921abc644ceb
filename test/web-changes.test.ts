import { InMemoryCache } from "@apollo/client";
import { beforeEach, describe, expect, it } from "vitest";
import { possibleTypes, typePolicies } from "../clients/apollo/type-policies.ts";
import { idempotencyKeys } from "../web/src/api/idempotency-key.ts";
import { prepend } from "../web/src/api/prepend.ts";
import {
  ApiKeyPartsFragmentDoc,
  ApiKeysDocument,
  type ApiKeyPartsFragment,
} from "../web/src/operations.generated.ts";
import { readFilters, toCommentFilter, writeFilters } from "../web/src/pages/inbox/filters.ts";

/* What the dashboard makes of a change before it asks anything again. */

const workspaceId = "V29ya3NwYWNl";
const apiKey = (id: string, name: string): ApiKeyPartsFragment => ({
  __typename: "ApiKey",
  id,
  name,
  hint: "abcd",
  role: "VIEWER",
  scopes: ["READ"],
  status: "ACTIVE",
  createdAt: "2026-11-01T09:00:00.000Z",
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  isTrustedDocumentsOnly: false,
});

describe("a key that was just made", () => {
  let cache: InMemoryCache;
  beforeEach(() => {
    cache = new InMemoryCache({ typePolicies, possibleTypes });
    cache.writeQuery({
      query: ApiKeysDocument,
      data: {
        __typename: "Query",
        workspace: {
          __typename: "Workspace",
          id: workspaceId,
          apiKeys: {
            __typename: "ApiKeyConnection",
            edges: [{ __typename: "ApiKeyEdge", node: apiKey("1", "Old") }],
            pageInfo: { __typename: "PageInfo", hasNextPage: true, endCursor: "after 1" },
          },
        },
      },
    });
  });
  const make = (made: ApiKeyPartsFragment) => {
    cache.writeFragment({
      id: cache.identify({ ...made }) ?? "",
      fragment: ApiKeyPartsFragmentDoc,
      data: made,
    });
    prepend(cache, workspaceId, "apiKeys", made);
  };
  const keys = () => cache.readQuery({ query: ApiKeysDocument })?.workspace?.apiKeys;

  it("is the first of the list, which goes on where it went on before", () => {
    make(apiKey("2", "New"));
    expect(keys()?.edges.map(({ node }) => node.name)).toEqual(["New", "Old"]);
    expect(keys()?.pageInfo).toMatchObject({ hasNextPage: true, endCursor: "after 1" });
  });

  it("is there once, however often the answer comes", () => {
    make(apiKey("2", "New"));
    make(apiKey("2", "New"));
    expect(keys()?.edges).toHaveLength(2);
  });

  it("is nowhere while the list was not looked at", () => {
    cache = new InMemoryCache({ typePolicies, possibleTypes });
    make(apiKey("2", "New"));
    expect(keys()).toBeUndefined();
  });
});

describe("an idempotency key", () => {
  it("is the same for what is sent again without an answer, and another for all else", () => {
    const keys = idempotencyKeys();
    const first = keys.keyFor({ name: "a" });
    expect(keys.keyFor({ name: "a" })).toBe(first);
    const other = keys.keyFor({ name: "b" });
    expect(other).not.toBe(first);
    keys.answered();
    expect(keys.keyFor({ name: "b" })).not.toBe(other);
  });
});

describe("the filters of the inbox", () => {
  const filtersOf = (search: string) => readFilters(new URLSearchParams(search));

  it("stand in the address as they were chosen", () => {
    const search = "account=a&account=b&status=NEW&kind=reply&from=2026-11-01&to=2026-11-02";
    expect(String(writeFilters(filtersOf(search)))).toBe(search);
    expect(String(writeFilters(filtersOf("from=yesterday&kind=other")))).toBe("");
  });

  it("ask for whole days, the last one included, and for nothing that was not chosen", () => {
    expect(toCommentFilter(filtersOf(""))).toEqual({});
    const { startsThread, createdBetween } = toCommentFilter(
      filtersOf("kind=thread&from=2026-11-01&to=2026-11-01"),
    );
    expect(startsThread).toBe(true);
    const { from, to } = createdBetween!;
    expect(Date.parse(to!) - Date.parse(from!)).toBe(86_400_000);
  });
});
