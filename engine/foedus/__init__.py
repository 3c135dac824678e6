"""foedus: what an alliance obliges to, under every reading of its words."""

__version__ = "0.1.0"

__all__ = ["__version__"]
