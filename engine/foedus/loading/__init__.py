"""Files to model, with located errors."""
