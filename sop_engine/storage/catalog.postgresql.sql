-- What the catalogs of a database say of the schema `public`, as (kind, name, text), and what a role may do there.
WITH app AS (
    SELECT CAST(COALESCE(NULLIF(CAST(? AS text), ''), current_user) AS name) AS role
), ours AS (
    SELECT c.* FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT starts_with(c.relname, 'alembic_')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
)
SELECT 'table', relname::text,
    concat_ws(' ', relkind, relpersistence, CASE WHEN relrowsecurity THEN 'policies' END, CASE WHEN relhasrules THEN 'rules' END)
FROM ours
UNION ALL
SELECT 'column', ours.relname || '.' || a.attname,
    concat_ws(' ', format_type(a.atttypid, a.atttypmod), 'COLLATE ' || l.collname, CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid))
FROM ours
JOIN pg_attribute a ON a.attrelid = ours.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
UNION ALL
SELECT 'constraint', ours.relname || '.' || o.conname, pg_get_constraintdef(o.oid)
FROM ours JOIN pg_constraint o ON o.conrelid = ours.oid AND o.contype <> 'n' -- NOT NULL stands with its column
UNION ALL
SELECT 'index', i.indexrelid::regclass::text,
    pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid AND i.indisready AND i.indislive THEN '' ELSE ' INVALID' END
FROM ours JOIN pg_index i ON i.indrelid = ours.oid
UNION ALL
SELECT 'trigger', t.tgname::text,
    concat_ws(' ', ours.relname, t.tgtype, t.tgenabled, pg_get_expr(t.tgqual, t.tgrelid), array_to_string(p.proconfig, ' '),
        CASE WHEN p.prosecdef THEN 'DEFINER' END, p.prosrc)
FROM ours JOIN pg_trigger t ON t.tgrelid = ours.oid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal OR t.tgenabled <> 'O' -- those of foreign keys count once somebody touched them
UNION ALL
SELECT 'hak peran', ours.relname::text,
    concat_ws(' ',
        CASE WHEN pg_has_role(role, relowner, 'MEMBER') THEN 'OWN' END,
        (SELECT string_agg(word, ' ' ORDER BY word)
         FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) word
         WHERE has_table_privilege(role, ours.oid, word)),
        (SELECT 'UPDATE (' || string_agg(a.attname, ', ' ORDER BY a.attnum) || ')' FROM pg_attribute a
         WHERE a.attrelid = ours.oid AND a.attnum > 0 AND NOT a.attisdropped
           AND NOT has_table_privilege(role, ours.oid, 'UPDATE') AND has_column_privilege(role, ours.oid, a.attnum, 'UPDATE')))
FROM ours, app
UNION ALL
SELECT 'hak peran', 'schema public',
    concat_ws(' ', CASE WHEN has_schema_privilege(role, 'public', 'USAGE') THEN 'USAGE' END,
        CASE WHEN has_schema_privilege(role, 'public', 'CREATE') THEN 'CREATE' END)
FROM app
