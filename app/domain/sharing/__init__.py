"""What a patient lets others see: consents and their states, who may read, and what of a diary is visible to them."""
