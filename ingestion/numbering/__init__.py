"""Non-resident numbering (住登外) and integrated addressees (団体内統合宛名): which numbers are one person's."""
