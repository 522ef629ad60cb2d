"""What questionnaires here can and can not do, by the names of XLSForm and XForms. Pure.

Whatever is not supported is refused when a form is uploaded, with its name; nothing is dropped in silence.
"""

from huiqi.core.messages import gettext_noop

# Appearances that change what is collected or by which device; all others change only the look.
REFUSED_APPEARANCES = {
    "signature": gettext_noop("手写签名"),
    "draw": gettext_noop("画图"),
    "annotate": gettext_noop("在图片上批注"),
    "bearing": gettext_noop("方位角"),
    "printer": gettext_noop("打印机"),
    "image-map": gettext_noop("在图上点选"),
    "map": gettext_noop("在地图上点选"),
    "new-front": gettext_noop("前置摄像头拍摄"),
}
REFUSED_PREFIXES = {"ex:": gettext_noop("外部应用"), "search(": gettext_noop("外部数据表查找")}
# Looks that are drawn here; another one is drawn plainly, and the check says so.
DRAWN_APPEARANCES = frozenset(
    {
        "field-list",
        "table-list",
        "label",
        "list-nolabel",
        "list",
        "minimal",
        "autocomplete",
        "search",
        "likert",
        "horizontal",
        "horizontal-compact",
        "vertical",
        "compact",
        "quick",
        "quickcompact",
        "columns",
        "columns-pack",
        "columns-2",
        "columns-3",
        "columns-4",
        "no-buttons",
        "multiline",
        "numbers",
        "thousands-sep",
        "url",
        "no-calendar",
        "month-year",
        "year",
        "picker",
        "no-ticks",
        "rating",
        "counter",
        "w1",
        "w2",
        "w3",
        "w4",
    }
)
REFUSED_TYPES = {
    "audio": gettext_noop("录音"),
    "video": gettext_noop("录像"),
    "barcode": gettext_noop("扫条码"),
    "geotrace": gettext_noop("轨迹"),
    "geoshape": gettext_noop("地块"),
    "background-audio": gettext_noop("后台录音"),
    "background-geopoint": gettext_noop("后台定位"),
    "start-geopoint": gettext_noop("开始填写时定位"),
    "audit": gettext_noop("填写过程记录"),
    "csv-external": gettext_noop("外部数据文件"),
    "xml-external": gettext_noop("外部数据文件"),
    "select_one_from_file": gettext_noop("外部数据文件的选项"),
    "select_multiple_from_file": gettext_noop("外部数据文件的选项"),
    "select_one_external": gettext_noop("外部选项表"),
    "osm": gettext_noop("OpenStreetMap 要素"),
    "secret": gettext_noop("密码"),
}
# Filled in by a device, which a browser does not do; they stay empty here and arrive from field clients.
DEVICE_TYPES = frozenset({"deviceid", "phonenumber", "simserial", "subscriberid", "email", "username"})
MEDIA_COLUMNS = frozenset({"image", "big-image", "audio", "video", "media"})
# SBPS, the model of a five-minute survey, asks about twenty questions.
MOST_QUESTIONS_ADVISED = 20
# More instances of a repeat than any enquiry asks; bounds what one submission can make the server do.
MOST_INSTANCES = 500
MOST_NODES = 20_000
LONGEST_ANSWER = 20_000


def refused_appearance(word: str) -> str:
    """What is not supported about an appearance, as a msgid, or ""."""
    for prefix, said in REFUSED_PREFIXES.items():
        if word.startswith(prefix):
            return said
    return REFUSED_APPEARANCES.get(word, "")
