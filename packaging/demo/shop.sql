-- SPDX-FileCopyrightText: 2026 The Salvor authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- A small workshop's database: what the demonstration backs up on any PostgreSQL.
CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('open', 'paid', 'sent', 'returned');
CREATE TABLE shop.customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    email text UNIQUE,
    since date NOT NULL);
CREATE TABLE shop.products (
    sku text PRIMARY KEY,
    title text NOT NULL,
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    details jsonb NOT NULL DEFAULT '{}');
CREATE TABLE shop.orders (
    id bigserial PRIMARY KEY,
    customer bigint NOT NULL REFERENCES shop.customers (id),
    placed timestamptz NOT NULL,
    state shop.state NOT NULL DEFAULT 'open');
CREATE TABLE shop.order_lines (
    order_id bigint REFERENCES shop.orders (id),
    sku text REFERENCES shop.products (sku),
    pieces smallint NOT NULL CHECK (pieces > 0),
    PRIMARY KEY (order_id, sku));
CREATE INDEX orders_by_time ON shop.orders (placed);
INSERT INTO shop.customers (name, email, since)
    SELECT 'Customer ' || n, 'customer' || n || '@example.org', DATE '2024-01-01' + n % 700 FROM generate_series(1, 2000) n;
INSERT INTO shop.products
    SELECT 'P-' || lpad(n::text, 4, '0'), 'Part ' || n, (n * 37 % 9000) / 100.0, jsonb_build_object('weight_g', n * 13 % 5000)
    FROM generate_series(1, 400) n;
INSERT INTO shop.orders (customer, placed, state)
    SELECT 1 + n * 7919 % 2000, TIMESTAMPTZ '2025-01-01 00:00Z' + n * INTERVAL '9 minutes', (ARRAY['open', 'paid', 'sent', 'returned'])[1 + n % 4]::shop.state
    FROM generate_series(1, 40000) n;
INSERT INTO shop.order_lines
    SELECT o, 'P-' || lpad((1 + (o * 31 + k * 17) % 400)::text, 4, '0'), 1 + (o + k) % 5 FROM generate_series(1, 40000) o, generate_series(1, 3) k;
CREATE VIEW shop.revenue AS
    SELECT date_trunc('month', placed) AS month, sum(pieces * price) AS revenue
    FROM shop.orders JOIN shop.order_lines ON order_id = orders.id JOIN shop.products USING (sku) GROUP BY 1;
CREATE MATERIALIZED VIEW shop.best_sellers AS
    SELECT sku, title, sum(pieces) AS pieces FROM shop.order_lines JOIN shop.products USING (sku) GROUP BY 1, 2;
ANALYZE;
