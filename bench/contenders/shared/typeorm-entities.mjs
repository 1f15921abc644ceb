import { EntitySchema } from "typeorm";

const key = (name) => ({ type: "uuid", primary: true, name });
const text = (name, options = {}) => ({ type: "text", name, ...options });
const uuid = (name) => ({ type: "uuid", name });
const moment = (name, options = {}) => ({ type: "timestamptz", precision: 3, name, ...options });
const count = (name) => ({ type: "bigint", name });

/** Within the workspace, as the foreign keys are. */
const joinOn = (name) => [
  { name: "workspace_id", referencedColumnName: "workspaceId" },
  { name, referencedColumnName: "id" },
];

export const Account = new EntitySchema({
  name: "Account",
  tableName: "accounts",
  columns: {
    workspaceId: key("workspace_id"),
    id: key("id"),
    network: text("network"),
    handle: text("handle"),
    displayName: text("display_name"),
    followerCount: count("follower_count"),
    createdAt: moment("created_at"),
  },
});

export const Post = new EntitySchema({
  name: "Post",
  tableName: "posts",
  columns: {
    workspaceId: key("workspace_id"),
    id: key("id"),
    accountId: uuid("account_id"),
    network: text("network"),
    status: text("status"),
    body: text("body"),
    link: text("link", { nullable: true }),
    createdAt: moment("created_at"),
    scheduledAt: moment("scheduled_at", { nullable: true }),
    publishedAt: moment("published_at", { nullable: true }),
    timelineAt: moment("timeline_at"),
  },
  relations: {
    metrics: { type: "one-to-one", target: "Metrics", inverseSide: "post", lazy: true },
  },
});

export const Metrics = new EntitySchema({
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
  relations: {
    post: { type: "one-to-one", target: "Post", joinColumn: joinOn("post_id"), lazy: true },
  },
});

export const Comment = new EntitySchema({
  name: "Comment",
  tableName: "comments",
  columns: {
    workspaceId: key("workspace_id"),
    id: key("id"),
    postId: uuid("post_id"),
    contactId: uuid("contact_id"),
    status: text("status"),
    body: text("body"),
    createdAt: moment("created_at"),
  },
  relations: {
    post: { type: "many-to-one", target: "Post", joinColumn: joinOn("post_id"), lazy: true },
    author: { type: "many-to-one", target: "Contact", joinColumn: joinOn("contact_id") },
  },
});

export const Contact = new EntitySchema({
  name: "Contact",
  tableName: "contacts",
  columns: {
    workspaceId: key("workspace_id"),
    id: key("id"),
    network: text("network"),
    handle: text("handle"),
    displayName: text("display_name"),
    avatarUrl: text("avatar_url", { nullable: true }),
    createdAt: moment("created_at"),
  },
});

export const entities = [Account, Post, Metrics, Comment, Contact];
