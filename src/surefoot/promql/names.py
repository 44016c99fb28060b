"""The words of PromQL, as the parser knows them."""

_AGGREGATIONS = "avg bottomk count count_values group limit_ratio limitk max min quantile stddev stdvar sum topk"
AGGREGATIONS = frozenset(_AGGREGATIONS.split())
SET_OPERATORS = frozenset({"and", "or", "unless"})
WORD_OPERATORS = SET_OPERATORS | {"atan2"}
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
OPERATORS = COMPARISONS | WORD_OPERATORS | frozenset("+-*/%^")
MATCH_OPERATORS = frozenset({"=", "!=", "=~", "!~"})
GROUPINGS = frozenset({"by", "without"})
MATCHINGS = frozenset({"on", "ignoring"})
JOINS = frozenset({"group_left", "group_right"})
FILLS = frozenset({"fill", "fill_left", "fill_right"})
NUMBER_WORDS = frozenset({"inf", "nan"})
KEYWORDS = AGGREGATIONS | WORD_OPERATORS | GROUPINGS | MATCHINGS | JOINS | FILLS | NUMBER_WORDS | {"bool", "offset"}
# A metric of such a name can be selected only as {__name__="..."}, at least in some places.
RESERVED = KEYWORDS | {"start", "end"}

# Spelled differently by Prometheus 2 and 3; the parser knows the newer name.
RENAMED = {"holt_winters": "double_exponential_smoothing"}

_FUNCTIONS = """
    abs absent absent_over_time acos acosh asin asinh atan atanh avg_over_time ceil changes clamp clamp_max
    clamp_min cos cosh count_over_time day_of_month day_of_week day_of_year days_in_month deg delta deriv
    double_exponential_smoothing end exp first_over_time floor histogram_avg histogram_count
    histogram_fraction histogram_quantile histogram_quantiles histogram_stddev histogram_stdvar
    histogram_sum holt_winters hour idelta increase info irate label_join label_replace last_over_time ln
    log10 log2 mad_over_time max_over_time min_over_time minute month pi predict_linear present_over_time
    quantile_over_time rad range rate resets round scalar sgn sin sinh sort sort_by_label
    sort_by_label_desc sort_desc sqrt start stddev_over_time stdvar_over_time step sum_over_time tan tanh
    time timestamp ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time
    vector year
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
