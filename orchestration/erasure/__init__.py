"""Who is due for erasure and why, the erasure by a plan that an officer has seen, and its certificate."""
