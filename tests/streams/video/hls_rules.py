"""The rules of RFC 8216bis for the playlists that we write, each as a sentence when broken."""

import re
from datetime import datetime

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ONCE = {
    "EXTM3U",
    "EXT-X-VERSION",
    "EXT-X-TARGETDURATION",
    "EXT-X-MEDIA-SEQUENCE",
    "EXT-X-DISCONTINUITY-SEQUENCE",
    "EXT-X-PLAYLIST-TYPE",
    "EXT-X-INDEPENDENT-SEGMENTS",
    "EXT-X-ENDLIST",
}
BEFORE_SEGMENTS = ONCE - {"EXT-X-ENDLIST"}
OF_SEGMENTS = {"EXT-X-DISCONTINUITY", "EXT-X-MAP", "EXT-X-PROGRAM-DATE-TIME", "EXTINF"}


def broken_rules(text: str) -> list[str]:
    """What is wrong with a playlist of either kind; empty if nothing is."""
    lines = text.split("\n")
    broken = []
    if lines[0] != "#EXTM3U":
        broken.append("§4.4.1.1: begins with EXTM3U")
    if lines[-1]:
        broken.append("§4.1: every line ends")
    if not all(line.isprintable() for line in lines):
        broken.append("§4.1: no control characters, no byte order mark")
    if any(not line for line in lines[:-1]):
        broken.append("our own: no empty lines")
    rules = _master if "#EXT-X-STREAM-INF:" in text else _media
    return broken + rules(lines[:-1])


def read(text: str) -> dict:
    """A media playlist as values: header tags, and segments with number, take and address."""
    header, segments, tags = {}, [], {}
    number = discontinuity = None
    init = None
    for line in text.splitlines():
        name, value = _tag(line)
        if name in ONCE:
            header[name] = value
        elif name:
            tags[name] = value
            init = value if name == "EXT-X-MAP" else init
        else:
            if number is None:
                number = int(header["EXT-X-MEDIA-SEQUENCE"])
                discontinuity = int(header["EXT-X-DISCONTINUITY-SEQUENCE"])
            discontinuity += "EXT-X-DISCONTINUITY" in tags
            segments.append(
                {
                    "uri": line,
                    "number": number,
                    "discontinuity": discontinuity,
                    "init": init,
                    "duration": float(tags["EXTINF"].removesuffix(",")),
                    "at": datetime.fromisoformat(tags["EXT-X-PROGRAM-DATE-TIME"]),
                }
            )
            number, tags = number + 1, {}
    return {"header": header, "segments": segments}


def broken_between(before: str, after: str) -> list[str]:
    """What a reload must not show, §6.2.1 and §6.2.2."""
    old, new = read(before), read(after)
    broken = []
    if old["header"]["EXT-X-TARGETDURATION"] != new["header"]["EXT-X-TARGETDURATION"]:
        broken.append("§6.2.1: the target duration stays")
    if "EXT-X-ENDLIST" in old["header"] and before != after:
        broken.append("§6.2.1: an ended playlist stays")
    for tag in ("EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE"):
        if int(new["header"][tag]) < int(old["header"][tag]):
            broken.append(f"§6.2.2: {tag} never falls")
    known = {segment["number"]: segment for segment in old["segments"]}
    for segment in new["segments"]:
        if known.get(segment["number"], segment) != segment:
            broken.append(f"§6.2.2: segment {segment['number']} stays what it was")
    return broken


def _media(lines: list[str]) -> list[str]:
    names = [_tag(line)[0] for line in lines]
    values = dict(_tag(line) for line in lines)
    broken = [f"§4.4: {name} comes once" for name in ONCE if names.count(name) > 1]
    broken += [f"unknown tag {name}" for name in set(names) - ONCE - OF_SEGMENTS - {""}]
    for name in ("EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE"):
        if not values.get(name, "").isdecimal():
            broken.append(f"{name} is a whole number")
    if broken:
        return broken
    if "EXT-X-MAP" in names and int(values["EXT-X-VERSION"]) < 6:
        broken.append("§8: EXT-X-MAP needs version 6")
    kind = values.get("EXT-X-PLAYLIST-TYPE")
    if kind not in (None, "EVENT", "VOD"):
        broken.append("§4.4.3.5: a playlist is EVENT or VOD")
    if kind == "VOD" and "EXT-X-ENDLIST" not in names:
        broken.append("§4.4.3.5: a VOD playlist has ended")
    if kind and values["EXT-X-MEDIA-SEQUENCE"] != "0":
        broken.append("§6.2.1: EVENT and VOD forget nothing")
    first = next((place for place, name in enumerate(names) if name in OF_SEGMENTS), len(names))
    if BEFORE_SEGMENTS & set(names[first:]):
        broken.append("§4.4.3: what is of the playlist stands before its segments")
    return broken + _segments(lines, int(values["EXT-X-TARGETDURATION"]))


def _segments(lines: list[str], target: int) -> list[str]:
    broken, tags, has_map, last = [], {}, False, ""
    for line in lines:
        name, value = _tag(line)
        if name:
            tags |= {name: value} if name in OF_SEGMENTS else {}
            continue
        if "EXT-X-DISCONTINUITY" in tags and "EXT-X-MAP" not in tags:
            broken.append(f"{line}: our takes each bring their own init")
        has_map |= "EXT-X-MAP" in tags
        if not has_map:
            broken.append(f"{line}: §3.1.2: fragmented MP4 needs an EXT-X-MAP")
        if not re.fullmatch(r"\d+\.\d+,", tags.get("EXTINF", "")):
            broken.append(f"{line}: §4.4.4.1: needs an EXTINF")
        elif int(float(tags["EXTINF"][:-1]) + 0.5) > target:
            broken.append(f"{line}: §4.4.3.1: longer than the target duration")
        moment = tags.get("EXT-X-PROGRAM-DATE-TIME", "")
        if not MOMENT.fullmatch(moment):
            broken.append(f"{line}: §4.4.4.6: needs a date with milliseconds and a zone")
        if moment < last:
            broken.append(f"{line}: its date is before the last one's")
        tags, last = {}, moment
    if tags:
        broken.append("tags without a segment at the end")
    return broken


def _master(lines: list[str]) -> list[str]:
    broken, pending = [], None
    for line in lines:
        name, value = _tag(line)
        if name == "EXT-X-STREAM-INF":
            pending = value
            if not re.search(r"(^|,)BANDWIDTH=\d+(,|$)", value):
                broken.append("§4.4.6.2: a variant has a bandwidth")
            if not re.search(r'(^|,)CODECS="[^"]+"(,|$)', value):
                broken.append("§4.4.6.2: a variant should name its codecs")
        elif name:
            if pending is not None:
                broken.append("§4.4.6.2: the address follows EXT-X-STREAM-INF")
            if name in OF_SEGMENTS or name == "EXT-X-TARGETDURATION":
                broken.append(f"§4.1: {name} is for media playlists")
        else:
            if pending is None:
                broken.append(f"{line}: not announced")
            pending = None
    return broken + (["a variant without an address"] if pending is not None else [])


def _tag(line: str) -> tuple[str, str]:
    if not line.startswith("#"):
        return "", line
    name, _, value = line[1:].partition(":")
    return name, value
