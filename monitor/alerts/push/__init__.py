"""Browser push (RFC 8030, 8291, 8292): short encrypted messages to people's own devices."""
