"""Services that are asked over the network, and what they are asked and answered."""
