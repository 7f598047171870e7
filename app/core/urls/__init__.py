"""URLs of databases, Valkey and mail servers, parsed without importing the client libraries."""
