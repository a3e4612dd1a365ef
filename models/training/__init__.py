"""How the shipped checkpoint is made: data, training, calibration, evaluation. Needs the extra `train`."""
