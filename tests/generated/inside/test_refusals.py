"""Runs in a generated repo whose compute is serverless: each line of code is refused, or is not."""

import pyspark
import pytest
from pyspark import SparkContext
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import LongType

REFUSED = {
    "files/workspace|serverless/limitations": [
        "spark.read.csv('file:/Workspace/Shared/x.csv')",
        "spark.read.csv(path='file:///Workspace/x.csv', header=True)",
        "spark.read.format('csv').load('/Workspace/Users/me@example.com/x.csv')",
        "spark.read.format('csv').option('path', '/Workspace/x').load()",
        "spark.read.options(path='dbfs:/x').load()",
        "spark.read.load(path=['/Volumes/a/b/c/x', '/Workspace/x'])",
        "spark.read.parquet('/Volumes/a/b/c/x', 'dbfs:/mnt/x')",
        "spark.read.text('/dbfs/tmp/x')",
        "spark.read.json('file:/tmp/x.json')",
        "spark.read.json('relative/x.json')",
        "spark.read.orc(f'{repo}/fixtures')",
        "spark.read.text(f'file:{repo}/fixtures')",
        "spark.table('csv.`file:/Workspace/x`')",
        "spark.read.table('delta.`dbfs:/x`')",
        "spark.readStream.format('text').load('/Workspace/x')",
        "spark.readStream.schema('a INT').csv('dbfs:/x')",
        "spark.readStream.schema('a INT').option('cloudFiles.schemaLocation', '/Workspace/x')",
        "df.write.parquet('/Workspace/x')",
        "df.write.save(path='dbfs:/FileStore/x')",
        "df.write.option('path', '/dbfs/x').saveAsTable(table)",
        "df.write.saveAsTable(table, path='file:/Workspace/x')",
        "df.writeTo(table).option('path', '/Workspace/x')",
        "df.writeTo(table).tableProperty('location', '/Workspace/x')",
        "stream.writeStream.option('checkpointLocation', '/Workspace/x')",
        "stream.writeStream.options(checkpointLocation='dbfs:/x')",
        "stream.writeStream.trigger(availableNow=True).start('dbfs:/x')",
        "stream.writeStream.trigger(availableNow=True).toTable(table, checkpointLocation='/x')",
        "spark.catalog.createTable(table, path='/Workspace/x')",
        "spark.catalog.createExternalTable(table, '/Workspace/x')",
        "spark.sql('SELECT * FROM csv.`file:/Workspace/x`')",
        "spark.sql('SELECT * FROM /* all */ JSON.`/dbfs/x` WHERE a = 1')",
        "spark.sql('INSERT INTO delta.`dbfs:/x` SELECT 1')",
        "spark.sql(\"SELECT * FROM read_files('/Workspace/x', format => 'csv')\")",
        "spark.sql(\"SELECT * FROM read_files(path => 'dbfs:/x')\")",
        "spark.sql('SELECT * FROM read_files(:source)', args={'source': 'file:/Workspace/x'})",
        "spark.sql(\"COPY INTO a.b.c FROM '/Workspace/x' FILEFORMAT = CSV\")",
        "spark.sql(\"CREATE TABLE a.b.c USING csv LOCATION '/Workspace/x'\")",
        "spark.sql('CREATE TABLE a.b.c USING csv OPTIONS (path \"dbfs:/x\")')",
        "spark.sql(\"INSERT OVERWRITE DIRECTORY 'dbfs:/x' USING csv SELECT 1\")",
    ],
    "connect-vs-classic": [
        "df.rdd",
        "df.rdd.map(lambda row: row).collect()",
        "df.toJSON()",
        "df.foreachPartition(print)",
        "spark.sparkContext",
        "spark.sparkContext.parallelize([1])",
        "spark.newSession()",
        "SparkContext.getOrCreate()",
        "SparkContext()",
        "SparkSession.builder.getOrCreate().sparkContext",
        "spark._jvm",
        "spark._jsparkSession",
        "df._jdf",
        "F.col('id')._jc",
    ],
    "serverless/limitations": [
        "df.cache()",
        "df.persist()",
        "df.unpersist()",
        "df.checkpoint()",
        "df.localCheckpoint(eager=False)",
        "spark.catalog.cacheTable('a')",
        "spark.catalog.uncacheTable('a')",
        "spark.catalog.clearCache()",
        "spark.sql('CACHE TABLE a')",
        "spark.sql('-- often read\\n  cache lazy table a AS SELECT 1')",
        "spark.sql('UNCACHE TABLE IF EXISTS a')",
        "spark.sql('CLEAR CACHE')",
        "df.createGlobalTempView('a')",
        "df.createOrReplaceGlobalTempView('a')",
        "spark.sql('CREATE OR REPLACE GLOBAL TEMPORARY VIEW a AS SELECT 1')",
        "spark.sql('CREATE GLOBAL TEMP VIEW a AS SELECT 1')",
        "spark.sql('SELECT * FROM global_temp.a')",
        "spark.table('global_temp.a')",
        "spark.catalog.dropGlobalTempView('a')",
        "spark.sql('ADD JAR \"/Volumes/a/b/c/x.jar\"')",
    ],
    "structured-streaming/triggers": [
        "stream.writeStream.trigger(processingTime='10 seconds')",
        "stream.writeStream.trigger(once=True)",
        "stream.writeStream.trigger(continuous='1 second')",
        "stream.writeStream.start(f'{volumes}/x')",
        "stream.writeStream.format('memory').queryName('a').start()",
        "stream.writeStream.toTable(table)",
    ],
    "spark/conf": [
        "spark.conf.set('spark.sql.adaptive.enabled', False)",
        "spark.conf.set('spark.databricks.delta.schema.autoMerge.enabled', 'true')",
        "spark.conf.set('my.own', 'x')",
        "spark.sql('SET spark.sql.adaptive.enabled = false')",
        "spark.sql('set `my.own`=x')",
    ],
    "unity-catalog": [
        "spark.table('hive_metastore.default.a')",
        "spark.read.table('hive_metastore.default.a')",
        "df.write.saveAsTable('`hive_metastore`.default.a')",
        "df.write.insertInto('hive_metastore.default.a')",
        "df.writeTo('hive_metastore.default.a')",
        "spark.sql('SELECT * FROM hive_metastore.default.a')",
        "spark.sql('SELECT * FROM `hive_metastore`.`default`.a')",
        "spark.sql('USE CATALOG hive_metastore')",
        "spark.catalog.setCurrentCatalog('hive_metastore')",
        "spark.catalog.tableExists('hive_metastore.default.a')",
        "spark.sql('CREATE SCHEMA sales')",
        "spark.sql('create database if not exists `sales` COMMENT \"x\"')",
    ],
}
ALLOWED = [
    "df.write.parquet(f'{volumes}/a')",
    "df.write.mode('append').save(f'file:{volumes}/b')",
    "spark.read.text(str(folder)).count()",
    "spark.read.options(header=True, pathGlobFilter='*.csv').csv(str(folder)).count()",
    "spark.sql(f'SELECT * FROM text.`{folder}`').count()",
    "spark.sql(\"SELECT '/Workspace/x' AS path\").where(\"path = '/Workspace/x'\").count()",
    "spark.sql(\"SELECT 1 WHERE 'dbfs:/x' <> 'hive_metastore.a' -- LOCATION '/Workspace/x'\")",
    "spark.sql(\"SELECT extract(YEAR FROM DATE '2025-03-01') AS location\").count()",
    pytest.param(
        "spark.sql('SELECT :path AS path', args={'path': '/Workspace/x'}).collect()",
        marks=pytest.mark.xfail(
            pyspark.__version__.startswith("4.1"),
            reason="https://github.com/delta-io/delta/issues/7640",
            strict=True,
        ),
    ),
    "spark.sql('SET spark.sql.ansi.enabled').collect()",
    "spark.sql('SET spark.sql.session.timeZone = UTC')",
    "spark.conf.set('spark.sql.session.timeZone', 'UTC')",
    "spark.conf.set('spark.sql.shuffle.partitions', 1)",
    "df.createOrReplaceTempView('a'), spark.table('a').count()",
    "df.write.mode('append').saveAsTable(table), spark.table(table).count()",
    "df.mapInPandas(lambda batches: batches, 'id LONG').collect()",
    "df.select(F.udf(lambda n: n + 1, LongType())('id')).collect()",
    "df.withColumn('rdd', F.lit(1)).select('rdd').collect()",
    "open(f'{repo}/pyproject.toml').close()",
    "SparkSession.builder.getOrCreate().range(1).count()",
    "stream.writeStream.trigger(availableNow=True)"
    ".option('checkpointLocation', f'{volumes}/checkpoint').toTable(table).awaitTermination()",
]
CONNECTING = [
    "df.select(F.udf(lambda n: socket.create_connection(('192.0.2.1', 9)) and n)('id'))",
    "df.select(F.udf(lambda n: socket.socket().connect(('192.0.2.1', 9)))('id'))",
    "df.mapInPandas(lambda batches: urlopen('http://example.com') and batches, 'id LONG')",
    "df.groupBy('id').applyInPandas(lambda rows: urlopen('http://a.example') and rows, 'id LONG')",
]


@pytest.fixture
def names(request, spark, catalog, schema, volumes, tmp_path):
    """Return what the lines of code may use."""
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    return {
        **{"spark": spark, "SparkSession": SparkSession, "SparkContext": SparkContext},
        **{"F": F, "LongType": LongType, "df": spark.range(3), "volumes": tmp_path},
        **{"folder": tmp_path, "repo": request.config.rootpath},
        "table": f"`{catalog}`.`{schema}`.numbers",
        "stream": spark.readStream.format("text").load(str(tmp_path)),
    }


@pytest.mark.parametrize(
    ("page", "code"), [(page, code) for page, codes in REFUSED.items() for code in codes]
)
def test_it_is_refused_with_the_page_that_says_so(names, page, code):
    with pytest.raises(pytest.fail.Exception, match=page):
        eval(code, names)


@pytest.mark.parametrize("code", ALLOWED)
def test_it_is_allowed(names, code):
    eval(code, names)


@pytest.mark.parametrize("code", CONNECTING)
def test_a_function_connects_to_nothing(names, code):
    exec("import socket\nfrom urllib.request import urlopen", names)
    with pytest.raises(Exception, match="serverless/limitations"):
        eval(code, names).collect()
