const count = (n: number, one: string, other: string) => `${n} ${n === 1 ? one : other}`;

/** What the inbox says, in English. */
export const inbox = {
  title: "Inbox",
  account: "Account",
  status: "Status",
  kind: "Kind",
  kinds: { thread: "Starts a thread", reply: "Answers" },
  answer: "Answer",
  on: (account: string) => `on ${account}`,
  more: "More comments",
  shown: (n: number, isAll: boolean) =>
    `${count(n, "comment", "comments")} loaded${isAll ? ": these are all" : ""}`,
  isNew: "New since you last looked",
  news: (n: number, isMore: boolean, moment: string) =>
    `${isMore ? `${n} or more` : n} new since ${moment}`,
  noNews: (moment: string) => `Nothing new since ${moment}`,
  first: "From your next visit on, what is new is marked here.",
  look: "Look for new ones",
  looked: "Mark all as seen",
  seenBefore: (moment: string) => `Seen before: until ${moment}`,
  keys: "Keys: J and K or the arrows go from comment to comment, Enter opens one, Escape closes it.",
  open: (name: string) => `Comment of ${name}`,
  conversation: "Conversation",
  choose: {
    title: "No comment is open",
    hint: "Choose one in the list: its post, and what was answered, come here.",
  },
  post: "The post",
  toPost: "Open the post",
  parent: "In answer to",
  toParent: "Open this conversation",
  comment: "Comment",
  replies: "Answers",
  noReplies: "Nobody has answered yet.",
  moreReplies: "More answers",
  missing: {
    title: "There is no such comment",
    hint: "It may have been deleted, or belong to another workspace.",
  },
  empty: {
    title: "Nothing was written yet",
    hint: "What people write under your posts appears here. Bring it with “socialhub import”, then reload.",
  },
  none: {
    title: "No comments fit the filters",
    hint: "Choose fewer conditions, or other dates.",
  },
};
