CREATE TABLE "post_tags" (
	"workspace_id" uuid NOT NULL,
	"post_id" uuid NOT NULL,
	"tag_id" uuid NOT NULL,
	"timeline_at" timestamp(3) with time zone NOT NULL,
	"account_id" uuid NOT NULL,
	"network" text NOT NULL,
	"status" text NOT NULL,
	CONSTRAINT "post_tags_workspace_id_post_id_tag_id_pk" PRIMARY KEY("workspace_id","post_id","tag_id"),
	CONSTRAINT "post_tags_network_check" CHECK ("post_tags"."network" in ('BLUESKY', 'FACEBOOK', 'INSTAGRAM', 'LINKEDIN', 'MASTODON', 'PINTEREST', 'THREADS', 'TIKTOK', 'X', 'YOUTUBE')),
	CONSTRAINT "post_tags_status_check" CHECK ("post_tags"."status" in ('DRAFT', 'NEEDS_APPROVAL', 'SCHEDULED', 'PUBLISHING', 'PUBLISHED', 'FAILED'))
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tags_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "tags_name_key" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
ALTER TABLE "post_tags" ADD CONSTRAINT "post_tags_post_fk" FOREIGN KEY ("workspace_id","timeline_at","post_id","account_id","network","status") REFERENCES "public"."posts"("workspace_id","timeline_at","id","account_id","network","status") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "post_tags" ADD CONSTRAINT "post_tags_workspace_id_tag_id_tags_workspace_id_id_fk" FOREIGN KEY ("workspace_id","tag_id") REFERENCES "public"."tags"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_workspace_id_workspaces_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("workspace_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "post_tags_by_tag" ON "post_tags" USING btree ("workspace_id","tag_id","timeline_at","post_id");--> statement-breakpoint
CREATE INDEX "post_tags_by_tag_status" ON "post_tags" USING btree ("workspace_id","tag_id","status","timeline_at","post_id");--> statement-breakpoint
CREATE INDEX "post_tags_by_tag_account_status" ON "post_tags" USING btree ("workspace_id","tag_id","account_id","status","timeline_at","post_id");--> statement-breakpoint
CREATE INDEX "post_tags_by_tag_network_status" ON "post_tags" USING btree ("workspace_id","tag_id","network","status","timeline_at","post_id");--> statement-breakpoint
CALL protect_tenant_table('tags');
--> statement-breakpoint
CALL protect_tenant_table('post_tags');
