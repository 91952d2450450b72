{# All models go where the run of the job says, or else where the profile does. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('schema', target.schema) }}
{%- endmacro %}

{% macro generate_database_name(custom_database_name, node) -%}
    {{ var('catalog', target.database) }}
{%- endmacro %}
