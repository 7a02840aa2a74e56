"""A workflow engine that runs a government SOP from one YAML file."""

__version__ = "0.1.0"
