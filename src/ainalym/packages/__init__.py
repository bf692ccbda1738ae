"""Opens data packages, checks them, keeps file and row for every error."""
