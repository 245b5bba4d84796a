"""Scripts, crontabs and units in; what they do to mail, exit statuses and transport out. Pure."""
