"""Tables and parking spots, and the QR codes that lead to them."""
