// Words in front of a parenthesis that write no row: words of SQL itself, and the functions of PostgreSQL that queries
// mostly call. A function that is missing here costs its SELECT one small message, and nothing else.

const SYNTAX = `
  all and any array as asc between bernoulli bit by case cast char character check coalesce collate columns cube cycle
  dec decimal default desc distinct double else end escape except exists extract fetch filter first float following for
  from full grouping greatest group groups having ilike in inner int integer intersect interval into is isnull join last
  lateral least left like limit localtime localtimestamp current_time current_timestamp materialized natural nchar no not
  notnull null nullif numeric of offset on only or order ordinality over overlaps overlay partition position preceding
  precision range real recursive repeatable returning right rollup row rows select sets similar smallint some substring
  symmetric system table tablesample then time timestamp timestamptz timetz to treat trim true false unbounded union
  unique update using values varbit varchar varying when where window with within without xmlattributes xmlforest zone
`;

const TEXT = `
  ascii bit_length btrim char_length character_length chr concat concat_ws convert_from convert_to decode encode format
  initcap length lower lpad ltrim md5 normalize octet_length parse_ident quote_ident quote_literal quote_nullable
  regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
  regexp_split_to_table regexp_substr repeat replace reverse rpad rtrim split_part starts_with string_to_array
  string_to_table strpos substr to_hex translate unistr upper sha224 sha256 sha384 sha512 starts_with
`;

const NUMBERS = `
  abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees div exp factorial floor gcd lcm ln log log10 min_scale mod
  pi power radians random random_normal round scale setseed sign sin sqrt tan trim_scale trunc width_bucket to_char
  to_number bit_count
`;

const TIMES = `
  age clock_timestamp date date_add date_bin date_part date_subtract date_trunc isfinite justify_days justify_hours
  justify_interval make_date make_interval make_time make_timestamp make_timestamptz now statement_timestamp timeofday
  timezone to_date to_timestamp transaction_timestamp
`;

const AGGREGATES = `
  any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank
  every first_value json_agg json_object_agg jsonb_agg jsonb_object_agg lag last_value lead max min mode nth_value ntile
  percent_rank percentile_cont percentile_disc range_agg rank regr_slope row_number stddev stddev_pop stddev_samp
  string_agg sum var_pop var_samp variance xmlagg
`;

const JSON_ARRAYS_RANGES = `
  array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions
  array_prepend array_remove array_replace array_shuffle array_sample array_to_json array_to_string array_upper
  cardinality json json_array json_array_elements json_array_elements_text json_array_length json_build_array
  json_build_object json_each json_each_text json_exists json_extract_path json_extract_path_text json_object
  json_object_keys json_populate_record json_populate_recordset json_query json_scalar json_serialize json_strip_nulls
  json_table json_to_record json_to_recordset json_typeof json_value jsonb_array_elements jsonb_array_elements_text
  jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
  jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists jsonb_path_match
  jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_populate_record jsonb_populate_recordset
  jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json
  to_json to_jsonb unnest generate_series generate_subscripts int4range int8range numrange daterange tsrange tstzrange
  isempty lower_inc lower_inf range_merge upper_inc upper_inf
`;

const SEARCH_AND_OTHERS = `
  phraseto_tsquery plainto_tsquery querytree setweight strip to_tsquery to_tsvector ts_headline ts_rank ts_rank_cd
  ts_rewrite tsvector_to_array websearch_to_tsquery numnode similarity word_similarity strict_word_similarity unaccent
  levenshtein soundex gen_random_uuid uuidv4 uuidv7 uuid_generate_v4 uuid_generate_v1 uuid_extract_timestamp
  uuid_extract_version host masklen netmask network broadcast inet_merge area box center circle diameter height
  isclosed line lseg npoints path point polygon width currval lastval nextval setval get_bit get_byte set_bit set_byte
  num_nonnulls num_nulls ctid
`;

const SYSTEM = `
  col_description current_database current_query current_schema current_schemas current_setting format_type
  has_any_column_privilege has_column_privilege has_database_privilege has_function_privilege has_schema_privilege
  has_sequence_privilege has_table_privilege inet_client_addr inet_server_addr inet_server_port obj_description
  pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
  pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_backend_pid pg_blocking_pids pg_cancel_backend
  pg_char_to_encoding pg_column_size pg_current_wal_lsn pg_current_xact_id pg_current_xact_id_if_assigned
  pg_database_size pg_encoding_to_char pg_function_is_visible pg_get_constraintdef pg_get_expr pg_get_functiondef
  pg_get_function_arguments pg_get_function_identity_arguments pg_get_function_result pg_get_indexdef pg_get_partkeydef
  pg_get_ruledef pg_get_serial_sequence pg_get_triggerdef pg_get_userbyid pg_get_viewdef pg_indexes_size
  pg_is_in_recovery pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_notify pg_postmaster_start_time pg_relation_size
  pg_size_pretty pg_sleep pg_sleep_for pg_sleep_until pg_table_is_visible pg_table_size pg_terminate_backend
  pg_total_relation_size pg_try_advisory_lock pg_try_advisory_lock_shared pg_try_advisory_xact_lock
  pg_try_advisory_xact_lock_shared pg_type_is_visible pg_typeof pg_wal_lsn_diff set_config shobj_description to_regclass
  to_regproc to_regprocedure to_regrole to_regtype txid_current txid_current_if_assigned version
`;

const NAMES = [SYNTAX, TEXT, NUMBERS, TIMES, AGGREGATES, JSON_ARRAYS_RANGES, SEARCH_AND_OTHERS, SYSTEM];

const HARMLESS: ReadonlySet<string> = new Set(NAMES.join(' ').trim().split(/\s+/));
const CATALOG = 'pg_catalog.';

/** @param name in lower case, with its schema if one was given */
export function isHarmless(name: string): boolean {
  return HARMLESS.has(name.startsWith(CATALOG) ? name.slice(CATALOG.length) : name);
}
