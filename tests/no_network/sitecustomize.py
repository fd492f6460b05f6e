"""On PYTHONPATH, this refuses a Python program every address outside its own machine."""

import ipaddress
import socket
import sys


def _refuse(event: str, arguments: tuple) -> None:
    if event == "socket.connect" and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost"):
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise ConnectionRefusedError(f"the network is refused here: {host}")


sys.addaudithook(_refuse)
