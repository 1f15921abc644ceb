-- The workspace of the transaction, set by `SET LOCAL app.workspace_id`.
-- After a transaction that set it the setting reads '' rather than NULL: hence nullif.
CREATE FUNCTION current_workspace_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(pg_catalog.current_setting('app.workspace_id', true), '')::uuid;
--> statement-breakpoint
-- One line brings a tenant table under isolation: `CALL protect_tenant_table('name');`
-- The sub-select makes the policy's function run once a statement, not once a row.
CREATE PROCEDURE protect_tenant_table(tenant_table regclass)
LANGUAGE plpgsql
SET search_path = pg_catalog, public
AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format(
    'CREATE POLICY workspace_isolation ON %s FOR ALL TO PUBLIC '
    'USING (workspace_id = (SELECT public.current_workspace_id())) '
    'WITH CHECK (workspace_id = (SELECT public.current_workspace_id()))',
    tenant_table
  );
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO socialhub_app', tenant_table);
END;
$$;
--> statement-breakpoint
REVOKE ALL ON PROCEDURE protect_tenant_table(regclass) FROM PUBLIC;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO socialhub_app;
