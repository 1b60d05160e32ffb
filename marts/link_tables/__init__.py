"""Shared link tables (共通基盤・庁内連携): what each system of the city may have of another, and keeps up to date."""
