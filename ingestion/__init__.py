"""Bytes become faithful raw rows: layouts, strict readers, loader, quarantine."""
