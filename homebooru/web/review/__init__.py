"""Review: the queues, what their answers teach of models, and the settings that follow."""
