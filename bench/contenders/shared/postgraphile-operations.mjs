import { rowId } from "./global-id.mjs";

/** The same operations in the schema that PostGraphile finds in our tables: other names, same data. */
export const postgraphileOperations = {
  dashboard: `query Dashboard {
    accounts(first: 15, orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) {
      edges { node {
        id: rowId network handle displayName followerCount
        posts: postsByWorkspaceIdAndAccountIdAndNetwork(first: 10, orderBy: [TIMELINE_AT_DESC, ROW_ID_DESC]) {
          edges { cursor node {
            id: rowId body status publishedAt
            metrics: postMetric { impressions reach likes comments shares clicks capturedAt }
            comments: commentsByWorkspaceIdAndPostId(first: 2, orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
              edges { node { id: rowId body createdAt
                author: workspaceContact { id: rowId displayName handle avatarUrl } } }
              pageInfo { hasNextPage endCursor }
            }
          } }
          pageInfo { hasNextPage endCursor }
        }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  post: `query Post($workspace: UUID!, $id: UUID!) {
    post(workspaceId: $workspace, rowId: $id) { id: rowId body status createdAt publishedAt }
  }`,
  page: `query Page($workspace: UUID!, $account: UUID!, $first: Int!, $after: Cursor) {
    account(workspaceId: $workspace, rowId: $account) {
      id: rowId
      posts: postsByWorkspaceIdAndAccountIdAndNetwork(
        first: $first, after: $after, orderBy: [TIMELINE_AT_DESC, ROW_ID_DESC]
      ) {
        edges { cursor node { id: rowId body status publishedAt } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  inbox: `query Inbox($first: Int!) {
    comments(first: $first, orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
      edges { cursor node {
        id: rowId body status createdAt
        author: workspaceContact { id: rowId displayName handle avatarUrl }
        post: workspacePost { id: rowId body }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
};

/** Its ids are the rows' own, and its keys begin with the workspace. */
export const postgraphileVariables = (operation, { id, account, ...rest }, workspace) => ({
  ...rest,
  ...(operation === "post" && { id: rowId(id), workspace: workspace.id }),
  ...(operation === "page" && { account: rowId(account), workspace: workspace.id }),
});
