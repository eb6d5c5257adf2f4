"""Reference pages and document schemas, made from the code so that they cannot say anything else."""
