import { postMetrics, type PostMetricsRow } from "../db/tables/post-metrics.ts";
import { byId } from "./by-id.ts";
import { selected } from "./selected-columns.ts";

export const metricsOfPost = byId<PostMetricsRow>("metricsOfPost", postMetrics, {
  key: postMetrics.postId,
  reads: selected("PostMetrics"),
});
