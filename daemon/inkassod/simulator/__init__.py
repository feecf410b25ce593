"""The agency simulator: an SFTP server with an agency behind it, and a sample creditor. Knows the formats only."""
