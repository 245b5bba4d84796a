"""What receivers report of our mail, read into figures: DMARC aggregates and TLS reports. Pure."""
