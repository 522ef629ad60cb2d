"""A browser's User-Agent in a few words a person recognises. Pure."""

# The first that occurs counts: WeChat says it is Chrome, Chrome says it is Safari.
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("UCBrowser", "UC"),
    ("QQBrowser", "QQ"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_words(user_agent: str) -> str:
    """`Windows · Chrome`; "" when neither system nor browser is known."""
    names = (
        next((name for mark, name in known if mark in user_agent), "") for known in (_SYSTEMS, _BROWSERS)
    )
    return " · ".join(name for name in names if name)
