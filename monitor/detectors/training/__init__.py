"""Fine-tuning a model on labelled frames, and proposing it only if it is better."""
