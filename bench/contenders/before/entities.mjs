import { EntitySchema } from "typeorm";

const key = (name) => ({ type: "uuid", primary: true, name });
const text = (name, options = {}) => ({ type: "text", name, ...options });
const uuid = (name, options = {}) => ({ type: "uuid", name, ...options });
const integer = (name) => ({ type: "integer", name, nullable: true });
const moment = (name, options = {}) => ({ type: "timestamptz", precision: 3, name, ...options });
const count = (name) => ({ type: "bigint", name });
const nullable = { nullable: true };

/** Within the workspace, as the foreign keys are. */
const joinOn = (name) => [
  { name: "workspace_id", referencedColumnName: "workspaceId" },
  { name, referencedColumnName: "id" },
];

/** A relation along a foreign key: loaded when somebody asks for it, one statement each time. */
const lazyTo = (target, column, type = "many-to-one") => ({
  type,
  target,
  joinColumn: joinOn(column),
  lazy: true,
});
const lazyFrom = (target, inverseSide, type = "one-to-many") => ({
  type,
  target,
  inverseSide,
  lazy: true,
});

const row = () => ({ workspaceId: key("workspace_id"), id: key("id") });

const Workspace = new EntitySchema({
  name: "Workspace",
  tableName: "workspaces",
  columns: {
    workspaceId: key("workspace_id"),
    name: text("name"),
    createdAt: moment("created_at"),
  },
});

const Member = new EntitySchema({
  name: "Member",
  tableName: "members",
  columns: {
    ...row(),
    email: text("email"),
    displayName: text("display_name"),
    avatarUrl: text("avatar_url", nullable),
    role: text("role"),
    createdAt: moment("created_at"),
    removedAt: moment("removed_at", nullable),
  },
});

const Account = new EntitySchema({
  name: "Account",
  tableName: "accounts",
  columns: {
    ...row(),
    network: text("network"),
    handle: text("handle"),
    displayName: text("display_name"),
    avatarUrl: text("avatar_url", nullable),
    followerCount: count("follower_count"),
    health: text("health"),
    createdAt: moment("created_at"),
  },
});

const Post = new EntitySchema({
  name: "Post",
  tableName: "posts",
  columns: {
    ...row(),
    accountId: uuid("account_id"),
    network: text("network"),
    authorId: uuid("author_id", nullable),
    status: text("status"),
    body: text("body"),
    link: text("link", nullable),
    createdAt: moment("created_at"),
    scheduledAt: moment("scheduled_at", nullable),
    publishedAt: moment("published_at", nullable),
    timelineAt: moment("timeline_at"),
  },
  relations: {
    account: lazyTo("Account", "account_id"),
    author: { ...lazyTo("Member", "author_id"), nullable: true },
    metrics: lazyFrom("Metrics", "post", "one-to-one"),
    media: lazyFrom("Media", "post"),
    postTags: lazyFrom("PostTag", "post"),
  },
});

const Metrics = new EntitySchema({
  name: "Metrics",
  tableName: "post_metrics",
  columns: {
    workspaceId: key("workspace_id"),
    postId: key("post_id"),
    impressions: count("impressions"),
    reach: count("reach"),
    likes: count("likes"),
    comments: count("comments"),
    shares: count("shares"),
    clicks: count("clicks"),
    saves: count("saves"),
    videoViews: count("video_views"),
    capturedAt: moment("captured_at"),
  },
  relations: { post: lazyTo("Post", "post_id", "one-to-one") },
});

const Media = new EntitySchema({
  name: "Media",
  tableName: "media",
  columns: {
    ...row(),
    postId: uuid("post_id"),
    position: { type: "integer", name: "position" },
    kind: text("kind"),
    url: text("url"),
    altText: text("alt_text", nullable),
    width: integer("width"),
    height: integer("height"),
  },
  relations: { post: lazyTo("Post", "post_id") },
});

const Comment = new EntitySchema({
  name: "Comment",
  tableName: "comments",
  columns: {
    ...row(),
    accountId: uuid("account_id"),
    postId: uuid("post_id"),
    parentId: uuid("parent_id", nullable),
    contactId: uuid("contact_id"),
    status: text("status"),
    body: text("body"),
    createdAt: moment("created_at"),
  },
  relations: {
    post: lazyTo("Post", "post_id"),
    author: lazyTo("Contact", "contact_id"),
    parent: { ...lazyTo("Comment", "parent_id"), nullable: true },
  },
});

const Contact = new EntitySchema({
  name: "Contact",
  tableName: "contacts",
  columns: {
    ...row(),
    network: text("network"),
    handle: text("handle"),
    displayName: text("display_name"),
    avatarUrl: text("avatar_url", nullable),
    createdAt: moment("created_at"),
  },
});

const Tag = new EntitySchema({
  name: "Tag",
  tableName: "tags",
  columns: { ...row(), name: text("name"), createdAt: moment("created_at") },
});

/** An entity of its own, because TypeORM's join tables cannot share the column of the workspace. */
const PostTag = new EntitySchema({
  name: "PostTag",
  tableName: "post_tags",
  columns: {
    workspaceId: key("workspace_id"),
    postId: key("post_id"),
    tagId: key("tag_id"),
  },
  relations: { post: lazyTo("Post", "post_id"), tag: lazyTo("Tag", "tag_id") },
});

/** By the names of their types. */
export const entityOf = {
  Workspace,
  Member,
  Account,
  Post,
  Metrics,
  Media,
  Comment,
  Contact,
  Tag,
  PostTag,
};
