ALTER TABLE "api_keys" ADD COLUMN "max_depth" integer;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "max_complexity" integer;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "max_nodes" integer;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "rate_limit_points" integer;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "show_cost" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "trusted_documents_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_max_depth_check" CHECK ("api_keys"."max_depth" >= 1);--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_max_complexity_check" CHECK ("api_keys"."max_complexity" >= 1);--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_max_nodes_check" CHECK ("api_keys"."max_nodes" >= 1);--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_rate_limit_points_check" CHECK ("api_keys"."rate_limit_points" >= 1);