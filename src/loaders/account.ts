import { accounts, type AccountRow } from "../db/tables/account.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";
import { anyOf } from "./filters.ts";
import { selected } from "./selected-columns.ts";

export const accountById = byId<AccountRow>("accountById", accounts, {
  reads: selected("Account"),
});

export const accountsOfWorkspace = connection<AccountRow>({
  name: "Query.accounts",
  table: accounts,
  reads: selected("Account"),
  orders: {
    OLDEST_FIRST: { by: accounts.createdAt, direction: "asc" },
    NEWEST_FIRST: { by: accounts.createdAt, direction: "desc" },
    NAME: { by: accounts.displayName, direction: "asc" },
    MOST_FOLLOWERS: { by: accounts.followerCount, direction: "desc" },
  },
  filters: { networks: anyOf(accounts.network), healths: anyOf(accounts.health) },
});
