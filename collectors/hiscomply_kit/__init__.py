"""What collectors of remote systems share: options, TLS, HTTP, and one way to say why something was not had."""
