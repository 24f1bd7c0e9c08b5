-- The event triggers of a source when they were last looked at, by their OIDs and versions: whoever drops or disables one changes
-- them. Empty: not all were there; null: not known.
alter table indelible.capture_source add column ddl_was text;
