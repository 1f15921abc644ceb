DROP INDEX "members_by_creation";--> statement-breakpoint
CREATE INDEX "audit_log_entries_by_actor_action" ON "audit_log_entries" USING btree ("workspace_id","actor_id","action","created_at","id");--> statement-breakpoint
CREATE INDEX "members_by_creation" ON "members" USING btree ("workspace_id","created_at","id") WHERE "members"."removed_at" is null;