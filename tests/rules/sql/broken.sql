SELCT a FROM t                                               | SELCT
SELEC a FROM t                                               | SELEC
CREAT TABLE t (a INT)                                        | CREAT
INSRT INTO t VALUES (1)                                      | INSRT
UDPATE t SET a = 1                                           | UDPATE
DELTE FROM t                                                 | DELTE
DORP TABLE t                                                 | DORP
MEGRE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE   | MEGRE
OPTIMZE t                                                    | OPTIMZE
GRNAT SELECT ON TABLE t TO u                                 | GRNAT
EXEC refresh_all                                             | EXEC
SELECT 1; SELCT 2                                            | SELCT
CREATE TABEL t (a INT)                                       | TABEL
CREATE OR REPALCE VIEW v AS SELECT 1                         | REPALCE
CREATE OR REPLACE VEIW v AS SELECT 1                         | VEIW
CREATE FUNCITON f() RETURNS INT RETURN 1                     | FUNCITON
DROP TABEL t                                                 | TABEL
ALTER TABEL t SET OWNER TO u                                 | TABEL
CREATE TABLE IF NOT EXIST t (a INT)                          | IF
DROP TABLE IF EXIST t                                        | IF
CREATE TABLE (a INT)                                         | TABLE
CREATE TABLE AS SELECT 1                                     | TABLE
CREATE VIEW v SELECT 1                                       | CREATE
CREATE VIEW v AS                                             | AS
CREATE TABLE t (a INT, b STRING,)                            | ,
CREATE TABLE t (a INT, b)                                    | b
CREATE TABLE t (a INT b STRING)                              | b
CREATE TABLE t (a DECIMAL(10, 2) b STRING, c INT)            | b
CREATE TABLE t (a INT, b STRING                              | (
CREATE TABLE t (a INT)) USING delta                          | )
CREATE TABLE t (a INT, d DATE) PARTITION BY (d)              | PARTITION
SELECT 'a FROM t                                             | 'a
SELECT "a FROM t                                             | "a
SELECT `a FROM t                                             | `a
SELECT a /* why FROM t                                       | /*
SELECT count(* FROM t                                        | (
SELECT sum(a)) FROM t                                        | )
SELECT a[0 FROM t                                            | [
SELECT (a] FROM t                                            | ]
SELECT a, FROM t                                             | ,
SELECT a,, b FROM t                                          | ,
SELECT f(a, ) FROM t                                         | ,
SELECT f(, a) FROM t                                         | ,
SELECT FROM t                                                | SELECT
SELECT DISTINCT FROM t                                       | DISTINCT
SELECT a FROM                                                | FROM
SELECT a FROM WHERE b = 1                                    | FROM
SELECT a FROM t WHERE                                        | WHERE
SELECT a FROM t WHERE GROUP BY a                             | WHERE
SELECT a FROM t GROUP BY                                     | BY
SELECT a FROM t GROUP BY a, ORDER BY a                       | ,
SELECT a FROM t ORDER BY a,                                  | ,
SELECT a FROM t ORDER BY a WHERE b = 1                       | WHERE
SELECT a FROM t GROUP BY a WHERE b = 1                       | WHERE
SELECT a FROM t LIMIT 10 ORDER BY a                          | ORDER
SELECT a WHERE b = 1 FROM t                                  | FROM
SELECT a FROM t,                                             | ,
SELECT a FROM t AS                                           | AS
SELECT a AS, b FROM t                                        | AS
SELECT a FROM main..t                                        | .
SELECT a FROM (SELECT b FROM) x                              | FROM
SELECT a FROM (SELECT b, FROM s) x                           | ,
WITH x AS (SELECT 1), SELECT * FROM x                        | SELECT
WITH x AS SELECT 1 SELECT * FROM x                           | SELECT
WITH x AS (SELECT 1)                                         | )
SELECT a b c FROM t                                          | c
SELECT a FORM t                                              | t
SELECT a FROM t WHRE a = 1                                   | a
SELECT a FROM t LIMT 10                                      | 10
SELECT a FROM t ODER BY a                                    | BY
SELECT a FROM t GRUOP BY a                                   | BY
SELECT a FROM t GROUP a                                      | a
SELECT a FROM t ORDER a                                      | a
SELECT a FROM t WHERE a =                                    | =
SELECT a FROM t WHERE a = 1 AND                              | AND
SELECT a FROM t WHERE a = 1 AND AND b = 2                    | AND
SELECT a FROM t WHERE a IN 1, 2                              | ?
SELECT a FROM t WHERE a BETWEEN 1                            | 1
SELECT a FROM t WHERE a LIKE                                 | LIKE
SELECT a FROM t WHERE a IS NOT                               | IS
SELECT a + FROM t                                            | ?
SELECT CASE WHEN a THEN b FROM t                             | ?
SELECT CAST(a INT) FROM t                                    | INT
SELECT CAST(a AS) FROM t                                     | AS
SELECT count(*) OVER PARTITION BY a FROM t                   | ?
SELECT * FROM t JOIN ON t.a = s.a                            | ?
SELECT * FROM t JION s ON t.a = s.a                          | s
SELECT * FROM t LEFT s ON t.a = s.a                          | ?
SELECT a FROM t UNION                                        | ?
SELECT TOP 10 * FROM t                                       | 10
INSERT t VALUES (1)                                          | t
INSERT INTO t VALUE (1)                                      | INSERT
INSERT INTO t (a, b)                                         | INSERT
INSERT INTO VALUES (1)                                       | INTO
INSERT INTO t SELECT                                         | SELECT
INSERT INTO t SELECT a, FROM s                               | ,
UPDATE t a = 1                                               | UPDATE
UPDATE t SET                                                 | UPDATE
UPDATE t SET a WHERE b = 1                                   | UPDATE
DELETE t WHERE a = 1                                         | t
DELETE FROM t WERE a = 1                                     | a
MERGE INTO t USING s WHEN MATCHED THEN UPDATE SET *          | MERGE
MERGE INTO t USING s ON t.a = s.a                            | MERGE
MERGE t USING s ON t.a = s.a WHEN MATCHED THEN DELETE        | t
MERGE INTO t USING s ON t.a = s.a WHEN MATCHED UPDATE SET *  | MATCHED
MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE * | UPDATE
GRANT SELECT ON TABLE t `team`                               | GRANT
GRANT SELECT ON TABLE t FROM `team`                          | GRANT
REVOKE SELECT ON TABLE t TO `team`                           | REVOKE
COPY INTO t FROM '/x'                                        | COPY
TRUNCATE t                                                   | t
CREATE MATERIALIZED VIEW v SELECT 1                          | CREATE
CREATE VIEW v AS SLEECT 1                                    | SLEECT
CREATE VIEW v AS (SELECT a, FROM t)                          | ,
CREATE STREAMING TABLE t SELECT * FROM STREAM(s)             | CREATE
SELECT , a FROM t                                            | ,
SELECT a FROM main. .t                                       | .
SELECT a FROM t WHERE f(a, , b)                              | ,
* FROM t                                                     | *
SELECT * * FROM t                                            | ?
SELECT SELECT a FROM t                                       | ?
SELECT "a" || 'b FROM t                                      | 'b
CREATE OR REFRESH STREAMING TABEL t                          | TABEL
CREATE OR REFRESH STREAMING TABLE t AS SELECT a, FROM STREAM(s) | ,
SELECT * FORM ${catalog}.sales.orders                        | .
SELECT a FROM {{table}} WHRE d = '{{day}}'                    | d
SELECT a FROM ${t} {{joins}} GRUOP BY a                       | BY
SELECT a FROM STREAM(t) WATERMARK ts DELAY OF INTERVAL 3 MINUTES x WHERE a b = 2 | b
