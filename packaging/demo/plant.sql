-- SPDX-FileCopyrightText: 2026 The Salvor authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- The workshop's machines: two hypertables, 60 daily chunks, for servers that have TimescaleDB.
CREATE EXTENSION timescaledb;
CREATE SCHEMA plant;
CREATE TABLE plant.machines (id int PRIMARY KEY, name text NOT NULL, installed date NOT NULL);
CREATE TABLE plant.measurements (
    at timestamptz NOT NULL,
    machine int NOT NULL REFERENCES plant.machines (id),
    temperature double precision,
    load real);
SELECT create_hypertable('plant.measurements', by_range('at', INTERVAL '1 day'));
CREATE INDEX measurements_by_machine ON plant.measurements (machine, at DESC);
CREATE TABLE plant.alarms (at timestamptz NOT NULL, machine int NOT NULL, message text NOT NULL);
SELECT create_hypertable('plant.alarms', by_range('at', INTERVAL '30 days'));
INSERT INTO plant.machines SELECT n, 'Lathe ' || n, DATE '2020-01-01' + n * 40 FROM generate_series(1, 12) n;
INSERT INTO plant.measurements
    SELECT TIMESTAMPTZ '2026-01-01 00:00Z' + d * INTERVAL '1 day' + s * INTERVAL '15 seconds', 1 + s % 12,
           20 + 15 * sin((d * 5760 + s) / 900.0), (s % 100) / 100.0
    FROM generate_series(0, 59) d, generate_series(0, 5759) s;
INSERT INTO plant.alarms
    SELECT TIMESTAMPTZ '2026-01-01 00:00Z' + n * INTERVAL '83 minutes', 1 + n % 12, 'temperature above limit, code ' || n % 9
    FROM generate_series(1, 1000) n;
ANALYZE;
