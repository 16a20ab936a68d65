"""The rooms of flowviz again, one folder each, and the benchmarks."""
