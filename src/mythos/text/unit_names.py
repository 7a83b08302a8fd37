"""How units are written: each spelling with the unit it is compared in, and how many of those it stands for."""

from __future__ import annotations

UNITS: dict[str, tuple[str, float]] = {
    spelling: (unit, factor)
    for names, unit, factor in (
        ("second seconds sec secs s", "s", 1),
        ("minute minutes min mins", "s", 60),
        ("hour hours hr hrs h", "s", 3600),
        ("day days", "s", 86400),
        ("week weeks", "s", 604800),
        ("fortnight fortnights", "s", 1209600),
        ("month months", "month", 1),
        ("year years yr yrs", "month", 12),
        ("decade decades", "month", 120),
        ("quarter quarters", "month", 3),
        ("euro euros eur €", "eur", 1),
        ("dollar dollars usd $", "usd", 1),
        ("pound pounds gbp £", "gbp", 1),
        ("¥ yen", "jpy", 1),
        ("cent cents", "cent", 1),
        ("percent % pct", "%", 1),
        ("kb", "byte", 1e3),
        ("mb", "byte", 1e6),
        ("gb", "byte", 1e9),
        ("kib", "byte", 1024),
        ("mib", "byte", 1024**2),
        ("gib", "byte", 1024**3),
        ("byte bytes", "byte", 1),
        ("kilobyte kilobytes", "byte", 1e3),
        ("megabyte megabytes", "byte", 1e6),
        ("gigabyte gigabytes", "byte", 1e9),
        ("wh", "wh", 1),
        ("kwh", "wh", 1000),
        ("metre metres meter meters m", "m", 1),
        ("km kilometre kilometres kilometer kilometers", "m", 1000),
        ("cm centimetre centimetres centimeter centimeters", "m", 0.01),
        ("mm millimetre millimetres millimeter millimeters", "m", 0.001),
        ("kg kilo kilos kilogram kilograms", "g", 1000),
        ("gram grams g", "g", 1),
        ("mg milligram milligrams", "g", 0.001),
        ("mcg µg microgram micrograms", "g", 1e-6),
        ("litre litres liter liters", "l", 1),
        ("ml millilitre millilitres milliliter milliliters", "l", 0.001),
        ("mile miles", "mile", 1),
        ("mph", "mph", 1),
        ("kmh kph", "kmh", 1),
        ("time times", "times", 1),
        ("retry retries", "times", 1),
    )
    for spelling in names.split()
}
SPANS = frozenset(["second", "minute", "hour", "day", "week", "fortnight", "month", "quarter", "year", "decade"])
CODES = frozenset(["eur", "usd", "gbp"])
SPEEDS = {"mile": "mph", "miles": "mph", "kilometre": "kmh", "kilometres": "kmh", "kilometers": "kmh", "km": "kmh"}
