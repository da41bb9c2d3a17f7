"""Menu service: restaurants, locations, menus, origins and campaigns."""
