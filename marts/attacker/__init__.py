"""An attacker on released statistics that shares no code with what protects them. See attack.py."""
