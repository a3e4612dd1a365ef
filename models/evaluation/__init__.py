"""Judging the judge: measures with intervals, curves, samples to label, and thresholds that keep a promise.

Pure functions of numpy arrays: no model is loaded and nothing is read or written here.
"""
