{# A text column without spaces at its ends; what is left empty is null. #}
{% macro clean_text(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}
