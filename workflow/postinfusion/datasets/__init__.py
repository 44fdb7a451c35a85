"""Tables as data: the canonical tables that sources deliver and the ADaM datasets that derive makes of them."""
