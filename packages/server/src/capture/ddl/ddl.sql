-- What `capture setup` puts into a captured database where an event trigger may be made: one function, and the event
-- triggers that call it. It tells of every DDL command by a logical message in the same transaction, and covers new
-- tables before their first row. It never makes a command fail. Statements are parted by lines of "--;".
-- Read at run time; capture/ddl.ts compares the function in the source with this text.
CREATE SCHEMA indelible_capture
--;
CREATE OR REPLACE FUNCTION indelible_capture.on_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $indelible$
DECLARE
  STATEMENT_CHARS CONSTANT int := 8000;
  OBJECTS CONSTANT int := 1000;
  SHAPE_BYTES CONSTANT int := 64000;
  TABLES CONSTANT int := 100;
  -- The same words in every place where a secret may stand behind one.
  SECRET CONSTANT text := '\m\w*(?:passw|passphrase|pwd|secret|token|credential|api_?key|access_?key|private_?key)\w*';
  facts jsonb;
  command text;
  target record;
  object record;
  covering jsonb := '[]';
  uncovered jsonb := '[]';
  shape jsonb;
  full_fits boolean;
  has_rows boolean;
  replication_role CONSTANT text := current_setting('session_replication_role');
BEGIN
  -- These two copy or rebuild what is there, often every minute; nothing of the schema changes.
  IF tg_tag IN ('REFRESH MATERIALIZED VIEW', 'REINDEX') THEN RETURN; END IF;

  -- Passwords go before the text is cut. A literal may end where the text does; one in dollars, or with a backslash before
  -- its end, takes more with it than itself. Too much is taken rather than too little.
  command := left(current_query(), STATEMENT_CHARS * 8);
  -- In an address: scheme://user:password@host.
  command := regexp_replace(command, $re$(\m[a-z][a-z0-9+.-]*://[^\s:/@'"]*:)[^\s'"]*(?:@|$)$re$, '\1[redacted]@', 'gi');
  -- As a literal: PASSWORD 'x', password => 'x', and password=''x'' within another literal.
  command := regexp_replace(command, '((?:' || SECRET || $re$|\mconnection)"?\s*(?::?=>?)?\s*)(?:(?:e|u&)?'(?:[^'\\]|\\.|'')*(?:'|$)|''[^']+(?:''|$)|\$\w*\$.*)$re$,
    $to$\1'[redacted]'$to$, 'gi');
  -- In JSON: "password": "x", also with its quotes behind backslashes.
  command := regexp_replace(command, '("' || SECRET || $re$\\?"\s*:\s*)(?:\\?"(?:[^"\\]|\\.)*(?:"|$)|\[[^]]*(?:\]|$)|\{[^}]*(?:\}|$)|[^]\s"'{}[,]+)$re$,
    '\1"[redacted]"', 'gi');
  -- As a word: password=x in a connection string, but not what only code compares or assigns.
  command := regexp_replace(command, '(' || SECRET || $re$\s*=\s*)(?!>|(?:null|true|false|default)\M|(?:new|old)\.|\w+\()(?:[^\s'"]+|"[^"]*(?:"|$)|\\'(?:[^'\\]|\\[^'])*(?:\\'|'|$))$re$,
    '\1[redacted]', 'gi');
  facts := jsonb_build_object('v', 1, 'event', tg_event, 'tag', tg_tag, 'statement', left(command, STATEMENT_CHARS),
    'cut', length(command) > STATEMENT_CHARS OR length(current_query()) > STATEMENT_CHARS * 8, 'statementChars', length(current_query()), 'sessionRole', session_user,
    'role', CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END,
    'application', left(current_setting('application_name'), 200));

  IF tg_event = 'table_rewrite' THEN
    SELECT n.nspname AS schema, c.relname AS name INTO object FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = pg_event_trigger_table_rewrite_oid() AND c.relpersistence <> 't';
    IF FOUND THEN
      PERFORM pg_logical_emit_message(true, 'indelible.ddl', (facts || jsonb_build_object('type', 'table', 'schema', object.schema, 'name', object.name,
        'reason', pg_event_trigger_table_rewrite_reason()))::text);
    END IF;
    RETURN;
  END IF;

  IF tg_event = 'sql_drop' THEN
    -- Of what a command drops by the way only tables are told.
    FOR object IN SELECT d.object_type, d.schema_name, d.object_name, d.object_identity, d.original, count(*) OVER () AS total
        FROM pg_event_trigger_dropped_objects() WITH ORDINALITY AS d
        WHERE NOT d.is_temporary AND (d.original OR d.object_type IN ('table', 'foreign table')) AND d.object_type <> 'default value'
        ORDER BY d.ordinality LIMIT OBJECTS LOOP
      PERFORM pg_logical_emit_message(true, 'indelible.ddl', (facts || jsonb_build_object('type', object.object_type, 'schema', object.schema_name,
        'name', object.object_name, 'identity', object.object_identity, 'cascaded', NOT object.original, 'objects', object.total))::text);
    END LOOP;
    RETURN;
  END IF;

  -- Tables of this command whose changes would not arrive whole; who sets an identity, as the server does, publishes by himself. A partition that was detached is none of the command's
  -- objects, but it is locked. Each is covered by itself: one that cannot be is left to the server, which looks every ten seconds.
  FOR target IN
      WITH published AS (SELECT p.oid, p.pubname, p.puballtables, to_jsonb(p) ->> 'pubgencols' AS generated FROM pg_publication p WHERE p.pubname LIKE 'indelible\_%'),
      named AS (SELECT o.objid FROM pg_event_trigger_ddl_commands() o WHERE o.classid = 'pg_class'::regclass AND NOT o.in_extension),
      touched AS (
        SELECT objid FROM named
        UNION SELECT t.relid FROM named CROSS JOIN pg_partition_tree(objid) t
        UNION SELECT r.prrelid FROM pg_event_trigger_ddl_commands() o JOIN pg_publication_rel r
          ON (o.classid = 'pg_publication_rel'::regclass AND r.oid = o.objid) OR (o.classid = 'pg_publication'::regclass AND r.prpubid = o.objid)
        UNION SELECT l.relation FROM pg_locks l WHERE tg_tag = 'ALTER TABLE' AND l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.granted)
      SELECT n.nspname AS schema, c.relname AS name, c.relkind, c.relispartition, c.relreplident AS identity,
        -- PostgreSQL 18 refuses an UPDATE where the identity holds a generated column that is not published.
        current_setting('server_version_num')::int >= 180000 AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attgenerated = 'v') AS virtual,
        current_setting('server_version_num')::int >= 180000 AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attgenerated = 's')
          AND EXISTS (SELECT FROM published p WHERE p.generated IS DISTINCT FROM 's')
          -- So does every version where a publication, anybody's, has a list of columns without one of the identity.
          OR EXISTS (SELECT FROM pg_publication_tables t CROSS JOIN pg_attribute a WHERE t.schemaname = n.nspname AND t.tablename = c.relname AND a.attrelid = c.oid
            AND a.attnum > 0 AND NOT a.attisdropped AND (a.attgenerated = '' OR current_setting('server_version_num')::int >= 180000) AND NOT a.attname = ANY (t.attnames)) AS hidden,
        EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p') AS keyed,
        ARRAY(SELECT p.pubname FROM published p WHERE NOT p.puballtables AND EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = c.oid)) AS inside,
        ARRAY(SELECT p.pubname FROM published p WHERE NOT p.puballtables AND NOT EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = c.oid)) AS outside
      FROM touched t JOIN pg_class c ON c.oid = t.objid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND EXISTS (SELECT FROM published) AND current_query() !~ '^ALTER TABLE [^;]* REPLICA IDENTITY (FULL|DEFAULT)$'
        AND n.nspname NOT IN ('information_schema', 'indelible', 'indelible_capture') AND n.nspname NOT LIKE 'pg\_%'
        AND NOT (to_regclass('indelible.trail') IS NOT NULL AND (n.nspname = 'auth' OR (n.nspname = 'public' AND c.relname = 'indelible_migration')))
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') LOOP
    BEGIN
      full_fits := NOT target.virtual AND NOT target.hidden;
      CONTINUE WHEN full_fits AND target.identity = 'f' AND (target.relispartition OR cardinality(target.outside) = 0);
      -- Event triggers do not fire in this mode: these commands are ours.
      PERFORM set_config('session_replication_role', 'replica', true);
      IF full_fits AND target.identity <> 'f' THEN
        EXECUTE format('ALTER TABLE %I.%I REPLICA IDENTITY FULL', target.schema, target.name);
      ELSIF NOT full_fits AND target.identity = 'f' THEN
        EXECUTE format('ALTER TABLE %I.%I REPLICA IDENTITY DEFAULT', target.schema, target.name);
      END IF;
      IF NOT full_fits AND NOT target.keyed THEN
        FOR i IN 1 .. cardinality(target.inside) LOOP
          EXECUTE format('ALTER PUBLICATION %I DROP TABLE %I.%I', target.inside[i], target.schema, target.name);
        END LOOP;
        uncovered := uncovered || jsonb_build_object('table', target.schema || '.' || target.name, 'why', 'a generated column and no primary key');
      ELSIF NOT target.relispartition AND cardinality(target.outside) > 0 THEN
        FOR i IN 1 .. cardinality(target.outside) LOOP
          EXECUTE format('ALTER PUBLICATION %I ADD TABLE %s %I.%I', target.outside[i], CASE target.relkind WHEN 'r' THEN 'ONLY' ELSE '' END, target.schema, target.name);
        END LOOP;
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', target.schema, target.name) INTO has_rows;
        IF jsonb_array_length(covering) < TABLES THEN
          covering := covering || jsonb_build_object('table', target.schema || '.' || target.name, 'rowsBefore', has_rows);
        END IF;
      END IF;
      PERFORM set_config('session_replication_role', replication_role, true);
    EXCEPTION WHEN OTHERS THEN
      IF jsonb_array_length(uncovered) < TABLES THEN
        uncovered := uncovered || jsonb_build_object('table', target.schema || '.' || target.name, 'why', left(sqlerrm, 200));
      END IF;
      -- Somebody holds the lock that the others need too; the command waits for it once.
      EXIT WHEN sqlstate = '55P03';
    END;
  END LOOP;
  facts := facts || CASE covering WHEN '[]' THEN '{}' ELSE jsonb_build_object('covered', covering) END || CASE uncovered WHEN '[]' THEN '{}' ELSE jsonb_build_object('uncovered', uncovered) END;

  -- A command that makes a table tells of the table, and not of its sequence, index and references too; an extension tells of itself.
  FOR object IN SELECT o.command_tag, o.object_type, o.schema_name, c.relname, o.object_identity, CASE o.classid WHEN 'pg_class'::regclass THEN o.objid END AS relation,
        count(*) OVER () AS total
      FROM pg_event_trigger_ddl_commands() WITH ORDINALITY AS o LEFT JOIN pg_class c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid AND o.objsubid = 0
      WHERE NOT o.in_extension AND o.schema_name IS DISTINCT FROM 'pg_temp' AND (o.command_tag = tg_tag OR (o.object_type NOT IN ('sequence', 'index') AND o.command_tag NOT LIKE 'ALTER%'))
      ORDER BY o.ordinality LIMIT OBJECTS LOOP
    -- What its rows mean from now on: who reads them may find the table altered again, or gone.
    SELECT jsonb_build_object('oid', c.oid::int8, 'schema', n.nspname, 'name', c.relname, 'partitioned', c.relkind = 'p',
        'root', CASE WHEN c.relispartition THEN (SELECT a.relid FROM pg_partition_ancestors(c.oid) WITH ORDINALITY AS a(relid, nr) ORDER BY nr DESC LIMIT 1)::oid::int8 END,
        'columns', (SELECT coalesce(jsonb_agg(jsonb_build_array(a.attnum, a.attname, a.atttypid::int8, a.attnotnull, a.attgenerated) ORDER BY a.attnum), '[]')
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        'primaryKey', (SELECT coalesce(jsonb_agg(a.attname ORDER BY k.nr), '[]') FROM pg_constraint x CROSS JOIN unnest(x.conkey) WITH ORDINALITY AS k(num, nr)
          JOIN pg_attribute a ON a.attrelid = x.conrelid AND a.attnum = k.num WHERE x.conrelid = c.oid AND x.contype = 'p'),
        'foreignKeys', (SELECT coalesce(jsonb_agg(jsonb_build_object('target', x.confrelid::int8,
            'columns', (SELECT jsonb_agg(a.attname ORDER BY k.nr) FROM unnest(x.conkey) WITH ORDINALITY AS k(num, nr) JOIN pg_attribute a ON a.attrelid = x.conrelid AND a.attnum = k.num),
            'targetColumns', (SELECT jsonb_agg(a.attname ORDER BY k.nr) FROM unnest(x.confkey) WITH ORDINALITY AS k(num, nr) JOIN pg_attribute a ON a.attrelid = x.confrelid AND a.attnum = k.num)
          ) ORDER BY x.conkey, x.conname), '[]') FROM pg_constraint x WHERE x.conrelid = c.oid AND x.contype = 'f' AND x.conparentid = 0)) INTO shape
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = object.relation AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p';
    PERFORM pg_logical_emit_message(true, 'indelible.ddl', (facts || jsonb_build_object('tag', object.command_tag, 'type', object.object_type,
      'schema', object.schema_name, 'name', object.relname, 'identity', object.object_identity, 'objects', object.total)
      || CASE WHEN octet_length(shape::text) < SHAPE_BYTES THEN jsonb_build_object('shape', shape) ELSE '{}' END)::text);
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  -- The command goes on, and the trail is told that there is one it knows nothing of.
  BEGIN
    PERFORM pg_logical_emit_message(true, 'indelible.ddl', jsonb_build_object('v', 1, 'event', tg_event, 'tag', tg_tag, 'lost', left(sqlerrm, 500))::text);
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'indelible did not record this command: %', sqlerrm;
  END;
END
$indelible$
--;
CREATE EVENT TRIGGER indelible_ddl_command_end ON ddl_command_end EXECUTE FUNCTION indelible_capture.on_ddl()
--;
CREATE EVENT TRIGGER indelible_sql_drop ON sql_drop EXECUTE FUNCTION indelible_capture.on_ddl()
--;
CREATE EVENT TRIGGER indelible_table_rewrite ON table_rewrite EXECUTE FUNCTION indelible_capture.on_ddl()
