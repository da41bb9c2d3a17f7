"""What a language model does for a restaurant: translations of menus and texts, opening hours."""
