"""Values of RTMP's commands (AMF0 file format specification), read within limits."""

import struct
from collections.abc import Sequence

DEPTH = 8  # of objects inside objects
VALUES = 512  # in one message
NUMBER, BOOLEAN, STRING, OBJECT, NULL, UNDEFINED = 0, 1, 2, 3, 5, 6
ECMA_ARRAY, END, STRICT_ARRAY, DATE, LONG_STRING = 8, 9, 10, 11, 12

_double, _long, _short = struct.Struct(">d"), struct.Struct(">I"), struct.Struct(">H")


class BadAmf(ValueError):
    """The bytes are no values, or too many."""


def read(data: bytes) -> list:
    """All values of a message: float, bool, str, dict, list or None."""
    reader, values = _Reader(data), []
    while reader.at < len(data):
        values.append(reader.value(0))
    return values


def write(*values: float | bool | str | dict | None) -> bytes:
    return b"".join(map(_written, values))


class _Reader:
    def __init__(self, data: bytes):
        self.data, self.at, self.left = data, 0, VALUES

    def value(self, depth: int):
        self.left -= 1
        if depth > DEPTH or self.left < 0:
            raise BadAmf("nested or filled beyond all measure")
        match self.take(1)[0]:
            case 0:  # NUMBER
                return _double.unpack(self.take(8))[0]
            case 1:  # BOOLEAN
                return self.take(1) != b"\0"
            case 2:  # STRING
                return self.text(_short)
            case 3:  # OBJECT
                return self.pairs(depth)
            case 5 | 6:  # NULL, UNDEFINED
                return None
            case 8:  # ECMA_ARRAY; how many it says there are is not to be relied on
                self.take(4)
                return self.pairs(depth)
            case 10:  # STRICT_ARRAY
                (count,) = _long.unpack(self.take(4))
                if count > self.left:
                    raise BadAmf("a list of too many")
                return [self.value(depth + 1) for _ in range(count)]
            case 11:  # DATE, and a time zone that means nothing
                return _double.unpack(self.take(10)[:8])[0]
            case 12:  # LONG_STRING
                return self.text(_long)
        raise BadAmf("a value of no kind that an encoder sends")

    def pairs(self, depth: int) -> dict:
        found = {}
        while name := self.text(_short):
            found[name] = self.value(depth + 1)
        if self.take(1)[0] != END:
            raise BadAmf("an object without an end")
        return found

    def text(self, size: struct.Struct) -> str:
        (length,) = size.unpack(self.take(size.size))
        return self.take(length).decode("utf-8", "replace")

    def take(self, count: int) -> bytes:
        start, self.at = self.at, self.at + count
        if self.at > len(self.data):
            raise BadAmf("the message ends too early")
        return self.data[start : self.at]


def _written(value) -> bytes:
    match value:
        case bool():
            return bytes((BOOLEAN, value))
        case int() | float():
            return bytes((NUMBER,)) + _double.pack(value)
        case str():
            return bytes((STRING,)) + _text(value)
        case dict():
            pairs: Sequence = [_text(name) + _written(each) for name, each in value.items()]
            return bytes((OBJECT,)) + b"".join(pairs) + bytes((0, 0, END))
    return bytes((NULL,))


def _text(value: str) -> bytes:
    data = value.encode()
    return _short.pack(len(data)) + data
