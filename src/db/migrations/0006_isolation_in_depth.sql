-- Functions are open to everybody unless told otherwise: from here on they are not. First, because
-- `REVOKE … ON ALL ROUTINES IN SCHEMA` fails on what an extension has put into the schema.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
--> statement-breakpoint
-- A row belongs to the workspace of the transaction, and stays there. Row-level security below says the
-- same; this says it with words, also to those who bypass row-level security, and fills it in.
CREATE FUNCTION fill_workspace_id() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.workspace_id IS NULL THEN
    NEW.workspace_id := public.current_workspace_id();
  ELSIF public.current_workspace_id() IS NOT NULL THEN
    RAISE EXCEPTION 'a row of % may not be put into another workspace', TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE FUNCTION keep_workspace_id() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'a row of % may not be moved into another workspace', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END;
$$;
--> statement-breakpoint
DROP PROCEDURE protect_tenant_table(regclass);
--> statement-breakpoint
-- One line brings a tenant table under isolation: `CALL protect_tenant_table('name');`
-- Policy, triggers and grants; to be called again for a new partition, and for a new column of a table
-- with secrets (columns whose names end in `hash`), which the server's role may write and not read.
-- The sub-select makes the policy's function run once a statement, not once a row.
CREATE PROCEDURE protect_tenant_table(
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
CALL protect_tenant_table('workspaces', 'SELECT, UPDATE');
--> statement-breakpoint
-- A member who leaves stays as the author of what they wrote.
CALL protect_tenant_table('members', 'SELECT, INSERT, UPDATE');
--> statement-breakpoint
CALL protect_tenant_table('accounts');
--> statement-breakpoint
CALL protect_tenant_table('posts');
--> statement-breakpoint
CALL protect_tenant_table('post_metrics');
--> statement-breakpoint
CALL protect_tenant_table('media');
--> statement-breakpoint
CALL protect_tenant_table('contacts');
--> statement-breakpoint
CALL protect_tenant_table('comments');
--> statement-breakpoint
CALL protect_tenant_table('tags');
--> statement-breakpoint
CALL protect_tenant_table('post_tags');
--> statement-breakpoint
-- Revoked rather than deleted.
CALL protect_tenant_table('api_keys', 'SELECT, INSERT, UPDATE');
--> statement-breakpoint
CALL protect_tenant_table('invitations', 'SELECT, INSERT, UPDATE');
--> statement-breakpoint
CALL protect_tenant_table('idempotency_records');
--> statement-breakpoint
-- Added and read, and never changed.
CALL protect_tenant_table('audit_log_entries', 'SELECT, INSERT');
--> statement-breakpoint
-- Functions that do what their caller may not. Each has a fixed search_path and returns the least.
-- The first two see one workspace like everybody, but compare what nobody may read.
CREATE FUNCTION find_api_key(wanted_hash text)
RETURNS TABLE (
  id uuid, name text, role text, scopes text[], last_used_at timestamptz,
  max_depth integer, max_complexity integer, max_nodes integer, rate_limit_points integer,
  show_cost boolean, trusted_documents_only boolean
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT id, name, role, scopes, last_used_at,
         max_depth, max_complexity, max_nodes, rate_limit_points, show_cost, trusted_documents_only
  FROM api_keys
  WHERE workspace_id = current_workspace_id() AND hash = wanted_hash AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > now())
$$;
--> statement-breakpoint
CREATE FUNCTION find_invitation(wanted_hash text)
RETURNS TABLE (
  id uuid, email text, role text, expires_at timestamptz, accepted_at timestamptz, revoked_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT id, email, role, expires_at, accepted_at, revoked_at
  FROM invitations
  WHERE workspace_id = current_workspace_id() AND token_hash = wanted_hash
$$;
--> statement-breakpoint
-- The only one that sees several workspaces: those of one person, each read within itself.
CREATE FUNCTION identity.find_memberships(person uuid)
RETURNS TABLE (workspace_id uuid, workspace_name text, member_id uuid, role text, display_name text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  membership identity.memberships;
  outer_workspace text := coalesce(current_setting('app.workspace_id', true), '');
BEGIN
  FOR membership IN
    SELECT * FROM identity.memberships AS known WHERE known.user_id = person ORDER BY known.member_id
  LOOP
    PERFORM set_config('app.workspace_id', membership.workspace_id::text, true);
    RETURN QUERY
      SELECT members.workspace_id, workspaces.name, members.id, members.role, members.display_name
      FROM members JOIN workspaces USING (workspace_id)
      WHERE members.workspace_id = membership.workspace_id AND members.id = membership.member_id
        AND members.user_id = person AND members.removed_at IS NULL;
  END LOOP;
  PERFORM set_config('app.workspace_id', outer_workspace, true);
END;
$$;
--> statement-breakpoint
CREATE FUNCTION note_membership() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM identity.memberships
    WHERE workspace_id = OLD.workspace_id AND member_id = OLD.id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.user_id IS NOT NULL AND NEW.removed_at IS NULL THEN
    INSERT INTO identity.memberships (user_id, workspace_id, member_id)
    VALUES (NEW.user_id, NEW.workspace_id, NEW.id);
  END IF;
  RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER note_membership
AFTER INSERT OR DELETE OR UPDATE OF user_id, removed_at ON members
FOR EACH ROW EXECUTE FUNCTION note_membership();
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_api_key(text), find_invitation(text) TO socialhub_app;
--> statement-breakpoint
-- People, sessions and passwords have a role of their own, which sees no workspace.
GRANT USAGE ON SCHEMA identity TO socialhub_identity;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE
ON identity.users, identity.sessions, identity.credentials, identity.verifications
TO socialhub_identity;
--> statement-breakpoint
GRANT SELECT, INSERT ON identity.secrets TO socialhub_identity;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION identity.find_memberships(uuid) TO socialhub_identity;
