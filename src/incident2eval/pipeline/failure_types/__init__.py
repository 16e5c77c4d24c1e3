"""The register of failure types: read, written, and told with its history."""
