-- Plans are made for large workspaces.
-- One line brings a tenant table under isolation: `CALL protect_tenant_table('name');`
-- Policy, triggers and grants; to be called again for a new partition, and for a new column of a table
-- with secrets (columns whose names end in `hash`), which the server's role may write and not read.
-- PostgreSQL is told that there are four workspaces: it plans a statement once, for all of them, and where most
-- are small it would plan to read a whole workspace instead of a range of an index. That plan is the right one
-- for a small workspace by a hair, and for a large one wrong by a thousand times.
-- The sub-select makes the policy's function run once a statement, not once a row.
CREATE OR REPLACE PROCEDURE protect_tenant_table(
  tenant_table regclass,
  privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE'
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  part regclass;
  readable text;
  has_secrets boolean;
BEGIN
  IF (SELECT relispartition FROM pg_class WHERE oid = tenant_table) THEN
    RAISE EXCEPTION '% is a partition: protect the table that it belongs to', tenant_table;
  END IF;

  -- A partitioned table and its partitions, or the table alone.
  FOR part IN
    SELECT tenant_table UNION SELECT relid FROM pg_partition_tree(tenant_table)
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('DROP POLICY IF EXISTS workspace_isolation ON %s', part);
    EXECUTE format(
      'CREATE POLICY workspace_isolation ON %s FOR ALL TO PUBLIC '
      'USING (workspace_id = (SELECT public.current_workspace_id())) '
      'WITH CHECK (workspace_id = (SELECT public.current_workspace_id()))',
      part
    );
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, socialhub_app, socialhub_identity', part);
    EXECUTE format('ALTER TABLE %s ALTER COLUMN workspace_id SET (n_distinct = 4)', part);
  END LOOP;

  -- Of a partitioned table they are those of its partitions too.
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER fill_workspace_id BEFORE INSERT ON %s FOR EACH ROW '
    'WHEN (NEW.workspace_id IS DISTINCT FROM public.current_workspace_id()) '
    'EXECUTE FUNCTION public.fill_workspace_id()',
    tenant_table
  );
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER keep_workspace_id BEFORE UPDATE ON %s FOR EACH ROW '
    'WHEN (NEW.workspace_id IS DISTINCT FROM OLD.workspace_id) '
    'EXECUTE FUNCTION public.keep_workspace_id()',
    tenant_table
  );

  SELECT string_agg(quote_ident(attname), ', ') FILTER (WHERE attname !~ '(^|_)hash$'),
         bool_or(attname ~ '(^|_)hash$')
    INTO readable, has_secrets
    FROM pg_attribute WHERE attrelid = tenant_table AND attnum > 0 AND NOT attisdropped;
  IF has_secrets THEN
    privileges := regexp_replace(privileges, 'SELECT', format('SELECT (%s)', readable));
  END IF;
  EXECUTE format('GRANT %s ON %s TO socialhub_app', privileges, tenant_table);
END;
$$;
--> statement-breakpoint
DO $$
DECLARE
  tenant_table regclass;
BEGIN
  FOR tenant_table IN
    SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relrowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN workspace_id SET (n_distinct = 4)', tenant_table);
    -- It holds from the next analysis on.
    EXECUTE format('ANALYZE %s', tenant_table);
  END LOOP;
END;
$$;
