-- Whether complaints are about what clients got, how they got it, or what they had expected.
FROM result_vs_process;
