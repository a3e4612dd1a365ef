"""The demo's world: a small local review site with four sources, its scenario, and the home folder that watches it."""
