CREATE TABLE "post_terms" (
	"workspace_id" uuid NOT NULL,
	"term" text NOT NULL,
	"timeline_at" timestamp(3) with time zone NOT NULL,
	"post_id" uuid NOT NULL,
	CONSTRAINT "post_terms_workspace_id_term_timeline_at_post_id_pk" PRIMARY KEY("workspace_id","term","timeline_at","post_id")
);
--> statement-breakpoint
-- The words of a text: what stands between separators, in lower case, each once. Separators are given by
-- their code points, so that a text has the same words under every locale; src/loaders/words.ts says the
-- same for what is searched for. Of a word the first 40 characters count, of a text the first 1,000 words.
CREATE FUNCTION words_of(content text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
AS $$
  SELECT DISTINCT lower(left(word, 40))
  FROM (
    SELECT word FROM regexp_split_to_table(
      normalize(content, NFKC),
      '[\u0001-/:-@\[-`{-\u00A9\u00AB-\u00B4\u00B6-\u00B9\u00BB-\u00BF\u00D7\u00F7\u055A-\u055F\u0589\u058A\u05BE\u05C0\u05C3\u060C\u061B\u061F\u06D4\u0964\u0965\u104A\u104B\u1361-\u1368\u17D4-\u17D6\u2000-\u2BFF\u2E00-\u2E7F\u3000-\u3004\u3008-\u3020\u3030\u30FB\uE000-\uF8FF\uFE00-\uFE6F\uFEFF\uFFF0-\uFFFF\U0001F000-\U0001FAFF]+'
    ) AS word LIMIT 1001
  ) AS words
  WHERE word <> ''
$$;
--> statement-breakpoint
-- Keeps post_terms in step with posts, whoever writes them, a statement at a time and with the rights of
-- whoever does. Of a post that goes the terms are found by its words: a foreign key would ask for each term,
-- and need an index by post that is as large as the key.
CREATE FUNCTION note_post_terms() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
-- Its plans are kept: what is best for an import must not be what a single post gets.
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    -- In the order of the key, which touches half as many pages.
    INSERT INTO post_terms (workspace_id, term, timeline_at, post_id)
    SELECT workspace_id, term, timeline_at, id FROM new_posts, words_of(body) AS term
    ORDER BY 1, 2, 3, 4;
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM post_terms USING (
      SELECT workspace_id, term, timeline_at, id FROM old_posts, words_of(body) AS term) AS gone
    WHERE post_terms.workspace_id = gone.workspace_id AND post_terms.term = gone.term
      AND post_terms.timeline_at = gone.timeline_at AND post_terms.post_id = gone.id;
  ELSE
    DELETE FROM post_terms USING (
      SELECT workspace_id, term, timeline_at, id FROM (
        SELECT workspace_id, timeline_at, id, body FROM old_posts
        EXCEPT SELECT workspace_id, timeline_at, id, body FROM new_posts) AS before, words_of(body) AS term) AS gone
    WHERE post_terms.workspace_id = gone.workspace_id AND post_terms.term = gone.term
      AND post_terms.timeline_at = gone.timeline_at AND post_terms.post_id = gone.id;
    INSERT INTO post_terms (workspace_id, term, timeline_at, post_id)
    SELECT workspace_id, term, timeline_at, id FROM (
      SELECT workspace_id, timeline_at, id, body FROM new_posts
      EXCEPT SELECT workspace_id, timeline_at, id, body FROM old_posts) AS now, words_of(body) AS term
    ORDER BY 1, 2, 3, 4;
  END IF;
  RETURN NULL;
END;
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION words_of(text) TO socialhub_app;
--> statement-breakpoint
CREATE TRIGGER note_terms_of_new AFTER INSERT ON posts
REFERENCING NEW TABLE AS new_posts
FOR EACH STATEMENT EXECUTE FUNCTION note_post_terms();
--> statement-breakpoint
CREATE TRIGGER note_terms_of_changed AFTER UPDATE ON posts
REFERENCING OLD TABLE AS old_posts NEW TABLE AS new_posts
FOR EACH STATEMENT EXECUTE FUNCTION note_post_terms();
--> statement-breakpoint
CREATE TRIGGER note_terms_of_gone AFTER DELETE ON posts
REFERENCING OLD TABLE AS old_posts
FOR EACH STATEMENT EXECUTE FUNCTION note_post_terms();
--> statement-breakpoint
-- What is there already, of all workspaces: only without FORCE does the owner see more than one.
ALTER TABLE posts NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
INSERT INTO post_terms (workspace_id, term, timeline_at, post_id)
SELECT workspace_id, term, timeline_at, id FROM posts, words_of(body) AS term
ORDER BY 1, 2, 3, 4;
--> statement-breakpoint
ALTER TABLE posts FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CALL protect_tenant_table('post_terms', 'SELECT, INSERT, DELETE');
--> statement-breakpoint
ANALYZE post_terms;
