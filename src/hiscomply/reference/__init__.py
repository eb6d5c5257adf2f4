"""Reference data that checks rest on: dated, replaceable, checksummed files; read in an audit, imported by a person."""
