"""The demo district: composed footage, simulated cameras and everything `monitor demo` starts."""
