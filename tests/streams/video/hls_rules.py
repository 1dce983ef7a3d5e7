"""The rules of RFC 8216bis for the playlists that we write, each as a sentence when broken.

Plain, low-latency and delta playlists; what says "should" counts as a rule, too.
"""

import re
from datetime import datetime
from itertools import accumulate, pairwise

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ATTRIBUTE = re.compile(r'([A-Z-]+)=("[^"]*"|[^",]+)(?:,|$)')
ONCE = {
    "EXTM3U",
    "EXT-X-VERSION",
    "EXT-X-TARGETDURATION",
    "EXT-X-SERVER-CONTROL",
    "EXT-X-PART-INF",
    "EXT-X-MEDIA-SEQUENCE",
    "EXT-X-DISCONTINUITY-SEQUENCE",
    "EXT-X-PLAYLIST-TYPE",
    "EXT-X-INDEPENDENT-SEGMENTS",
    "EXT-X-SKIP",
    "EXT-X-PRELOAD-HINT",  # one of each type, §6.2.6, and we have one type
    "EXT-X-ENDLIST",
}
AT_THE_END = {"EXT-X-PRELOAD-HINT", "EXT-X-ENDLIST"}
BEFORE_SEGMENTS = ONCE - AT_THE_END
OF_SEGMENTS = {
    "EXT-X-DISCONTINUITY",
    "EXT-X-MAP",
    "EXT-X-PROGRAM-DATE-TIME",
    "EXT-X-PART",
    "EXT-X-GAP",
    "EXTINF",
}
FIRST_PART = {"EXT-X-DISCONTINUITY", "EXT-X-MAP", "EXT-X-PROGRAM-DATE-TIME"}
ROUNDING = 0.00001  # of a duration as we write it


def broken_rules(text: str) -> list[str]:
    """What is wrong with a playlist of any kind; empty if nothing is."""
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
    return broken + rules(text, lines[:-1])


def read(text: str) -> dict:
    """A media playlist as values.

    `header`: tags that come once. `segments`: those it names, with number, take, address, parts.
    `open`: the segment that still grows, or None. `skipped`: how many a delta update left out.
    """
    header, segments, tags, parts = {}, [], {}, []
    number = discontinuity = init = None
    for line in text.splitlines():
        name, value = _tag(line)
        if name in ONCE:
            header[name] = value
            continue
        if number is None:
            skipped = int(_attributes(header.get("EXT-X-SKIP", "")).get("SKIPPED-SEGMENTS", 0))
            number = int(header["EXT-X-MEDIA-SEQUENCE"]) + skipped
            discontinuity = int(header["EXT-X-DISCONTINUITY-SEQUENCE"])
        if name == "EXT-X-PART":
            parts.append(_attributes(value))
        elif name:
            tags[name] = value
            init = value if name == "EXT-X-MAP" else init
            discontinuity += name == "EXT-X-DISCONTINUITY"
        if not name or (parts and tags):
            found = _segment(line, tags, parts, number, discontinuity, init)
        if not name:
            segments.append(found)
            number, tags, parts = number + 1, {}, []
    skip = _attributes(header.get("EXT-X-SKIP", ""))
    return {
        "header": header,
        "segments": segments,
        "open": found if parts else None,
        "skipped": int(skip.get("SKIPPED-SEGMENTS", 0)),
    }


def broken_between(before: str, after: str) -> list[str]:
    """What a reload must not show, §6.2.1 and §6.2.2; either may be a delta update."""
    old, new = read(before), read(after)
    broken = []
    for tag in ("EXT-X-TARGETDURATION", "EXT-X-PART-INF", "EXT-X-SERVER-CONTROL"):
        if old["header"].get(tag) != new["header"].get(tag):
            broken.append(f"§6.2.1: {tag} stays")
    if "EXT-X-ENDLIST" in old["header"] and before != after:
        broken.append("§6.2.1: an ended playlist stays")
    for tag in ("EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE"):
        if int(new["header"][tag]) < int(old["header"][tag]):
            broken.append(f"§6.2.2: {tag} never falls")
    has_forgotten = new["header"]["EXT-X-MEDIA-SEQUENCE"] != old["header"]["EXT-X-MEDIA-SEQUENCE"]
    lasts = sum(segment["duration"] for segment in new["segments"])
    is_short = lasts < 3 * int(new["header"]["EXT-X-TARGETDURATION"])
    if has_forgotten and is_short and not new["skipped"] and "EXT-X-ENDLIST" not in new["header"]:
        broken.append("§6.2.2: three target durations are kept")
    if _edge(new) < _edge(old):
        broken.append("§6.2.1: nothing is taken back from the end")
    is_delta = bool(old["skipped"] or new["skipped"])
    known = {segment["number"]: segment for segment in old["segments"]}
    for segment in new["segments"]:
        was = known.get(segment["number"])
        if was and _said(was, is_delta) != _said(segment, is_delta):
            broken.append(f"§6.2.2: segment {segment['number']} stays what it was")
        if was and segment["parts"] not in ([], was["parts"]):
            broken.append(f"§6.2.1: the parts of segment {segment['number']} stay what they were")
    return broken + _broken_growth(old, new, is_delta)


def _broken_growth(old: dict, new: dict, is_delta: bool) -> list[str]:
    """The open segment goes on, or becomes a segment: with the parts that it had."""
    was = old["open"]
    if was is None:
        return []
    later = [*new["segments"], *([new["open"]] if new["open"] else [])]
    now = next((segment for segment in later if segment["number"] == was["number"]), None)
    if now is None:
        forgotten = int(new["header"]["EXT-X-MEDIA-SEQUENCE"]) + new["skipped"] > was["number"]
        return [] if forgotten else [f"segment {was['number']} had begun and is gone"]
    broken, count = [], len(was["parts"])
    for key in ("init", "at", *([] if is_delta else ["discontinuity"])):
        if was[key] != now[key]:
            broken.append(f"§4.4.4.9: segment {was['number']} keeps its {key}")
    if now["parts"] and now["parts"][:count] != was["parts"]:
        broken.append(f"§6.2.1: the parts of segment {was['number']} stay what they were")
    had = sum(float(part["DURATION"]) for part in was["parts"])
    if now["duration"] is not None and now["duration"] < had - ROUNDING * (count + 1):
        broken.append(f"§3.2: segment {was['number']} is shorter than the parts it had")
    hint = _attributes(old["header"].get("EXT-X-PRELOAD-HINT", "")).get("URI")
    if hint and len(now["parts"]) > count and now["parts"][count]["URI"] != hint:
        broken.append("§4.4.5.3: the part that comes is the one that was hinted at")
    return broken


def _said(segment: dict, is_delta: bool) -> dict:
    without = {"parts", *(["discontinuity"] if is_delta else [])}  # a delta may not say which
    return {key: value for key, value in segment.items() if key not in without}


def _edge(playlist: dict) -> tuple[int, int]:
    if playlist["open"]:
        return playlist["open"]["number"], len(playlist["open"]["parts"])
    named = len(playlist["segments"]) + playlist["skipped"]
    return int(playlist["header"]["EXT-X-MEDIA-SEQUENCE"]) + named, 0


def _segment(uri, tags, parts, number, discontinuity, init) -> dict:
    moment = tags.get("EXT-X-PROGRAM-DATE-TIME")
    return {
        "uri": uri,
        "number": number,
        "discontinuity": discontinuity,
        "init": init,
        "duration": float(tags["EXTINF"].partition(",")[0]) if "EXTINF" in tags else None,
        "at": datetime.fromisoformat(moment) if moment else None,
        "is_gap": "EXT-X-GAP" in tags,
        "parts": parts,
    }


def _media(text: str, lines: list[str]) -> list[str]:
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
    if "EXT-X-SKIP" in names and int(values["EXT-X-VERSION"]) < 9:
        broken.append("§8: EXT-X-SKIP needs version 9")
    kind = values.get("EXT-X-PLAYLIST-TYPE")
    if kind not in (None, "EVENT", "VOD"):
        broken.append("§4.4.3.5: a playlist is EVENT or VOD")
    if kind == "VOD" and "EXT-X-ENDLIST" not in names:
        broken.append("§4.4.3.5: a VOD playlist has ended")
    if kind and values["EXT-X-MEDIA-SEQUENCE"] != "0":
        broken.append("§6.2.1: EVENT and VOD forget nothing")
    if set(names) >= AT_THE_END:
        broken.append("§4.4.5.3: an ended playlist hints at nothing")
    of_segments = [n for n, name in enumerate(names) if name in OF_SEGMENTS or not name]
    first, last = (of_segments[0], of_segments[-1]) if of_segments else (len(names), 0)
    if BEFORE_SEGMENTS & set(names[first:]):
        broken.append("§4.4.3: what is of the playlist stands before its segments")
    if AT_THE_END & set(names[:last]):
        broken.append("our own: a hint or the end comes last")
    broken += _segments(lines, int(values["EXT-X-TARGETDURATION"]))
    return broken or [*_low_latency(read(text)), *_parts(read(text))]


def _segments(lines: list[str], target: int) -> list[str]:
    broken, tags, has_map, last, seen, has_part = [], {}, False, "", set(), False
    for line in lines:
        name, value = _tag(line)
        if name == "EXT-X-PART":
            has_map |= "EXT-X-MAP" in tags
            if not has_map or "EXT-X-PROGRAM-DATE-TIME" not in tags:
                broken.append(f"{value}: §4.4.4.9: what is of the segment stands before its parts")
            has_part = True
            continue
        if name in FIRST_PART and has_part:
            broken.append(f"{line}: §4.4.4.9: stands before the first part")
        if name:
            tags |= {name: value} if name in OF_SEGMENTS else {}
            continue
        if line in seen:
            broken.append(f"{line}: is named twice")
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
        tags, last, has_part = {}, moment, False
        seen.add(line)
    if tags and not has_part:
        broken.append("tags without a segment at the end")
    return broken


def _low_latency(playlist: dict) -> list[str]:
    """§4.4.3.7, §4.4.3.8 and §4.4.5: what the server can do, and what it promises."""
    header, broken = playlist["header"], []
    target = int(header["EXT-X-TARGETDURATION"])
    control = _attributes(header.get("EXT-X-SERVER-CONTROL", ""))
    unknown = {"CAN-SKIP-UNTIL", "HOLD-BACK", "PART-HOLD-BACK", "CAN-BLOCK-RELOAD"}
    broken += [f"§4.4.3.8: {name} is unknown" for name in control.keys() - unknown]
    if control.get("CAN-BLOCK-RELOAD", "YES") != "YES":
        broken.append("§4.4.3.8: CAN-BLOCK-RELOAD is YES or is not there")
    if "HOLD-BACK" in control and float(control["HOLD-BACK"]) < 3 * target:
        broken.append("§4.4.3.8: HOLD-BACK is three target durations or more")
    if "CAN-SKIP-UNTIL" in control and float(control["CAN-SKIP-UNTIL"]) < 6 * target:
        broken.append("§4.4.3.8: CAN-SKIP-UNTIL is six target durations or more")
    if "EXT-X-PART-INF" in header:
        part_target = float(_attributes(header["EXT-X-PART-INF"]).get("PART-TARGET", 0))
        if part_target <= 0:
            broken.append("§4.4.3.7: EXT-X-PART-INF has a PART-TARGET")
        if float(control.get("PART-HOLD-BACK", 0)) < 3 * part_target - ROUNDING:
            broken.append("§4.4.3.8: PART-HOLD-BACK is three part targets, twice at the very least")
    if "EXT-X-SKIP" in header:
        named = sum(segment["duration"] for segment in playlist["segments"])
        if "CAN-SKIP-UNTIL" not in control:
            broken.append("§6.2.5.1: who skips has said CAN-SKIP-UNTIL")
        elif named < float(control["CAN-SKIP-UNTIL"]):
            broken.append("§6.2.5.1: nothing after the skip boundary is skipped")
        if "EXT-X-ENDLIST" in header:
            broken.append("§6.2.5.1: an ended playlist is whole")
        if playlist["skipped"] < 1:
            broken.append("§4.4.5.2: EXT-X-SKIP says how many segments it replaces")
    if "EXT-X-PRELOAD-HINT" in header:
        hint = _attributes(header["EXT-X-PRELOAD-HINT"])
        if hint.get("TYPE") != "PART" or not hint.get("URI"):
            broken.append("§4.4.5.3: a hint has a type and an address")
        if hint.get("URI") in [part.get("URI") for part in _all_parts(playlist)]:
            broken.append("§4.4.5.3: a hint is of what has yet to come")
    return broken


def _parts(playlist: dict) -> list[str]:
    """§4.4.4.9 and §6.2.2: how long parts are, and how long they are named."""
    parts = _all_parts(playlist)
    header = playlist["header"]
    if not parts:
        return []
    if "EXT-X-PART-INF" not in header:
        return ["§4.4.3.7: parts need an EXT-X-PART-INF"]
    if not all(part.get("URI") and part.get("DURATION") for part in parts):
        return ["§4.4.4.9: a part has an address and a duration"]
    broken = []
    if len({part["URI"] for part in parts}) < len(parts):
        broken.append("§4.4.4.9: a part is named twice")
    longest = float(_attributes(header["EXT-X-PART-INF"])["PART-TARGET"])
    shown = [*playlist["segments"], *([playlist["open"]] if playlist["open"] else [])]
    for segment in shown:
        lasts = [float(part["DURATION"]) for part in segment["parts"]]
        for part, seconds in zip(segment["parts"], lasts, strict=True):
            is_exempt = part is segment["parts"][-1] or part.get("INDEPENDENT") == "YES"
            if seconds > longest:
                broken.append(f"{part['URI']}: §4.4.4.9: longer than the part target")
            if seconds < 0.85 * longest and not is_exempt:
                broken.append(f"{part['URI']}: §4.4.4.9: shorter than 85 % of the part target")
        is_whole = segment["duration"] is not None and lasts
        if is_whole and abs(sum(lasts) - segment["duration"]) > ROUNDING * (len(lasts) + 1):
            broken.append(f"{segment['uri']}: §3.2: the parts together are the segment")
    return broken + _old_parts(shown, int(header["EXT-X-TARGETDURATION"]))


def _old_parts(shown: list[dict], target: int) -> list[str]:
    seconds = [_length(segment) for segment in reversed(shown)]
    ends = list(accumulate(seconds))[::-1]  # from the segment's beginning to the end of all
    broken = [
        f"{segment['uri']}: §6.2.2: its parts are older than three target durations"
        for segment, since in zip(shown, ends, strict=True)
        if segment["parts"] and since > 3 * target + ROUNDING * 100
    ]
    for before, after in pairwise(shown):
        if before["parts"] and not after["parts"] and not after["is_gap"]:
            broken.append(f"{after['uri']}: §6.2.2: parts are removed in their order")
    return broken


def _length(segment: dict) -> float:
    if segment["duration"] is not None:
        return segment["duration"]
    return sum(float(part["DURATION"]) for part in segment["parts"])


def _all_parts(playlist: dict) -> list[dict]:
    shown = [*playlist["segments"], *([playlist["open"]] if playlist["open"] else [])]
    return [part for segment in shown for part in segment["parts"]]


def _master(text: str, lines: list[str]) -> list[str]:
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


def _attributes(value: str) -> dict[str, str]:
    return {name: found.strip('"') for name, found in ATTRIBUTE.findall(value)}


def _tag(line: str) -> tuple[str, str]:
    if not line.startswith("#"):
        return "", line
    name, _, value = line[1:].partition(":")
    return name, value
