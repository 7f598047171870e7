"""Commonly used passwords, first names and English words (words.txt)."""
