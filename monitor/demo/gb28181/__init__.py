"""A simulated GB/T 28181 recorder, faults included, for the demo and for tests."""
