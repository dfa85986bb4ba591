"""ONVIF: devices found in the network, and cameras whose stream is asked for by profile.

Only the few calls that are needed are made, with a small SOAP client of our own. What a device
says about addresses is not believed: every request goes to the host that was configured or that
answered, whatever host the device names, and redirects are not followed.
"""
