"""Files of a host, of a copy of one, or of a tar, fed to the audit by several processes."""
