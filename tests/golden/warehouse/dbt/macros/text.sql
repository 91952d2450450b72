{# A text column as another type; what does not parse is null. #}
{% macro parsed(column, type) %}
try_cast({{ column }} as {{ type }})
{%- endmacro %}

{# A text column without spaces at its ends; what is left empty is null. #}
{% macro clean_text(column) %}
nullif(trim({{ column }}), '')
{%- endmacro %}
