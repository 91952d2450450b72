"""Runs in a generated repo whose compute is a cluster: workspace files are refused, no more."""

import pytest

REFUSED = [
    "spark.read.csv('file:/Workspace/Shared/x.csv')",
    "spark.read.format('csv').load('/Workspace/x.csv')",
    "spark.read.option('path', '/Workspace/x').load()",
    "spark.read.text(f'file:{repo}/fixtures')",
    "spark.read.parquet('/a', f'{repo}/fixtures')",
    "spark.readStream.format('text').load('/Workspace/x')",
    "spark.sql('SELECT * FROM csv.`file:///Workspace/x`')",
    "spark.sql(\"SELECT * FROM read_files('/Workspace/x')\")",
    "spark.sql(\"CREATE TABLE a USING csv LOCATION '/Workspace/x'\")",
    "spark.catalog.createTable('a', path='/Workspace/x')",
    "df.write.parquet('/Workspace/x')",
    "df.write.save(f'{repo}/x')",
    "df.writeTo(table).option('path', '/Workspace/x')",
]
ALLOWED = [
    "df.write.mode('overwrite').parquet(f'file:{volumes}/a')",
    "spark.read.text(str(folder)).count()",
    "df.cache().count(), df.unpersist()",
    "df.rdd.count()",
    "spark.sql(\"SELECT 1 WHERE 'x' = '/Workspace/x'\").count()",
]


@pytest.fixture
def names(request, spark, catalog, schema, tmp_path):
    """Return what the lines of code may use."""
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    return {
        **{"spark": spark, "df": spark.range(3), "volumes": tmp_path, "folder": tmp_path},
        **{"repo": request.config.rootpath, "table": f"`{catalog}`.`{schema}`.numbers"},
    }


@pytest.mark.parametrize("code", REFUSED)
def test_it_is_refused_with_the_page_that_says_so(names, code):
    with pytest.raises(pytest.fail.Exception, match="aws/en/files/workspace"):
        eval(code, names)


@pytest.mark.parametrize("code", ALLOWED)
def test_it_is_allowed(names, code):
    eval(code, names)
