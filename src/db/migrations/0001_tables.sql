CREATE TABLE "accounts" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"network" text NOT NULL,
	"handle" text NOT NULL,
	"display_name" text NOT NULL,
	"avatar_url" text,
	"follower_count" bigint DEFAULT 0 NOT NULL,
	"health" text DEFAULT 'HEALTHY' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "accounts_external_id_key" UNIQUE("workspace_id","external_id"),
	CONSTRAINT "accounts_network_key" UNIQUE("workspace_id","id","network"),
	CONSTRAINT "accounts_network_check" CHECK ("accounts"."network" in ('BLUESKY', 'FACEBOOK', 'INSTAGRAM', 'LINKEDIN', 'MASTODON', 'PINTEREST', 'THREADS', 'TIKTOK', 'X', 'YOUTUBE')),
	CONSTRAINT "accounts_health_check" CHECK ("accounts"."health" in ('HEALTHY', 'EXPIRING', 'DISCONNECTED'))
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"scopes" text[] NOT NULL,
	"hash" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "api_keys_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "api_keys_hash_key" UNIQUE("workspace_id","hash"),
	CONSTRAINT "api_keys_role_check" CHECK ("api_keys"."role" in ('OWNER', 'ADMIN', 'EDITOR', 'VIEWER'))
);
--> statement-breakpoint
CREATE TABLE "comments" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"account_id" uuid NOT NULL,
	"post_id" uuid NOT NULL,
	"parent_id" uuid,
	"starts_thread" boolean GENERATED ALWAYS AS ((parent_id is null)) STORED NOT NULL,
	"contact_id" uuid NOT NULL,
	"status" text DEFAULT 'NEW' NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "comments_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "comments_external_id_key" UNIQUE("workspace_id","external_id"),
	CONSTRAINT "comments_status_check" CHECK ("comments"."status" in ('NEW', 'READ', 'ANSWERED', 'HIDDEN'))
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"network" text NOT NULL,
	"handle" text NOT NULL,
	"display_name" text NOT NULL,
	"avatar_url" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "contacts_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "contacts_external_id_key" UNIQUE("workspace_id","external_id"),
	CONSTRAINT "contacts_network_check" CHECK ("contacts"."network" in ('BLUESKY', 'FACEBOOK', 'INSTAGRAM', 'LINKEDIN', 'MASTODON', 'PINTEREST', 'THREADS', 'TIKTOK', 'X', 'YOUTUBE'))
);
--> statement-breakpoint
CREATE TABLE "media" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"post_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"url" text NOT NULL,
	"alt_text" text,
	"width" integer,
	"height" integer,
	CONSTRAINT "media_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "media_position_key" UNIQUE("workspace_id","post_id","position","id"),
	CONSTRAINT "media_kind_check" CHECK ("media"."kind" in ('IMAGE', 'VIDEO', 'GIF'))
);
--> statement-breakpoint
CREATE TABLE "members" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"email" text NOT NULL,
	"display_name" text NOT NULL,
	"avatar_url" text,
	"role" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "members_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "members_email_key" UNIQUE("workspace_id","email"),
	CONSTRAINT "members_role_check" CHECK ("members"."role" in ('OWNER', 'ADMIN', 'EDITOR', 'VIEWER'))
);
--> statement-breakpoint
CREATE TABLE "post_metrics" (
	"workspace_id" uuid NOT NULL,
	"post_id" uuid NOT NULL,
	"impressions" bigint DEFAULT 0 NOT NULL,
	"reach" bigint DEFAULT 0 NOT NULL,
	"likes" bigint DEFAULT 0 NOT NULL,
	"comments" bigint DEFAULT 0 NOT NULL,
	"shares" bigint DEFAULT 0 NOT NULL,
	"clicks" bigint DEFAULT 0 NOT NULL,
	"saves" bigint DEFAULT 0 NOT NULL,
	"video_views" bigint DEFAULT 0 NOT NULL,
	"captured_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "post_metrics_workspace_id_post_id_pk" PRIMARY KEY("workspace_id","post_id")
);
--> statement-breakpoint
CREATE TABLE "posts" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"account_id" uuid NOT NULL,
	"network" text NOT NULL,
	"author_id" uuid,
	"status" text NOT NULL,
	"body" text NOT NULL,
	"link" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"scheduled_at" timestamp(3) with time zone,
	"published_at" timestamp(3) with time zone,
	"timeline_at" timestamp(3) with time zone GENERATED ALWAYS AS (coalesce(published_at, scheduled_at, created_at)) STORED NOT NULL,
	CONSTRAINT "posts_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "posts_external_id_key" UNIQUE("workspace_id","external_id"),
	CONSTRAINT "posts_timeline_key" UNIQUE("workspace_id","timeline_at","id","account_id","network","status"),
	CONSTRAINT "posts_network_check" CHECK ("posts"."network" in ('BLUESKY', 'FACEBOOK', 'INSTAGRAM', 'LINKEDIN', 'MASTODON', 'PINTEREST', 'THREADS', 'TIKTOK', 'X', 'YOUTUBE')),
	CONSTRAINT "posts_status_check" CHECK ("posts"."status" in ('DRAFT', 'NEEDS_APPROVAL', 'SCHEDULED', 'PUBLISHING', 'PUBLISHED', 'FAILED')),
	CONSTRAINT "posts_published_check" CHECK (("posts"."status" = 'PUBLISHED') = ("posts"."published_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "workspaces_workspace_id_pk" PRIMARY KEY("workspace_id")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_workspace_id_workspaces_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("workspace_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_workspaces_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("workspace_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_workspace_id_account_id_accounts_workspace_id_id_fk" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_workspace_id_post_id_posts_workspace_id_id_fk" FOREIGN KEY ("workspace_id","post_id") REFERENCES "public"."posts"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_workspace_id_parent_id_comments_workspace_id_id_fk" FOREIGN KEY ("workspace_id","parent_id") REFERENCES "public"."comments"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_workspace_id_contact_id_contacts_workspace_id_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contacts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_workspace_id_workspaces_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("workspace_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_workspace_id_post_id_posts_workspace_id_id_fk" FOREIGN KEY ("workspace_id","post_id") REFERENCES "public"."posts"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_workspace_id_workspaces_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("workspace_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "post_metrics" ADD CONSTRAINT "post_metrics_workspace_id_post_id_posts_workspace_id_id_fk" FOREIGN KEY ("workspace_id","post_id") REFERENCES "public"."posts"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_account_fk" FOREIGN KEY ("workspace_id","account_id","network") REFERENCES "public"."accounts"("workspace_id","id","network") ON DELETE no action ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_workspace_id_author_id_members_workspace_id_id_fk" FOREIGN KEY ("workspace_id","author_id") REFERENCES "public"."members"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "accounts_by_creation" ON "accounts" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "accounts_by_name" ON "accounts" USING btree ("workspace_id","display_name","id");--> statement-breakpoint
CREATE INDEX "accounts_by_followers" ON "accounts" USING btree ("workspace_id","follower_count","id");--> statement-breakpoint
CREATE INDEX "accounts_by_network_health" ON "accounts" USING btree ("workspace_id","network","health","created_at","id");--> statement-breakpoint
CREATE INDEX "accounts_by_network_health_name" ON "accounts" USING btree ("workspace_id","network","health","display_name","id");--> statement-breakpoint
CREATE INDEX "accounts_by_network_health_followers" ON "accounts" USING btree ("workspace_id","network","health","follower_count","id");--> statement-breakpoint
CREATE INDEX "comments_by_creation" ON "comments" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "comments_by_post" ON "comments" USING btree ("workspace_id","post_id","created_at","id");--> statement-breakpoint
CREATE INDEX "comments_by_parent" ON "comments" USING btree ("workspace_id","parent_id","created_at","id") WHERE "comments"."parent_id" is not null;--> statement-breakpoint
CREATE INDEX "comments_by_post_status_thread" ON "comments" USING btree ("workspace_id","post_id","status","starts_thread","created_at","id");--> statement-breakpoint
CREATE INDEX "comments_by_account" ON "comments" USING btree ("workspace_id","account_id","created_at","id");--> statement-breakpoint
CREATE INDEX "comments_by_account_status_thread" ON "comments" USING btree ("workspace_id","account_id","status","starts_thread","created_at","id");--> statement-breakpoint
CREATE INDEX "comments_by_status_thread" ON "comments" USING btree ("workspace_id","status","starts_thread","created_at","id");--> statement-breakpoint
CREATE INDEX "comments_by_contact" ON "comments" USING btree ("workspace_id","contact_id","created_at","id");--> statement-breakpoint
CREATE INDEX "comments_by_contact_status_thread" ON "comments" USING btree ("workspace_id","contact_id","status","starts_thread","created_at","id");--> statement-breakpoint
CREATE INDEX "contacts_by_creation" ON "contacts" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "contacts_by_network" ON "contacts" USING btree ("workspace_id","network","created_at","id");--> statement-breakpoint
CREATE INDEX "members_by_creation" ON "members" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "posts_by_account" ON "posts" USING btree ("workspace_id","account_id","timeline_at","id");--> statement-breakpoint
CREATE INDEX "posts_by_status" ON "posts" USING btree ("workspace_id","status","timeline_at","id");--> statement-breakpoint
CREATE INDEX "posts_by_account_status" ON "posts" USING btree ("workspace_id","account_id","status","timeline_at","id");--> statement-breakpoint
CREATE INDEX "posts_by_network_status" ON "posts" USING btree ("workspace_id","network","status","timeline_at","id");--> statement-breakpoint
CREATE INDEX "posts_by_author" ON "posts" USING btree ("workspace_id","author_id","timeline_at","id");--> statement-breakpoint
CREATE INDEX "posts_by_author_status" ON "posts" USING btree ("workspace_id","author_id","status","timeline_at","id");--> statement-breakpoint
-- Most posts have few comments and some have thousands. By its statistics PostgreSQL would expect few
-- below any parent, and then filter them instead of reading the index that has all the conditions:
-- without statistics it plans for many.
ALTER TABLE "comments" ALTER COLUMN "post_id" SET STATISTICS 0, ALTER COLUMN "contact_id" SET STATISTICS 0;
