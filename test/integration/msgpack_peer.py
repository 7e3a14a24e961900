"""A program in Python that exchanges msgpack with the library under test.

    msgpack_peer.py pack <bin|str> <a Python literal>    prints the payload in hex
    msgpack_peer.py unpack <bin|str> <a payload in hex>  prints what it says, as a Python literal

bin and str are what bytes are sent as: use_bin_type of aioserf's MsgPackCodec.
"""
import ast
import sys

try:
    import msgpack
except ImportError:
    sys.exit(sys.executable + " has no msgpack: third_party/install.sh test, or the package "
             "python3-msgpack; $SERF_PYTHON names another Python")

_, what, mode, argument = sys.argv
use_bin_type = {"bin": True, "str": False}[mode]
if what == "pack":
    print(msgpack.packb(ast.literal_eval(argument), use_bin_type=use_bin_type).hex())
elif what == "unpack":
    print(repr(msgpack.unpackb(bytes.fromhex(argument), raw=not use_bin_type, strict_map_key=False)))
else:
    sys.exit(__doc__)
