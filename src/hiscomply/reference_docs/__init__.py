"""Reference documentation and document schemas, made from the code so that they cannot disagree with it.

Run ``python -m hiscomply.reference_docs docs/reference``; with ``--check`` nothing is written, and the exit
code is 1 if a file is out of date.
"""
