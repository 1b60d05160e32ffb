"""What the city has promised about the data (its privacy impact assessment), and what shows that it is kept."""
