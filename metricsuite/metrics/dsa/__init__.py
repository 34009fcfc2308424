"""Dynamical Similarity Analysis (Ostrow et al. 2023): embedding -> operator -> conjugacy, or spectrum."""
