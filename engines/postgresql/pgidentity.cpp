// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgidentity.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace salvor {

namespace {

// Of views and rules xmin stands for their text, which may be long. Of a role only its name matters, as
// rights are written by it, and only of those that have any here. A text's place in the statement that made
// it is nothing of the object.
constexpr const char* kIdentities = R"sql(
WITH member AS MATERIALIZED (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'),
home AS MATERIALIZED (SELECT oid, nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^(pg_|_timescaledb_)' AND nspname <> 'information_schema'),
rel AS MATERIALIZED (
  SELECT c.oid, c.relname, c.relnamespace, c.relkind, c.reloptions, h.nspname, pg_catalog.format('%I.%I', h.nspname, c.relname) AS label
    FROM pg_catalog.pg_class c JOIN home h ON h.oid = c.relnamespace
   WHERE c.relpersistence <> 't' AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND m.objid = c.oid)
     AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid AND c.relkind = 'i' AND NOT i.indisvalid)),
seen (kind, class, oid, identity, label) AS (
  SELECT 'schema', 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, nspname::text, pg_catalog.quote_ident(nspname) FROM home
  UNION ALL
  SELECT CASE r.relkind WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                        WHEN 'c' THEN 'type' WHEN 'f' THEN 'foreign table' ELSE 'table' END, 'pg_catalog.pg_class'::pg_catalog.regclass, r.oid,
         ROW(r.relname, r.relnamespace, r.relkind, CASE WHEN r.relkind IN ('i', 'I') THEN r.reloptions END,
             (SELECT pg_catalog.string_agg(ROW(a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation)::text, ',' ORDER BY a.attnum)
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 AND r.relkind <> 'S'))::text, r.label
    FROM rel r
  UNION ALL
  SELECT 'function', 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid,
         ROW(p.proname, p.pronamespace, p.prokind, p.proargtypes, p.proallargtypes, p.proargmodes, p.proargnames,
             pg_catalog.regexp_replace(p.proargdefaults::text, ':location -?[0-9]+', '', 'g'), p.prorettype, p.proretset,
             pg_catalog.regexp_replace(p.prosqlbody::text, ':location -?[0-9]+', '', 'g'), p.protrftypes)::text, pg_catalog.format('%I.%I', h.nspname, p.proname)
    FROM pg_catalog.pg_proc p JOIN home h ON h.oid = p.pronamespace
  UNION ALL
  SELECT 'type', 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, ROW(t.typname, t.typnamespace, t.typtype)::text, pg_catalog.format('%I.%I', h.nspname, t.typname)
    FROM pg_catalog.pg_type t JOIN home h ON h.oid = t.typnamespace WHERE t.typtype IN ('b', 'd', 'e', 'r', 'm') AND t.typelem = 0
  UNION ALL
  SELECT 'constraint', 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid,
         ROW(k.conname, k.contype, k.condeferrable, k.condeferred, k.convalidated, k.conrelid, k.contypid, k.confrelid, k.confupdtype, k.confdeltype,
             k.confmatchtype, k.conkey, k.confkey, k.conbin)::text, pg_catalog.quote_ident(k.conname) || coalesce(' of ' || r.label, ' of a domain')
    FROM pg_catalog.pg_constraint k JOIN home h ON h.oid = k.connamespace LEFT JOIN rel r ON r.oid = k.conrelid
   WHERE (k.conrelid = 0 OR r.oid IS NOT NULL) AND (k.confrelid = 0 OR k.conparentid = 0 OR k.confrelid IN (SELECT oid FROM rel))
  UNION ALL
  SELECT 'trigger', 'pg_catalog.pg_trigger'::pg_catalog.regclass, t.oid,
         ROW(t.tgname, t.tgrelid, t.tgfoid, t.tgtype, t.tgconstrrelid, t.tgdeferrable, t.tginitdeferred, t.tgattr, t.tgargs, t.tgqual, t.tgoldtable,
             t.tgnewtable)::text, pg_catalog.quote_ident(t.tgname) || ' of ' || r.label
    FROM pg_catalog.pg_trigger t JOIN rel r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
  UNION ALL
  SELECT CASE WHEN w.rulename = '_RETURN' THEN 'view' ELSE 'rule' END, 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid, ROW(w.rulename, w.xmin)::text,
         CASE WHEN w.rulename = '_RETURN' THEN '' ELSE pg_catalog.quote_ident(w.rulename) || ' of ' END || r.label
    FROM pg_catalog.pg_rewrite w JOIN rel r ON r.oid = w.ev_class
  UNION ALL
  SELECT 'statistics object', 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid,
         ROW(s.stxname, s.stxnamespace, s.stxrelid, s.stxkeys, s.stxkind, s.stxexprs)::text, pg_catalog.format('%I.%I', h.nspname, s.stxname)
    FROM pg_catalog.pg_statistic_ext s JOIN home h ON h.oid = s.stxnamespace JOIN rel r ON r.oid = s.stxrelid
  UNION ALL
  SELECT n.kind, n.class, n.oid, ROW(n.name, n.namespace)::text, pg_catalog.format('%I.%I', h.nspname, n.name)
    FROM (SELECT 'operator', 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, oprname, oprnamespace FROM pg_catalog.pg_operator
          UNION ALL SELECT 'operator class', 'pg_catalog.pg_opclass'::pg_catalog.regclass, oid, opcname, opcnamespace FROM pg_catalog.pg_opclass
          UNION ALL SELECT 'operator family', 'pg_catalog.pg_opfamily'::pg_catalog.regclass, oid, opfname, opfnamespace FROM pg_catalog.pg_opfamily
          UNION ALL SELECT 'collation', 'pg_catalog.pg_collation'::pg_catalog.regclass, oid, collname, collnamespace FROM pg_catalog.pg_collation
          UNION ALL SELECT 'conversion', 'pg_catalog.pg_conversion'::pg_catalog.regclass, oid, conname, connamespace FROM pg_catalog.pg_conversion
          UNION ALL SELECT 'text search configuration', 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid, cfgname, cfgnamespace FROM pg_catalog.pg_ts_config
          UNION ALL SELECT 'text search dictionary', 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid, dictname, dictnamespace FROM pg_catalog.pg_ts_dict
          UNION ALL SELECT 'text search parser', 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, oid, prsname, prsnamespace FROM pg_catalog.pg_ts_parser
          UNION ALL SELECT 'text search template', 'pg_catalog.pg_ts_template'::pg_catalog.regclass, oid, tmplname, tmplnamespace FROM pg_catalog.pg_ts_template
         ) n (kind, class, oid, name, namespace) JOIN home h ON h.oid = n.namespace
  UNION ALL
  SELECT 'extension', 'pg_catalog.pg_extension'::pg_catalog.regclass, oid, ROW(extname, extnamespace)::text, pg_catalog.quote_ident(extname) FROM pg_catalog.pg_extension
  UNION ALL
  SELECT 'role', 'pg_catalog.pg_authid'::pg_catalog.regclass, oid, rolname::text, pg_catalog.quote_ident(rolname) FROM pg_catalog.pg_roles WHERE oid IN
         (SELECT refobjid FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
             AND dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())))
SELECT s.kind, s.class::pg_catalog.oid, s.oid, pg_catalog.hashtextextended(s.identity, 0), s.label
  FROM seen s WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = s.class AND m.objid = s.oid))sql";

enum Column { Kind, Class, Oid, Hash, Label };

Error changed(const PgRows& then, int row, bool gone) {
    const std::string object = then.text(row, Kind) + " " + then.text(row, Label);
    return {ErrorCode::SourceChanged,
            "the " + object + " was " + (gone ? "dropped" : "changed or renamed") +
                " while the schema was read",
            "begin the backup again",
            true,
            {{"object", object}}};
}

} // namespace

Result<PgRows> pgReadIdentities(PgConnection& connection, const CancelToken& cancel) {
    return connection.query("looking whether the schema changed", kIdentities, cancel);
}

Result<> pgCheckIdentities(const PgRows& then, const PgRows& now) {
    std::map<std::pair<std::string_view, std::string_view>, std::string_view> hashes;
    for (int row = 0; row < now.size(); ++row)
        hashes.emplace(std::pair(now.view(row, Class), now.view(row, Oid)), now.view(row, Hash));
    for (int row = 0; row < then.size(); ++row) {
        const auto found = hashes.find(std::pair(then.view(row, Class), then.view(row, Oid)));
        const bool gone = found == hashes.end();
        if (gone ? then.view(row, Kind) != "role" : found->second != then.view(row, Hash))
            return failure(changed(then, row, gone));
    }
    return {};
}

} // namespace salvor
