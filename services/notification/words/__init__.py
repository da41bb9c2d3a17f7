"""What is said: in English, Spanish and Portuguese, from the templates beside this."""
