// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/sampledata.h"

namespace salvor::test::sample {

std::string shop(int orders) {
    return R"sql(
CREATE SCHEMA shop;
CREATE TABLE shop.customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    email text UNIQUE,
    referred_by bigint REFERENCES shop.customers (id) DEFERRABLE INITIALLY DEFERRED,
    since date NOT NULL DEFAULT DATE '2026-01-01');
CREATE TABLE shop.products (
    sku varchar(12) PRIMARY KEY,
    title text NOT NULL,
    price numeric(12, 2) NOT NULL CHECK (price >= 0),
    tags text[] NOT NULL DEFAULT '{}',
    details jsonb);
CREATE TABLE shop.orders (
    id serial PRIMARY KEY,
    customer bigint NOT NULL REFERENCES shop.customers (id) ON DELETE CASCADE,
    placed timestamptz NOT NULL,
    remark text);
CREATE TABLE shop.lines (
    "order" int REFERENCES shop.orders (id) ON DELETE CASCADE,
    sku varchar(12) REFERENCES shop.products (sku) ON UPDATE CASCADE,
    pieces smallint NOT NULL DEFAULT 1,
    PRIMARY KEY ("order", sku));
CREATE INDEX orders_by_day ON shop.orders (((placed AT TIME ZONE 'UTC')::date));
CREATE INDEX big_orders ON shop.lines (pieces) WHERE pieces > 5;
CREATE INDEX products_tags ON shop.products USING gin (tags);
CREATE STATISTICS shop.orders_stat ON customer, placed FROM shop.orders;
COMMENT ON TABLE shop.orders IS 'what was ordered; it''s "quoted"';
COMMENT ON COLUMN shop.orders.remark IS E'first line\nsecond line';
CREATE FUNCTION shop.shout() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.remark := upper(NEW.remark);
    RETURN NEW;
END $body$;
INSERT INTO shop.customers (name, email) SELECT 'customer ' || n, 'c' || n || '@example.org' FROM generate_series(1, 50) n;
UPDATE shop.customers SET referred_by = id - 1 WHERE id % 3 = 0;
INSERT INTO shop.products SELECT 'SKU-' || n, 'product ' || n, n * 1.10, ARRAY['t' || n % 3, 'all'],
    jsonb_build_object('n', n, 'deep', jsonb_build_array(n, null, 'x')) FROM generate_series(1, 30) n;
INSERT INTO shop.orders (customer, placed, remark)
    SELECT 1 + n % 50, TIMESTAMPTZ '2026-01-01 00:00:00Z' + n * INTERVAL '37 minutes',
           CASE WHEN n % 4 = 0 THEN NULL ELSE 'please ring' || n END FROM generate_series(1, )sql" +
           std::to_string(orders) + R"sql() n;
INSERT INTO shop.lines SELECT o.id, 'SKU-' || 1 + (o.id * k) % 30, k * 3 FROM shop.orders o, generate_series(1, 3) k
    ON CONFLICT DO NOTHING;
CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.shout();
)sql";
}

std::string awkwardNames() {
    return R"sql(
CREATE SCHEMA "awk""ward'; DROP";
CREATE TABLE "awk""ward'; DROP"."--all" ("-f" int, "select" text, "%s" int, "$1" int);
INSERT INTO "awk""ward'; DROP"."--all" SELECT n, 'row ' || n, n, NULL FROM generate_series(1, 7) n;
)sql"
           R"sql(
CREATE TABLE "awk""ward'; DROP".")sql"
           "new\nline\r\ttab"
           R"sql(" (")sql"
           "col\numn"
           R"sql(" text, "back\slash" text);
INSERT INTO "awk""ward'; DROP".")sql"
           "new\nline\r\ttab"
           R"sql(" VALUES (E'a\tb\nc\r\\N', '\N'), ('\.', E'\\.\n'), (NULL, '');
CREATE TABLE "awk""ward'; DROP"."Größe 表 🐘 é" ("ключ" int PRIMARY KEY, "naïve ""q""" text);
INSERT INTO "awk""ward'; DROP"."Größe 表 🐘 é" VALUES (1, 'ünïcode 🐘'), (2, '');
CREATE TABLE "awk""ward'; DROP"."a.b" ("c.d" int);
INSERT INTO "awk""ward'; DROP"."a.b" VALUES (42);
CREATE TABLE "awk""ward'; DROP"." leading and trailing " (" " int);
INSERT INTO "awk""ward'; DROP"." leading and trailing " VALUES (1);
CREATE TABLE "awk""ward'; DROP"."*" (x int);
INSERT INTO "awk""ward'; DROP"."*" VALUES (1), (2);
CREATE TABLE "awk""ward'; DROP"."../../etc/passwd" (x int);
INSERT INTO "awk""ward'; DROP"."../../etc/passwd" VALUES (3);
CREATE TABLE "awk""ward'; DROP"."name_of_sixty_three_bytes_which_is_the_most_that_there_can_be_63" (x int);
INSERT INTO "awk""ward'; DROP"."name_of_sixty_three_bytes_which_is_the_most_that_there_can_be_63" VALUES (63);
CREATE SEQUENCE "awk""ward'; DROP"."--seq 'x'";
SELECT nextval('"awk""ward''; DROP"."--seq ''x''"');
CREATE VIEW "awk""ward'; DROP"."view ""v""" AS SELECT "-f" AS "out put" FROM "awk""ward'; DROP"."--all";
)sql";
}

std::string everyType() {
    return R"sql(
CREATE TABLE every_type (
    id int PRIMARY KEY,
    c_bool bool, c_bytea bytea, c_char "char", c_name name, c_int8 int8, c_int2 int2, c_int2vector int2vector,
    c_int4 int4, c_text text, c_oid oid, c_tid tid, c_xid xid, c_xid8 xid8, c_cid cid, c_oidvector oidvector,
    c_json json, c_xml xml, c_jsonb jsonb, c_jsonpath jsonpath,
    c_point point, c_lseg lseg, c_path path, c_box box, c_polygon polygon, c_line line, c_circle circle,
    c_float4 float4, c_float8 float8, c_money money,
    c_macaddr macaddr, c_macaddr8 macaddr8, c_inet inet, c_cidr cidr,
    c_bpchar char(5), c_varchar varchar(9), c_date date, c_time time, c_time3 time(3), c_timetz timetz,
    c_timestamp timestamp, c_timestamptz timestamptz, c_interval interval, c_interval_day interval day to hour,
    c_bit bit(5), c_varbit varbit, c_numeric numeric, c_numeric_sized numeric(10, 3),
    c_refcursor refcursor, c_uuid uuid, c_pg_lsn pg_lsn, c_tsvector tsvector, c_tsquery tsquery, c_gtsvector text,
    c_txid_snapshot txid_snapshot, c_pg_snapshot pg_snapshot, c_aclitem aclitem,
    c_regproc regproc, c_regprocedure regprocedure, c_regoper regoper, c_regoperator regoperator, c_regclass regclass,
    c_regtype regtype, c_regrole regrole, c_regnamespace regnamespace, c_regconfig regconfig,
    c_regdictionary regdictionary, c_regcollation regcollation,
    c_int4range int4range, c_numrange numrange, c_tsrange tsrange, c_tstzrange tstzrange, c_daterange daterange,
    c_int8range int8range, c_int4multirange int4multirange, c_nummultirange nummultirange,
    c_tsmultirange tsmultirange, c_tstzmultirange tstzmultirange, c_datemultirange datemultirange,
    c_int8multirange int8multirange,
    c_int4s int4[], c_texts text[], c_matrix float8[][], c_bounds int4[], c_jsonbs jsonb[]);
INSERT INTO every_type VALUES (1,
    true, '\x00ff5c0a', 'x', 'a name', 9223372036854775807, -32768, '1 2 3',
    -2147483648, E'tab\there', 4294967295, '(7,3)', '4294967295', '18446744073709551615', '7', '10 20',
    '{"b":1,  "a":[1,2],"b":2}', '<a b="c">text</a>', '{"b": 1.00, "a": [1, null]}', '$.a[*] ? (@ > 1)',
    '(1.5,-0)', '[(0,0),(1,1)]', '[(0,0),(1,1),(2,0)]', '(1,1),(0,0)', '((0,0),(1,1),(1,0))', '{1,2,3}', '<(1,2),3>',
    'NaN', '-Infinity', '1234.56',
    '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '192.168.1.5/24', '2001:db8::/32',
    'ab', 'varying', '4713-01-01 BC', '24:00:00', '12:00:00.1239', '23:59:60-15:59',
    '-infinity', 'infinity', '-1 year -2 mons +3 days -04:05:06.789', '3 days 4 hours',
    '10101', '1', 'NaN', -1234567.891,
    'cursor', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'FF/A1B2C3D4', 'a:1A fat:2B,4C cat:5', 'fat & (rat | ! cat:ab)', '',
    '10:20:10,14,15', '10:20:10,14,15', makeaclitem(10, 10, 'SELECT', true),
    'pg_catalog.now', 'pg_catalog.abs(integer)', 'pg_catalog.|/', '+(integer,integer)', 'pg_class',
    'numeric', current_user::regrole, 'pg_catalog', 'english', 'simple', '"C"',
    '[1,5)', '(,2.50]', '[2026-01-01,infinity)', '[2026-01-01 00:00Z,)', 'empty',
    '(,)', '{[1,2),[5,9)}', '{}', '{[2026-01-01,2026-01-02)}', '{[2026-01-01 00:00Z,)}', '{[2026-01-01,2026-02-01)}',
    '{(,5)}',
    '{}', '{"a,b",NULL,"NULL","q\"uote","\\"}', '{{1,NaN},{-0,Infinity}}', '[-1:1]={7,8,9}', '{"{\"a\": 1}",null}');
INSERT INTO every_type (id, c_numeric, c_float4, c_float8, c_text, c_bytea, c_date, c_timestamptz, c_interval, c_bpchar)
    VALUES (2, 'Infinity', 1e-45, 5e-324, '', '', '5874897-12-31', '4714-11-24 00:00:00Z BC', '0', ''),
           (3, 1.0, '-0', 0.1, '\N', '\x5c2e', '2000-01-01', '294276-12-31 23:59:59.999999Z', '178000000 years', 'x'),
           (4, 1.00, 3.4028235e38, 1.7976931348623157e308, repeat('🐘', 4000), decode(repeat('00ff', 5000), 'hex'),
            'infinity', '2026-03-29 01:30:00Z', '1 microsecond', '     '),
           (5, 10 ^ 1000::numeric, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO every_type (id) SELECT generate_series(6, 40);
)sql";
}

std::string ownTypes() {
    return R"sql(
CREATE TYPE mood AS ENUM ('sad', 'o''k', 'happy "x"');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN positives AS positive[];
CREATE TYPE pair AS (a int, "b c" text);
CREATE TYPE nested AS (p pair, ps pair[], m mood);
CREATE TYPE moodrange AS RANGE (subtype = mood);
CREATE TABLE own_types (id int PRIMARY KEY, m mood, ms mood[], p positive, ps positives, pr pair, n nested, r moodrange);
INSERT INTO own_types VALUES
    (1, 'sad', '{sad,"happy \"x\""}', 1, '{1,2}', ROW (1, 'x,"y"'), ROW (ROW (1, NULL), ARRAY[ROW (2, '')::pair], 'o''k'), '[sad,"o''k"]'),
    (2, NULL, '{}', NULL, NULL, NULL, ROW (NULL, NULL, NULL), 'empty');
)sql";
}

std::string generatedAndIdentity() {
    return R"sql(
CREATE TABLE computed (
    id int GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5) PRIMARY KEY,
    other bigint GENERATED BY DEFAULT AS IDENTITY,
    width int NOT NULL,
    height int NOT NULL,
    area int GENERATED ALWAYS AS (width * height) STORED,
    label text GENERATED ALWAYS AS ('w' || width::text || 'x') STORED);
INSERT INTO computed (width, height) SELECT n, n + 1 FROM generate_series(1, 20) n;
INSERT INTO computed (other, width, height) VALUES (9000, 1, 1);
CREATE TABLE only_generated (always text GENERATED ALWAYS AS ('same') STORED);
INSERT INTO only_generated SELECT FROM generate_series(1, 3);
)sql";
}

std::string partitions() {
    return R"sql(
CREATE TABLE parted (day date NOT NULL, region text NOT NULL, value int, PRIMARY KEY (day, region)) PARTITION BY RANGE (day);
CREATE TABLE parted_2025 PARTITION OF parted FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE parted_2026 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (region);
CREATE TABLE parted_2026_north PARTITION OF parted_2026 FOR VALUES IN ('north', 'arctic');
CREATE TABLE parted_2026_rest PARTITION OF parted_2026 DEFAULT;
CREATE TABLE parted_other (value int, gone int, region text NOT NULL, day date NOT NULL);
ALTER TABLE parted_other DROP COLUMN gone;
ALTER TABLE parted ATTACH PARTITION parted_other DEFAULT;
INSERT INTO parted SELECT DATE '2025-11-01' + n * 17, CASE n % 3 WHEN 0 THEN 'north' WHEN 1 THEN 'south' ELSE 'arctic' END, n
    FROM generate_series(0, 59) n;
CREATE TABLE hashed (k text PRIMARY KEY, v int) PARTITION BY HASH (k);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO hashed SELECT 'key ' || n, n FROM generate_series(1, 40) n;
CREATE TYPE hash_mood AS ENUM ('low', 'high');
CREATE TABLE hashed_by_enum (m hash_mood, n int) PARTITION BY HASH (m);
CREATE TABLE hashed_by_enum_0 PARTITION OF hashed_by_enum FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_by_enum_1 PARTITION OF hashed_by_enum FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO hashed_by_enum SELECT (ARRAY['low', 'high'])[1 + n % 2]::hash_mood, n FROM generate_series(1, 20) n;
)sql";
}

std::string inheritance() {
    return R"sql(
CREATE TABLE places (name text, people int);
CREATE TABLE sights (stars int DEFAULT 3);
CREATE TABLE capitals (of text) INHERITS (places);
CREATE TABLE tourist_capitals (hotels int) INHERITS (capitals, sights);
INSERT INTO places VALUES ('hamlet', 12), ('village', 400);
INSERT INTO capitals VALUES ('Bern', 134000, 'Switzerland');
INSERT INTO tourist_capitals (name, people, of, stars, hotels) VALUES ('Roma', 2800000, 'Italia', 5, 9000);
)sql";
}

std::string rowSecurity() {
    return R"sql(
CREATE TABLE secrets_by_owner (id int PRIMARY KEY, owner name, secret text);
INSERT INTO secrets_by_owner SELECT n, 'owner' || n, 'secret ' || n FROM generate_series(1, 5) n;
ALTER TABLE secrets_by_owner ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets_by_owner FORCE ROW LEVEL SECURITY;
CREATE POLICY only_the_first ON secrets_by_owner USING (id = 1) WITH CHECK (id < 100);
)sql";
}

std::string viewsOnViews() {
    return R"sql(
CREATE TABLE view_base (id int PRIMARY KEY, amount int);
INSERT INTO view_base SELECT n, n * 10 FROM generate_series(1, 12) n;
CREATE MATERIALIZED VIEW z_first AS SELECT id, amount + 1 AS amount FROM view_base;
CREATE VIEW m_middle AS SELECT id, amount * 2 AS amount FROM z_first;
CREATE MATERIALIZED VIEW a_second AS SELECT id % 3 AS third, sum(amount) AS total FROM m_middle GROUP BY 1;
CREATE UNIQUE INDEX a_second_third ON a_second (third);
CREATE MATERIALIZED VIEW b_unfilled AS SELECT count(*) AS n FROM a_second WITH NO DATA;
)sql";
}

std::string expressions() {
    return R"sql(
CREATE SCHEMA expr;
CREATE DOMAIN expr.letter AS varchar(3) CHECK (VALUE IN ('a', 'b', 'c')) CHECK (VALUE BETWEEN 'a' AND 'z' AND VALUE <> 'q');
CREATE FUNCTION expr.listed(a varchar, b int DEFAULT -1) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN a IN ('x', 'y') AND b BETWEEN 1 AND 2 AND b > 0;
CREATE TABLE expr.t (
    id int PRIMARY KEY,
    x varchar CHECK (x IN ('a', 'b')) DEFAULT CASE WHEN 'a' IN ('a'::varchar, 'b') THEN 'a' ELSE 'b' END,
    y int CHECK (y BETWEEN 1 AND 5 AND y <> 3),
    z char(2) CHECK (z NOT IN ('aa', 'bb')),
    l expr.letter CHECK (l NOT IN ('q', 'r')),
    names varchar(5)[] DEFAULT ARRAY['a', 'b'] CHECK (names[1] IN ('a', 'b')),
    far int GENERATED ALWAYS AS (CASE WHEN y BETWEEN 1 AND 2 AND id > 0 AND y <> 7 THEN -1 ELSE y * -2 END) STORED,
    CHECK (y NOT BETWEEN 10 AND 20 OR id = 4),
    CHECK (x IS NULL OR x IN ('a', 'b') AND y > 0 AND id BETWEEN 0 AND 100),
    CHECK (y::varchar IN ('1', '2', '4') IS NOT FALSE),
    CHECK ((x IN (upper(x), lower(x), 'a')) IS TRUE),
    CHECK (x LIKE ANY (ARRAY['a%', 'b%']) AND (x, y) <> ('a', 3)));
INSERT INTO expr.t (id, x, y, z, l) VALUES (1, 'a', 1, 'zz', 'a'), (2, 'b', 4, NULL, 'c');
CREATE INDEX part ON expr.t (lower(x), (x IN ('a', 'b'))) WHERE x IN ('a', 'b') AND y BETWEEN 1 AND 3 AND id > 0;
CREATE STATISTICS expr.st ON (x IN ('a', 'b')), (y + 1) FROM expr.t;
CREATE VIEW expr.v AS SELECT a.id, a.x = ANY (ARRAY[b.y::varchar, b.x]) AS any_of, count(*) FILTER (WHERE a.x IN ('a', 'b')) AS n
    FROM expr.t a JOIN expr.t b ON a.id = b.id AND a.x IN ('a', 'q') AND a.y BETWEEN 1 AND 2
    WHERE a.y BETWEEN 1 AND 9 AND a.x NOT IN ('z', 'w') AND (b.y > 1 OR b.y < 0 OR b.id = 1)
    GROUP BY 1, 2 HAVING max(a.x) IN ('a', 'b');
CREATE MATERIALIZED VIEW expr.m AS SELECT * FROM expr.t WHERE x IN ('a', 'b') AND y BETWEEN 1 AND 3 AND id > 0;
CREATE TABLE expr.log (x varchar, y int);
CREATE RULE logged AS ON UPDATE TO expr.t WHERE new.x IN ('a', 'b') AND new.y BETWEEN 1 AND 2 AND new.id > 0
    DO ALSO INSERT INTO expr.log VALUES (new.x, -1);
CREATE FUNCTION expr.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER seldom BEFORE UPDATE ON expr.t FOR EACH ROW
    WHEN (new.x IN ('a', 'b') AND old.y BETWEEN 1 AND 2 AND new.y > 0) EXECUTE FUNCTION expr.nothing();
ALTER TABLE expr.t ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON expr.t USING (x IN ('a', 'b') AND y BETWEEN 1 AND 3 AND id > 0)
    WITH CHECK (x = current_user OR x IN (SELECT x FROM expr.log WHERE x IN ('a', 'b')));
CREATE TABLE expr.ranges (r int4range, x varchar,
    EXCLUDE USING gist (r WITH &&) WHERE (x IN ('a', 'b') AND lower(r) BETWEEN 1 AND 2 AND upper(r) > 0));
)sql";
}

std::string sequences() {
    return R"sql(
CREATE SEQUENCE s_used;
SELECT nextval('s_used') FROM generate_series(1, 41);
CREATE SEQUENCE s_untouched START 77;
CREATE SEQUENCE s_down AS smallint INCREMENT -3 MINVALUE -30000 MAXVALUE -1 START -1;
SELECT nextval('s_down') FROM generate_series(1, 5);
CREATE SEQUENCE s_cycling MINVALUE 1 MAXVALUE 3 CYCLE CACHE 1;
SELECT nextval('s_cycling') FROM generate_series(1, 4);
CREATE SEQUENCE s_near_end;
SELECT setval('s_near_end', 9223372036854775806, true);
CREATE SEQUENCE s_set_not_called;
SELECT setval('s_set_not_called', 500, false);
CREATE TABLE with_serial (id bigserial PRIMARY KEY, n int);
INSERT INTO with_serial (n) SELECT generate_series(1, 9);
DELETE FROM with_serial WHERE id > 7;
)sql";
}

std::string emptyTables() {
    return R"sql(
CREATE TABLE nothing_in_it (id int PRIMARY KEY, t text);
CREATE TABLE once_had_rows (id int);
INSERT INTO once_had_rows SELECT generate_series(1, 1000);
DELETE FROM once_had_rows;
CREATE TABLE no_columns ();
INSERT INTO no_columns SELECT FROM generate_series(1, 4);
CREATE UNLOGGED TABLE scratch (id int);
INSERT INTO scratch VALUES (1), (2);
)sql";
}

std::string largeObjects() {
    return R"sql(
SELECT lo_create(70001);
SELECT lo_from_bytea(70002, decode(repeat('0102030405060708', 1000), 'hex'));
COMMENT ON LARGE OBJECT 70002 IS 'eight bytes, a thousand times';
SELECT lo_create(70003);
SELECT lo_put(70003, 3000000, '\xdeadbeef');
SELECT lo_put(70003, 5, '\x11');
CREATE TABLE with_large_objects (name text, body oid);
INSERT INTO with_large_objects VALUES ('empty', 70001), ('full', 70002), ('with holes', 70003);
)sql";
}

std::string bigTable(int rows) {
    return R"sql(
CREATE TABLE big (id int NOT NULL, payload text NOT NULL);
INSERT INTO big SELECT n, md5(n::text) || md5((n + 1)::text) || md5((n + 2)::text) FROM generate_series(1, )sql" +
           std::to_string(rows) + R"sql() n;
ALTER TABLE big ADD PRIMARY KEY (id);
)sql";
}

std::string manyTables(int count) {
    return "CREATE SCHEMA many;\nDO $do$ BEGIN FOR n IN 1 .. " + std::to_string(count) + R"sql( LOOP
    EXECUTE format('CREATE TABLE many.%I (id int, name text)', 't_' || lpad(n::text, 5, '0'));
    EXECUTE format('INSERT INTO many.%I VALUES (%s, %L)', 't_' || lpad(n::text, 5, '0'), n, 'table ' || n);
END LOOP; END $do$;
)sql";
}

std::string plainDatabase() {
    return shop() + awkwardNames() + everyType() + ownTypes() + generatedAndIdentity() + partitions() +
           inheritance() + rowSecurity() + viewsOnViews() + expressions() + sequences() + emptyTables() +
           largeObjects();
}

std::string hypertable(const std::string& name, int chunks, int rowsPerChunk) {
    return "CREATE TABLE " + name + R"sql( (
    at timestamptz NOT NULL, device int NOT NULL, value double precision, note text);
SELECT create_hypertable(')sql" +
           name + R"sql(', by_range('at', INTERVAL '1 day'));
INSERT INTO )sql" +
           name +
           R"sql( SELECT TIMESTAMPTZ '2026-01-01 00:00:00Z' + d * INTERVAL '1 day' + r * INTERVAL '11 seconds', r % 7,
    sin(d * 1000 + r), CASE WHEN r % 5 = 0 THEN NULL ELSE 'note ' || d || '/' || r END
    FROM generate_series(0, )sql" +
           std::to_string(chunks - 1) + ") d, generate_series(0, " + std::to_string(rowsPerChunk - 1) +
           R"sql() r;
)sql";
}

std::string driftingHypertable() {
    return R"sql(
CREATE TABLE drifting (gone int, at timestamptz NOT NULL, a int, b text);
SELECT create_hypertable('drifting', by_range('at', INTERVAL '1 day'));
INSERT INTO drifting SELECT n, TIMESTAMPTZ '2026-02-01 00:00Z' + n * INTERVAL '1 hour', n, 'first ' || n FROM generate_series(0, 30) n;
ALTER TABLE drifting DROP COLUMN gone;
ALTER TABLE drifting ADD COLUMN c numeric(8, 2) DEFAULT 7.50;
INSERT INTO drifting (at, a, b, c) SELECT TIMESTAMPTZ '2026-02-05 00:00Z' + n * INTERVAL '1 hour', n, 'second ' || n, n / 3.0
    FROM generate_series(0, 30) n;
ALTER TABLE drifting DROP COLUMN a;
ALTER TABLE drifting ADD COLUMN d jsonb;
ALTER TABLE drifting ADD COLUMN a text;
INSERT INTO drifting (at, b, c, d, a) SELECT TIMESTAMPTZ '2026-02-10 00:00Z' + n * INTERVAL '1 hour', 'third', n, '{"n": 1}', 'a' || n
    FROM generate_series(0, 30) n;
)sql";
}

std::string spacePartitionedHypertable() {
    return R"sql(
CREATE TABLE spaced (at timestamptz NOT NULL, site text NOT NULL, floor int NOT NULL, value real);
SELECT create_hypertable('spaced', by_range('at', INTERVAL '7 days'));
SELECT add_dimension('spaced', by_hash('site', 3));
SELECT add_dimension('spaced', by_hash('floor', 2));
CREATE UNIQUE INDEX spaced_key ON spaced (at, site, floor);
ALTER TABLE spaced ADD CHECK (floor BETWEEN 0 AND 50 AND value > -1), ADD COLUMN kind varchar CHECK (kind IN ('a', 'b'));
INSERT INTO spaced SELECT TIMESTAMPTZ '2026-03-01 00:00Z' + n * INTERVAL '3 hours', 'site ' || n % 11, n % 4, n / 7.0
    FROM generate_series(0, 199) n;
)sql";
}

std::string furtherHypertables() {
    return R"sql(
CREATE SCHEMA "Plant ""1""";
CREATE TABLE "Plant ""1""".machines (id int PRIMARY KEY, name text);
INSERT INTO "Plant ""1""".machines SELECT n, 'machine ' || n FROM generate_series(1, 5) n;
CREATE TABLE "Plant ""1""".ticks (tick bigint NOT NULL, machine int REFERENCES "Plant ""1""".machines (id), load int);
SELECT create_hypertable('"Plant ""1""".ticks', by_range('tick', 1000));
INSERT INTO "Plant ""1""".ticks SELECT n * 100, 1 + n % 5, n FROM generate_series(0, 99) n;
CREATE TABLE "Plant ""1"""."Ereignisse -- ü" ("Zeit" timestamp NOT NULL, "what's up" text, CHECK ("what's up" <> 'x'));
SELECT create_hypertable('"Plant ""1"""."Ereignisse -- ü"', by_range('Zeit', INTERVAL '30 days'));
INSERT INTO "Plant ""1"""."Ereignisse -- ü" SELECT TIMESTAMP '2025-06-01' + n * INTERVAL '1 day', E'line\n' || n FROM generate_series(0, 99) n;
CREATE VIEW "Plant ""1""".daily AS SELECT time_bucket(INTERVAL '1 day', "Zeit") AS day, count(*) FROM "Plant ""1"""."Ereignisse -- ü" GROUP BY 1;
CREATE TABLE empty_hypertable (at date NOT NULL, v int);
SELECT create_hypertable('empty_hypertable', by_range('at', INTERVAL '1 month'));
)sql";
}

std::string timescaleDatabase(int chunks) {
    return shop() + expressions() + hypertable("conditions", chunks) + driftingHypertable() +
           spacePartitionedHypertable() + furtherHypertables();
}

} // namespace salvor::test::sample
