"""Checks whose kinds come from several providers: what is recorded in one, joined to what another serves.

One is selected where every provider of its kinds is scanned, or in the inventory.
"""
