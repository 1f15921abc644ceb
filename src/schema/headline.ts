/** The dashboard that this server was built for: at most five SQL statements, whatever the data. */
export const headlineOperation = `query Dashboard {
  accounts(first: 15) {
    edges { node {
      id network handle displayName followerCount
      posts(first: 10) {
        edges { cursor node {
          id body status publishedAt
          metrics { impressions reach likes comments shares clicks capturedAt }
          comments(first: 2) {
            edges { node { id body createdAt author { id displayName handle avatarUrl } } }
            pageInfo { hasNextPage endCursor }
          }
        } }
        pageInfo { hasNextPage endCursor }
      }
    } }
    pageInfo { hasNextPage endCursor }
  }
}
`;
