"""Many outlooks at once: draws of all that is uncertain, in blocks, on threads or on a cluster."""
