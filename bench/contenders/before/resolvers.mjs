import { IsNull } from "typeorm";
import { globalId, rowId } from "../shared/global-id.mjs";
import { accountsThat, commentsThat, contactsThat, postsThat } from "./conditions.mjs";
import { entityOf } from "./entities.mjs";
import { pageOf } from "./pages.mjs";
import { scalars } from "./schema.mjs";

/** The columns that a page can be sorted by; the id breaks ties in the same direction. */
const by = (column, direction) => ({ [column]: direction, id: direction });
const ORDERS = {
  accounts: {
    OLDEST_FIRST: by("createdAt", "ASC"),
    NEWEST_FIRST: by("createdAt", "DESC"),
    NAME: by("displayName", "ASC"),
    MOST_FOLLOWERS: by("followerCount", "DESC"),
  },
  posts: { NEWEST_FIRST: by("timelineAt", "DESC"), OLDEST_FIRST: by("timelineAt", "ASC") },
  byCreation: { NEWEST_FIRST: by("createdAt", "DESC"), OLDEST_FIRST: by("createdAt", "ASC") },
  tags: { NAME: { name: "ASC" } },
};

/** A field for each relation: the ORM loads it when the field is asked for. */
const lazy = (name) => (row) => row[name];
const id = (type) => (row) => globalId(type, row.id);

/** Resolvers as the tutorials of the ORM have them: each field looks for what it needs. */
export function resolversOf(source) {
  const repository = (entity) => source.getRepository(entity);

  const accounts = (args, where) =>
    pageOf(repository(entityOf.Account), args, {
      where: { ...where, ...accountsThat(args.filter) },
      order: ORDERS.accounts[args.orderBy],
    });
  const posts = (args, where) =>
    pageOf(repository(entityOf.Post), args, {
      where: { ...where, ...postsThat(args.filter) },
      order: ORDERS.posts[args.orderBy],
    });
  // The author with the comment, so that a page of comments needs no statement for each author.
  const comments = (args, where) =>
    pageOf(repository(entityOf.Comment), args, {
      where: { ...where, ...commentsThat(args.filter) },
      relations: { author: true },
      order: ORDERS.byCreation[args.orderBy],
    });
  const byCreation = (entity, args, where) =>
    pageOf(repository(entity), args, { where, order: ORDERS.byCreation[args.orderBy] });

  const found = (entity, globalIdOfRow, { workspaceId }) =>
    repository(entity).findOneBy({ workspaceId, id: rowId(globalIdOfRow) });
  const workspaceOf = ({ workspaceId }) =>
    repository(entityOf.Workspace).findOneBy({ workspaceId });

  async function node(globalIdOfRow, context) {
    const [type] = Buffer.from(globalIdOfRow, "base64url").toString("latin1").split(":");
    const row =
      type === "Workspace"
        ? await workspaceOf({ workspaceId: rowId(globalIdOfRow) })
        : await found(entityOf[type], globalIdOfRow, context);
    return row && Object.assign(row, { __typename: type });
  }

  return {
    ...scalars,
    Query: {
      node: (_, args, context) => node(args.id, context),
      nodes: (_, { ids }, context) => ids.map((each) => node(each, context)),
      viewer: (_, __, { viewer }) => viewer,
      workspace: (_, __, context) => workspaceOf(context),
      account: (_, args, context) => found(entityOf.Account, args.id, context),
      accounts: (_, args, { workspaceId }) => accounts(args, { workspaceId }),
      post: (_, args, context) => found(entityOf.Post, args.id, context),
      posts: (_, args, { workspaceId }) => posts(args, { workspaceId }),
      comments: (_, args, { workspaceId }) => comments(args, { workspaceId }),
      contacts: (_, args, { workspaceId }) =>
        byCreation(entityOf.Contact, args, { workspaceId, ...contactsThat(args.filter) }),
      tags: (_, args, { workspaceId }) =>
        pageOf(repository(entityOf.Tag), args, {
          where: { workspaceId },
          order: ORDERS.tags[args.orderBy],
        }),
    },
    Viewer: { workspace: (_, __, context) => workspaceOf(context) },
    Workspace: {
      id: ({ workspaceId }) => globalId("Workspace", workspaceId),
      members: ({ workspaceId }, args) =>
        byCreation(entityOf.Member, args, { workspaceId, removedAt: IsNull() }),
    },
    Member: {
      id: id("Member"),
      posts: (member, args) =>
        posts(args, { workspaceId: member.workspaceId, authorId: member.id }),
    },
    Account: {
      id: id("Account"),
      posts: (account, args) =>
        posts(args, { workspaceId: account.workspaceId, accountId: account.id }),
    },
    Post: {
      id: id("Post"),
      account: lazy("account"),
      author: lazy("author"),
      metrics: lazy("metrics"),
      media: async (post) => [...(await post.media)].sort((a, b) => a.position - b.position),
      tags: async (post) => {
        const found = await Promise.all((await post.postTags).map(({ tag }) => tag));
        return found.sort((a, b) => (a.id < b.id ? -1 : 1));
      },
      comments: ({ workspaceId, ...post }, args) =>
        comments(args, { workspaceId, postId: post.id }),
    },
    Media: { id: id("Media") },
    Comment: {
      id: id("Comment"),
      post: lazy("post"),
      author: lazy("author"),
      parent: lazy("parent"),
      replies: ({ workspaceId, ...comment }, args) =>
        comments(args, { workspaceId, parentId: comment.id }),
    },
    Contact: {
      id: id("Contact"),
      comments: ({ workspaceId, ...contact }, args) =>
        comments(args, { workspaceId, contactId: contact.id }),
    },
    Tag: {
      id: id("Tag"),
      posts: (tag, args) =>
        posts(args, { workspaceId: tag.workspaceId, postTags: { tagId: tag.id } }),
    },
  };
}
